"""Which call a line of a program's output belongs to, as far as the line or FC's markers around it tell.

A request id in a line names its call. A program may also print FC's start and end markers itself, as FC's pages
advise (contract LOG-2): while exactly one call is open by them, lines without an id are that call's.
Must not know: where lines come from, calls. Read next: log.py.
"""

from __future__ import annotations

import re

REQUEST_ID = re.compile(rb"1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}")
"""The ids that this gateway gives to calls (contract CTX-RID-1)."""

MARKER = re.compile(rb"FC \w+ (Start|End) RequestId: (1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12})")
"""Contract LOG-1."""


class Owners:
    """Follows the markers in a program's output, line by line."""

    def __init__(self) -> None:
        self._open: set[bytes] = set()

    def of(self, line: bytes) -> bytes:
        """The request id of the call that a line belongs to; b"" when nobody can tell."""
        found = REQUEST_ID.search(line) if b"1-" in line else None
        if found is None:
            return next(iter(self._open)) if len(self._open) == 1 else b""
        self._follow(line)
        return found[0]

    def over(self, request_id: bytes) -> None:
        """A call has ended, whether its end marker was printed or not."""
        self._open.discard(request_id)

    def _follow(self, line: bytes) -> None:
        marker = MARKER.search(line)
        if marker is None:
            return
        if marker[1] == b"Start":
            self._open.add(marker[2])
        else:
            self._open.discard(marker[2])
