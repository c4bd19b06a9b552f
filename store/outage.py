"""When the recorder could not write: since when, why, how many exchanges are missing.

Must not know: how anything is written. Read next: writer.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from store.run_info import Gap

_WORDS = (
    ("disk is full", "disk full"),
    ("No space left", "disk full"),
    ("disk I/O error", "disk error"),
    ("readonly database", "the recording is read-only"),
    ("is locked", "another program holds a lock on the recording"),
    ("malformed", "the recording is damaged"),
    ("not a database", "the recording is damaged"),
)


def plain_reason(error: Exception) -> str:
    """What a user is told about a failed commit."""
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return next((plain for word, plain in _WORDS if word in said), f"{type(error).__name__}: {said}")


@dataclass(slots=True)
class Outage:
    """One writer's outages. `reason` is "" while recording works; `total` counts all that is missing."""

    reason: str = ""
    total: int = 0
    _started_us: int = 0
    _exchanges: int = 0
    _why: str = ""

    def note(self, error: Exception, exchanges: int) -> None:
        """A commit failed, and with it this many exchanges."""
        self.reason = self._why = plain_reason(error)
        self._started_us = self._started_us or time.time_ns() // 1000
        self._exchanges += exchanges
        self.total += exchanges

    def gaps(self) -> list[Gap]:
        """What the next commit has to say about exchanges that are missing."""
        if not self._exchanges:
            return []
        return [Gap(self._started_us, time.time_ns() // 1000, self._exchanges, self._why)]

    def over(self) -> None:
        """A commit came through, and with it what gaps() said."""
        self.reason = ""
        self._started_us = self._exchanges = 0
