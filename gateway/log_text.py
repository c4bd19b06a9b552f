"""A call's function log as the platform prints it: markers around the program's own lines, then a summary.

The same text is the source of X-Fc-Log-Result. Must not know: where the lines come from.
Read next: rules/reply.py (the header).
"""

from __future__ import annotations

import math


def log_text(  # noqa: PLR0917 - every caller has all of them at hand
    lines: bytes, request_id: str, duration_us: int, memory_mb: int, error: str = "", what: str = "Invoke"
) -> bytes:
    """The log of one call (contract LOG-1, LOG-3, LOG-5).

    `lines`: what the program printed meanwhile. `error`: why the call failed, "" when it did not. A program
    that prints the markers itself, as FC's own pages advise, gets no second pair (contract LOG-2). `what`: the word of
    the markers, `Initialize` for a hook.
    """
    start = f"FC {what} Start RequestId: {request_id}".encode()
    end = f"FC {what} End RequestId: {request_id}".encode()
    printed = [line for line in lines.splitlines(keepends=True) if line.strip() not in (start, end)]
    if printed and not printed[-1].endswith(b"\n"):
        printed.append(b"\n")
    if error:
        end += b", Error: " + error.encode()
    return b"".join((start, b"\n", *printed, end, b"\n\n", _summary(duration_us, memory_mb)))


def _summary(duration_us: int, memory_mb: int) -> bytes:
    # The platform adds "Max Memory Used"; nothing here can measure it, so nothing is claimed.
    milliseconds = duration_us / 1000
    billed = math.ceil(milliseconds)
    return f"Duration: {milliseconds:.2f} ms, Billed Duration: {billed} ms, Memory Size: {memory_mb} MB\n".encode()
