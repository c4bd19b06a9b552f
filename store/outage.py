"""When the recorder cannot write: since when, why, and which exchanges are missing.

Must not know: how anything is written. Read next: writer.py.
"""

from __future__ import annotations

import errno
import time
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError

from store.run_info import Gap

DISK_FULL = "disk full"

_WORDS = (
    ("disk is full", DISK_FULL),
    ("disk I/O error", "disk error"),
    ("readonly database", "the recording is read-only"),
    ("is locked", "another program holds a lock on the recording"),
    ("malformed", "the recording is damaged"),
    ("not a database", "the recording is damaged"),
)


def plain_reason(error: Exception) -> str:
    """What a user is told about a failed commit."""
    if isinstance(error, OSError):
        return DISK_FULL if error.errno in {errno.ENOSPC, errno.EDQUOT} else str(error.strerror or error)
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return next((plain for word, plain in _WORDS if word in said), f"{type(error).__name__}: {said}")


@dataclass(slots=True)
class Outage:
    """One writer's outages. `reason` is "" while recording works; `total` counts exchanges that are lost."""

    reason: str = ""
    total: int = 0
    _why: str = ""
    _started_us: int = 0
    _missing: set[int] = field(default_factory=set)

    def begin(self, error: Exception) -> None:
        """A commit failed."""
        self.reason = self._why = plain_reason(error)
        self._started_us = self._started_us or time.time_ns() // 1000

    def missed(self, ident: int) -> None:
        """An exchange is not in the recording. What is missed after an outage is told as one of its own."""
        self._missing.add(ident)
        self._started_us = self._started_us or time.time_ns() // 1000

    def kept(self, ident: int) -> None:
        """It is in memory, and will be."""
        self._missing.discard(ident)

    def gap(self, *, over: bool) -> Gap | None:
        """What the recording has to say about it: nothing when nothing is missing, and it is over."""
        if not self._started_us or (over and not self._missing):
            return None
        ended_us = time.time_ns() // 1000 if over else None
        missing = frozenset(self._missing)
        return Gap(self._started_us, ended_us, len(missing), self._why, missing)

    def end(self) -> None:
        """A commit came through, and with it what gap() said."""
        self.total += len(self._missing)
        self.reason = ""
        self._started_us = 0
        self._missing.clear()
