"""Whether a stored request may go on the wire, and how two ends of a call compare.

Must not know: sockets. Read next: sides.py, send.py.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from gateway.exchange import Failure
from gateway.messages import Response
from playback.compare import compare_responses
from playback.findings import Finding, Kind

if TYPE_CHECKING:
    from gateway.messages import Request
    from playback.allowance import Allowance

_SAFE = bytes(byte for byte in range(256) if byte not in b"\r\n\0")

type Ending = Response | Failure
"""How a call ended: its answer, or why there was none."""


def unsendable(request: Request) -> str:
    """Why a stored request must not go on the wire (threat T9), "" when it may.

    CR, LF or NUL in a start line or a field would let one stored request become two.
    """
    fields = (*request.headers, *request.trailers)
    told = b"".join((request.method, request.target, request.version, *chain.from_iterable(fields)))
    if not told.translate(None, _SAFE):
        return ""
    parts = [("method", request.method), ("target", request.target), ("version", request.version)]
    for name, value in fields:
        parts += [("field name", name), ("field value", value)]
    what = next(what for what, part in parts if part.translate(None, _SAFE))
    return f"its {what} holds CR, LF or NUL; it is not sent"


def compare_endings(recorded: Ending, now: Ending, method: bytes, allowance: Allowance) -> tuple[Finding, ...]:
    """What differs between how a call ended then and now."""
    if isinstance(recorded, Failure):
        if recorded is now:
            return ()
        shown = now.value if isinstance(now, Failure) else f"answered {now.status}"
        return (Finding(Kind.TRANSPORT, "answer", recorded.value, shown),)
    if isinstance(now, Failure):
        return (Finding(Kind.TRANSPORT, "answer", f"answered {recorded.status}", None, now.value),)
    return compare_responses(recorded, now, method=method, allowance=allowance)
