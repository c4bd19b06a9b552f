"""What a program printed, with times, in bounded memory; and which of it belongs to which call.

A call's log is what was printed while it was under way (contract LOG-8). When calls overlap, a line is given to the
call whose request id it carries or whose markers stand around it; what nobody can attribute is kept apart and said
to be so. Must not know: where the bytes come from. Read next: owners.py (whose a line is), pipe.py, follow.py.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from instance.owners import Owners

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEEP_BYTES = 1024 * 1024
LONGEST_LINE = 64 * 1024
TAIL_BYTES = 4096  # web-functions: X-Fc-Log-Type Tail gives the last 4 KB


def wall_clock_us() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log with its line end. `start`: its position, in bytes since the log began.

    `at_us`: when its first byte reached us, microseconds since the epoch. A line longer than 64 KiB comes
    in pieces. `owner`: the request id of the call that it belongs to, b"" when nobody can tell.
    """

    at_us: int
    start: int
    data: bytes
    owner: bytes = b""

    @property
    def end(self) -> int:
        """The position after its last byte."""
        return self.start + len(self.data)


@dataclass(slots=True, eq=False)
class Window:
    """A call under way: where the log stood when it began, and how many other calls have been beside it.

    `opened`: how many windows had been opened before it; `beside`: how many of them were open then.
    """

    start: int
    request_id: bytes = b""
    opened: int = 0
    beside: int = 0


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a call's log.

    `data`: the call's own lines. `cut`: more was printed than was looked at. `unknown`: what was printed meanwhile
    and may as well be of one of the `others`, calls that were under way beside this one.
    """

    data: bytes
    cut: bool = False
    unknown: bytes = b""
    others: int = 0

    @property
    def shared(self) -> bool:
        """Whether other calls were under way."""
        return self.others > 0


class Log:
    """The last `keep` bytes that a program printed. Positions count bytes since the beginning and never restart."""

    def __init__(self, keep: int = KEEP_BYTES, clock_us: Callable[[], int] = wall_clock_us) -> None:
        self._keep = keep
        self._clock_us = clock_us
        self._lines: deque[Line] = deque()
        self._kept = 0
        self._partial = bytearray()
        self._partial_at_us = 0
        self._end = 0
        self._refresh: Callable[[], object] | None = None
        self._calls = 0
        self._opened = 0
        self._owners = Owners()

    @property
    def end(self) -> int:
        """The position after the last byte."""
        return self._end

    @property
    def begin(self) -> int:
        """The position of the oldest byte still kept."""
        return self._end - self._kept - len(self._partial)

    def lines(self) -> Iterator[Line]:
        """What is kept, oldest first; the last may still lack its line end."""
        yield from self._lines
        if self._partial:
            yield self._partial_line()

    def attach(self, refresh: Callable[[], object] | None) -> None:
        """Name the source to ask for what it already has, before a position is taken."""
        self._refresh = refresh

    def refresh(self) -> None:
        """Take what the program has written and we have not read yet."""
        if self._refresh is not None:
            self._refresh()

    def feed(self, data: bytes) -> None:
        """Add what was printed, in pieces of any size."""
        now = self._clock_us()
        for piece in _pieces(data):
            if not self._partial:
                self._partial_at_us = now
            self._partial += piece
            self._end += len(piece)
            if piece.endswith(b"\n") or len(self._partial) >= LONGEST_LINE:
                self._finish_line()
        self._forget()

    def tail_between(self, start: int, end: int, limit: int = TAIL_BYTES) -> bytes:
        """At most the last `limit` bytes between two positions; less when they are no longer kept."""
        start = max(start, end - limit, self.begin)
        pieces: list[bytes] = []
        for line in self._newest_first():
            if line.end <= start:
                break
            pieces.append(line.data[max(0, start - line.start) : max(0, end - line.start)])
        return b"".join(reversed(pieces))

    def open_window(self, start: int | None = None, request_id: bytes = b"") -> Window:
        """A call begins, or began at the position `start`. Close each window once, also when the call failed."""
        self.refresh()
        window = Window(self._end if start is None else start, request_id, self._opened, self._calls)
        self._opened += 1
        self._calls += 1
        return window

    def close_window(self, window: Window, limit: int = TAIL_BYTES) -> Tail:
        """A call ended: the end of what was printed since it began, its own lines apart from those of nobody."""
        self.refresh()
        self._calls -= 1
        others = window.beside + self._opened - window.opened - 1
        cut = window.start < max(self._end - limit, self.begin)
        if not others:
            tail = Tail(self.tail_between(window.start, self._end, limit), cut)
        else:
            tail = self._shared(window, limit, others, cut=cut)
        self._owners.over(window.request_id)
        return tail

    def _shared(self, window: Window, limit: int, others: int, *, cut: bool) -> Tail:
        start = max(window.start, self._end - limit)
        own: list[bytes] = []
        unknown: list[bytes] = []
        for line in self._newest_first():
            if line.end <= start:
                break
            data = line.data[max(0, start - line.start) :]
            if window.request_id and (line.owner == window.request_id or window.request_id in line.data):
                own.append(data)
            elif not line.owner:
                unknown.append(data)
        return Tail(b"".join(reversed(own)), cut, b"".join(reversed(unknown)), others)

    def _newest_first(self) -> Iterator[Line]:
        if self._partial:
            yield self._partial_line()
        yield from reversed(self._lines)

    def _partial_line(self) -> Line:
        return Line(self._partial_at_us, self._end - len(self._partial), bytes(self._partial))

    def _finish_line(self) -> None:
        line = self._partial_line()
        self._lines.append(replace(line, owner=self._owners.of(line.data)))
        self._kept += len(self._partial)
        self._partial.clear()

    def _forget(self) -> None:
        while self._kept > self._keep:
            self._kept -= len(self._lines.popleft().data)


def _pieces(data: bytes) -> Iterator[bytes]:
    """Split after each LF, and so that no piece is longer than a line may be.

    A bare CR redraws a line (a progress bar), it does not end one.
    """
    start = 0
    while start < len(data):
        newline = data.find(b"\n", start, start + LONGEST_LINE)
        end = newline + 1 if newline >= 0 else min(len(data), start + LONGEST_LINE)
        yield data[start:end]
        start = end
