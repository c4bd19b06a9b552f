"""Between the queue and the rows: what the journal takes, and how it becomes rows.

Lives in the recorder's thread. On a database server there is no journal, and everything here does nothing.
Must not know: the queue, the outage. Read next: writer_thread.py, pending.py.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gateway.exchange import Exchange
    from store.item import Item
    from store.mark import MarkFile
    from store.pending import Pending
    from store.run_info import End

    type Commit = Callable[[Sequence[Exchange], Sequence[End]], None]

logger = logging.getLogger(__name__)


class Folding:
    """The journal of one run. `pending` None: there is none. `mark`: where its position is noted.

    `durable` makes sure that rows are on disk before the journal begins again.
    """

    def __init__(self, pending: Pending | None, mark: MarkFile | None, durable: Callable[[], None]) -> None:
        self._pending = pending
        self._mark = mark
        self._durable = durable
        self._warned = False

    def take(self, items: list[Item], max_id: int) -> list[Item]:
        """Write what is for the journal as one group; the items that it did not take come back."""
        plain = [item for item in items if item.is_for_journal]
        if self._pending is None or not plain:
            return items
        try:
            taken = self._pending.take(
                [item.begun for item in plain if item.begun], [item.ended for item in plain if item.ended]
            )
        except OSError as failure:
            self._warn(failure)
            return items
        if not taken:
            return items
        self._warned = False
        self._note(max_id)
        return [item for item in items if not item.is_for_journal]

    def wait_s(self) -> float | None:
        """Seconds until something must become rows; 0 or less: now. None: nothing waits."""
        return self._pending.wait_s() if self._pending else None

    def fold(self, commit: Commit, missed: Callable[[int], None], max_id: int, *, every: bool = False) -> None:
        """Make rows of all that has ended, and of what is open for long, or of `every` open exchange.

        `missed` is told of an exchange that no row can hold. Raises what the database or the disk says.
        """
        if self._pending is None or self._pending.empty:
            return
        noted = self._pending.to_note(every=every)
        try:
            commit(noted, self._pending.ends)
        except Exception as failure:
            if _is_of_the_place(failure):
                raise
            _singly(self._pending.ends, commit, missed)
        self._pending.folded(noted)
        if every or self._pending.may_begin_again:
            self._durable()
            self._pending.begin_again()
        self._note(max_id)
        if every:
            self._pending.journal.erase()

    def forget(self, items: Iterable[Item]) -> None:
        """What ended with these is rows already."""
        if self._pending:
            self._pending.forget(item.ended.id for item in items if item.ended)

    def close(self) -> None:
        """Let go of the files; the journal stays when something in it is not a row."""
        empty = self._pending is None or self._pending.empty
        if self._mark:
            if empty:
                self._mark.note(b"", 0, 0, 0)
            self._mark.close()
        if self._pending:
            self._pending.journal.close(remove=empty)

    def _note(self, max_id: int) -> None:
        if self._mark and self._pending:
            self._mark.note(*self._pending.position, max_id)

    def _warn(self, failure: OSError) -> None:
        if not self._warned:
            logger.warning("fc-replay: the journal cannot be written (%s); the database takes over", failure)
        self._warned = True


def _singly(ends: Sequence[End], commit: Commit, missed: Callable[[int], None]) -> None:
    """One exchange that no row can hold must not take others along."""
    for each in ends:
        try:
            commit((), (each,))
        except Exception as failure:
            if _is_of_the_place(failure):
                raise
            logger.exception("fc-replay: exchange %d cannot be recorded", each.exchange.id)
            missed(each.exchange.id)


def _is_of_the_place(failure: Exception) -> bool:
    """Whether the disk or the database failed, not one row."""
    return isinstance(failure, DBAPIError | OSError) and not isinstance(failure, IntegrityError)
