"""One line on the terminal for each exchange, never more lines than a person can follow.

`GET /hello 200 -2 +3 4 ms`: status as the client saw it, header lines taken and added, time.
Recorded content is hostile: control characters are shown, never sent (threat T4), and secrets are not shown.
Must not know: how exchanges are made.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TextIO

from gateway.tally import tally
from store.sealing_heads import target_spans

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange

PERIOD_S = 0.1
MOST_LINES = 20
"""Lines in one period; what is beyond is counted."""

WIDEST_TARGET = 80
"""Bytes of a target that a line shows."""


class Terminal:
    """Collects lines and prints them ten times a second. `lost`: called when nobody reads them any more."""

    def __init__(self, out: TextIO, lost: Callable[[], None]) -> None:
        self._out = out
        self._lost = lost
        self._lines: list[str] = []
        self._more = 0
        self._timer: asyncio.TimerHandle | None = None

    def show(self, exchange: Exchange) -> None:
        """Add an exchange's line."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PERIOD_S, self.flush)
        if len(self._lines) >= MOST_LINES:
            self._more += 1
        else:
            self._lines.append(line(exchange))

    def flush(self) -> None:
        """Print what has been collected."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._more:
            self._lines.append(f"... and {self._more} more")
        text = "".join(f"{each}\n" for each in self._lines)
        self._lines.clear()
        self._more = 0
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:  # the pipe's reader has ended, or the terminal
            self._lost()


def line(exchange: Exchange, widest: int = WIDEST_TARGET) -> str:
    """The exchange in one line, at most `widest` bytes of its target. A delivery shows what the server answered."""
    request = exchange.client.request
    counts = tally(exchange)
    parts = [
        "  out" if exchange.is_egress else "  hook" if exchange.is_hook else "",
        visible(request.method) if request is not None else "?",
        visible(shortened(exchange.facts.origin.encode() + masked(request.target), widest))
        if request is not None
        else "?",
        outcome(exchange),
        exchange.error_code,
        f"-{counts.removed}" if counts.removed else "",
        f"+{counts.added}" if counts.added else "",
        f"~{counts.changed}" if counts.changed else "",
        f"{exchange.timings.done / 1000:.{0 if exchange.timings.done >= 10_000 else 1}f} ms",
    ]
    return " ".join(part for part in parts if part)


def outcome(exchange: Exchange) -> str:
    """The status, or how the call ended without one."""
    view = exchange.server if exchange.is_delivery or exchange.is_hook else exchange.client
    response = view.response if view is not None else None
    return str(response.status) if response is not None else exchange.state.value


def shortened(target: bytes, widest: int) -> bytes:
    """Both ends of a long target."""
    end = (widest - 1) // 2
    return target if len(target) <= widest else target[:end] + "…".encode() + target[-end:]


def masked(target: bytes) -> bytes:
    """The target without its secrets: a terminal's text is copied into tickets."""
    shown, done = b"", 0
    for start, end in target_spans(target):
        shown, done = shown + target[done:start] + b"***", end
    return shown + target[done:]


def visible(text: bytes) -> str:
    """Bytes as text that cannot drive a terminal: what is not printable is shown by its code."""
    decoded = text.decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in decoded)
