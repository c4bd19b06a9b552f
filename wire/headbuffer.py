"""Finds heads in a stream: what came so far, bounded, and refused as soon as it cannot become a head.

Must not know: sockets, time. Read next: heads.py (what is done with a head), server.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wire.errors import Malformed
from wire.fields import TEXT, split_lines

if TYPE_CHECKING:
    from collections.abc import Callable

_EMPTY_LINES = re.compile(rb"\A(?:\r\n)+")
_END = b"\r\n\r\n"


class HeadBuffer:
    """Bytes that belong to no message yet. `check_line` raises Malformed for a first line that is none.

    Empty lines before a head are dropped when `skip_empty_lines` (RFC 9112 2.2: for requests only).
    `waits`: the beginning of a head is here, its end is not.
    """

    __slots__ = ("_check_line", "_limit", "_line_checked", "_searched", "_skip", "data", "waits")

    def __init__(self, limit: int, check_line: Callable[[bytes], object], *, skip_empty_lines: bool = False) -> None:
        self.data = b""
        self.waits = False
        self._limit = limit
        self._check_line = check_line
        self._skip = skip_empty_lines
        self._searched = 0  # up to here there is no end of a head, and nothing to refuse
        self._line_checked = False

    def take(self) -> bytes | None:
        """The next head without its final empty line, or None while it is not whole. Raises Malformed."""
        data = self.data
        if self._skip and data[:1] == b"\r":
            data = self.data = _EMPTY_LINES.sub(b"", data, count=1)
        end = data.find(_END, self._searched)
        if (end if end >= 0 else len(data)) > self._limit:
            raise Malformed(f"a head of more than {self._limit} bytes", "head-too-large")
        if end < 0:
            self._check_beginning(data)
            self._searched = max(0, len(data) - 3)
            self.waits = bool(data)
            return None
        self.data = data[end + 4 :]
        self._reset()
        return data[:end]

    def give_up(self) -> bytes:
        """Forget everything; returns what was here."""
        data, self.data = self.data, b""
        self._reset()
        return data

    def _reset(self) -> None:
        self.waits = False
        self._searched = 0
        self._line_checked = False

    def _check_beginning(self, data: bytes) -> None:
        """Refuse at once what no further byte can mend, instead of waiting for the head's time to run out."""
        start = self._searched
        if start and data[start : start + 1] == b"\n":
            start -= 1  # its CR stands just before
        fresh = data[start:].removesuffix(b"\r")
        if fresh.translate(None, TEXT) != b"\r\n" * fresh.count(b"\r\n"):
            split_lines(data.removesuffix(b"\r"))
        if not self._line_checked:
            line, whole, _ = data.partition(b"\r\n")
            if whole:
                self._check_line(line)
                self._line_checked = True
