"""A call's function log as the platform prints it: markers around the program's own lines, then a summary.

The same text is the source of X-Fc-Log-Result. Must not know: where the lines come from.
Read next: rules/reply.py (the header).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Printed:
    """What a program printed during a call: the call's own lines, and those that may as well be of the `others`.

    `others`: how many calls were under way beside it.
    """

    own: bytes = b""
    unknown: bytes = b""
    others: int = 0


def log_text(  # noqa: PLR0917 - every caller has all of them at hand
    printed: Printed, request_id: str, duration_us: int, memory_mb: int, error: str = "", what: str = "Invoke"
) -> bytes:
    """The log of one call (contract LOG-1, LOG-3, LOG-5).

    Lines that nobody can attribute come first, so that the last bytes are the call's own (LOG-8). `error`: why the
    call failed, "" when it did not. `what`: the word of the markers, `Initialize` for a hook. A program that prints
    the markers itself, as FC's own pages advise, gets no second pair (LOG-2).
    """
    start = f"FC {what} Start RequestId: {request_id}".encode()
    end = f"FC {what} End RequestId: {request_id}".encode()
    own = [line for line in printed.own.splitlines(keepends=True) if line.strip() not in (start, end)]
    body = _whole(printed.unknown) + _note(printed) + _whole(b"".join(own))
    if error:
        end += b", Error: " + error.encode()
    return b"".join((start, b"\n", body, end, b"\n\n", _summary(duration_us, memory_mb)))


def _whole(lines: bytes) -> bytes:
    """Lines of which the last has its end too."""
    return lines if not lines or lines.endswith(b"\n") else lines + b"\n"


def _note(printed: Printed) -> bytes:
    """What is not FC's word, and says so: which lines nobody can attribute."""
    count = len(printed.unknown.splitlines())
    if not count:
        return b""
    lines = "line above carries" if count == 1 else f"{count} lines above carry"
    calls = "another call was" if printed.others == 1 else f"{printed.others} other calls were"
    return f"[fc-replay] The {lines} no request id; {calls} under way, so this may be theirs.\n".encode()


def _summary(duration_us: int, memory_mb: int) -> bytes:
    # The platform adds "Max Memory Used"; nothing here can measure it, so nothing is claimed.
    milliseconds = duration_us / 1000
    billed = math.ceil(milliseconds)
    return f"Duration: {milliseconds:.2f} ms, Billed Duration: {billed} ms, Memory Size: {memory_mb} MB\n".encode()
