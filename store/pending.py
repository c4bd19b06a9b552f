"""Entries that are in the journal and not yet rows: which, since when, and when they must become some.

Lives in the recorder's thread. Must not know: the database. Read next: writer_thread.py, journal.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store.journal_entries import packed
from store.record import encode
from store.run_info import End

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gateway.exchange import Exchange
    from store.journal import Journal
    from store.journal_entries import Entry
    from store.record import Encoded

MOST = 128
"""Ended exchanges that wait at most. More at once cost less each, and hold up those who wait for a commit."""

LINGER_S = 0.025
"""How long an ended exchange waits at most, in seconds: so far a reader of a live recording is behind."""

OPEN_S = 0.25
"""After this an exchange that is still open becomes a row too, so that readers see it, in seconds."""

_FULL = 0.5
_WORTH = 0.25


@dataclass(slots=True)
class Pending:
    """What the journal holds for the database. `knows`: whether a body is in the recording already."""

    journal: Journal
    knows: Callable[[bytes], bool]
    ends: list[End] = field(default_factory=list)
    _open: dict[int, tuple[float, Exchange]] = field(default_factory=dict)
    _bodies: set[bytes] = field(default_factory=set)
    _since: float = 0.0
    _folded: int = 0

    @property
    def position(self) -> tuple[bytes, int, int]:
        """Which pass through the journal this is, how many groups it has, and in how many all that ended is rows."""
        salt, groups = self.journal.position
        return salt, groups, self._folded

    def take(self, begun: Sequence[Exchange], ended: Sequence[Exchange]) -> bool:
        """Write a group; all of it is on disk when this returns True. False: it is not for the journal.

        Raises OSError when it cannot be written, and then holds none of it.
        """
        encoded = [encode(each) for each in (*begun, *ended)]
        if any(each.refs for each in encoded):
            return False  # its bodies lie in spools
        fresh = dict[bytes, bytes]()
        payload = packed([self._entry(each, fresh) for each in encoded])
        if not self.journal.has_room(len(payload)):
            return False
        self.journal.append(payload)
        self._bodies.update(fresh)
        now = time.monotonic()
        self._open.update((each.id, (now, each)) for each in begun)
        for each in ended:
            self._open.pop(each.id, None)
        if not self.ends:
            self._since = now
        self.ends += [End(each, (), record) for each, record in zip(ended, encoded[len(begun) :], strict=True)]
        return True

    @property
    def empty(self) -> bool:
        """Whether everything in the journal is rows."""
        return not self.ends and not self._open

    def wait_s(self) -> float | None:
        """Seconds until something must become rows; 0 or less: now. None: nothing waits."""
        if len(self.ends) >= MOST or self.journal.used > _FULL:
            return 0.0
        now = time.monotonic()
        due = [self._since + LINGER_S - now] if self.ends else []
        oldest = next(iter(self._open.values()), None)
        due += [oldest[0] + OPEN_S - now] if oldest else []
        return min(due, default=None)

    def to_note(self, *, every: bool) -> list[Exchange]:
        """The open exchanges that must be rows now: those open for long, or `every` one."""
        if every or self.journal.used > _FULL:
            return [each for _, each in self._open.values()]
        before = time.monotonic() - OPEN_S
        return [each for since, each in self._open.values() if since <= before]

    def folded(self, noted: Iterable[Exchange]) -> None:
        """All that had ended are rows, and these open ones."""
        self.ends.clear()
        for each in noted:
            self._open.pop(each.id, None)
        self._folded = self.journal.position[1]

    @property
    def may_begin_again(self) -> bool:
        """Whether the journal is worth clearing, once what it holds is on disk as rows."""
        return self.empty and self.journal.used > _WORTH

    def begin_again(self) -> None:
        """Everything in the journal is on disk as rows."""
        self.journal.begin_again()
        self._bodies.clear()
        self._folded = 0

    def forget(self, ended: Iterable[int]) -> None:
        """These exchanges' ends went straight into the database."""
        for ident in ended:
            self._open.pop(ident, None)

    def _entry(self, encoded: Encoded, fresh: dict[bytes, bytes]) -> Entry:
        new = {
            digest: body
            for digest, body in encoded.bodies.items()
            if digest not in self._bodies and digest not in fresh and not self.knows(digest)
        }
        fresh.update(new)
        return encoded.record, new
