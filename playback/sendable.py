"""What of an exchange can be sent again, and what its recorded end was: an answer, a failure, or neither.

Must not know: sockets. Read next: send.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.exchange import Failure
from playback.compare import compare_responses
from playback.findings import Finding, Kind

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.messages import Headers, Request, Response

type Ending = Response | Failure
"""How a call to a server ended: its answer, or why there was none."""

_SERVER_FAILURES = frozenset({Failure.CLOSED, Failure.MALFORMED_ANSWER, Failure.TIMED_OUT})


def server_request(exchange: Exchange) -> Request | None:
    """The request that the server got, None when none reached it."""
    if exchange.server is None or exchange.failure is Failure.NOT_LISTENING:
        return None
    return exchange.server.request


def recorded_ending(exchange: Exchange) -> Ending | None:
    """How the server's part ended when it was recorded; None when nobody waited for its end."""
    if exchange.failure in _SERVER_FAILURES:
        return exchange.failure
    if exchange.failure is not None or exchange.server is None:
        return None
    return exchange.server.response


def unsendable(request: Request) -> str:
    """Why a stored request must not go on the wire (threat T9), "" when it may.

    CR, LF or NUL in a start line or a field would let one stored request become two.
    """
    parts = [("method", request.method), ("target", request.target), ("version", request.version)]
    for name, value in (*request.headers, *request.trailers):
        parts += [("field name", name), ("field value", value)]
    for what, part in parts:
        if any(byte in part for byte in b"\r\n\0"):
            return f"its {what} holds CR, LF or NUL; it is not sent"
    return ""


def compare_endings(recorded: Ending, now: Ending, method: bytes) -> tuple[Finding, ...]:
    """What differs between how a call ended then and now."""
    if isinstance(recorded, Failure):
        if recorded is now:
            return ()
        shown = now.value if isinstance(now, Failure) else f"answered {now.status}"
        return (Finding(Kind.TRANSPORT, "answer", recorded.value, shown),)
    if isinstance(now, Failure):
        return (Finding(Kind.TRANSPORT, "answer", f"answered {recorded.status}", None, now.value),)
    return compare_responses(recorded, now, method=method)


def described_by(ending: Ending | None) -> Headers:
    """The headers that describe an answer's body, () without an answer."""
    return () if ending is None or isinstance(ending, Failure) else ending.headers
