"""The thread that commits: takes what is queued, writes it in one transaction, says how it went, tries again.

Into a file, a commit is a group in the journal, and rows follow in batches; on a server, or when the journal cannot
take it, a transaction. It shares three things with the event loop: a deque, an event, and the outage it reports.
Must not know: futures. Read next: pending.py (the journal's side), committer.py (one transaction), outage.py
(when it fails), writer.py (the side of the event loop).
"""

from __future__ import annotations

import contextlib
import errno
import threading
import time
from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, IntegrityError

from store import journal
from store.committer import Committer
from store.explained import explained
from store.folding import Folding
from store.ids import Ids
from store.item import work_of
from store.mark import MarkFile
from store.outage import DISK_FULL, Outage
from store.pending import Pending
from store.recording import GONE
from store.reserve import Reserve
from store.sqlite import flush_wal
from store.tasks import NameTaken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.exchange import Exchange
    from store.item import Item
    from store.keep import Keep
    from store.message_rows import Said
    from store.prepare import Preparer
    from store.recording import Recording
    from store.run_info import End, RunInfo

_BATCH = 256
_PROBE_S = 0.5
_PRUNE_S = 2.0


class WriterThread:
    """Commits the items of one run. `settled(items, why_not)` is called in this thread, "" for success."""

    def __init__(
        self,
        recording: Recording,
        preparer: Preparer,
        keep: Keep | None,
        settled: Callable[[list[Item], str | NameTaken], None],
    ) -> None:
        self.outage = Outage()
        self.committer = Committer(recording.engine, preparer)
        self._recording = recording
        self._keep = keep
        self._settled = settled
        self._prune_at = 0.0
        self._reserve = Reserve(recording.beside("-reserve"))
        self._mark: MarkFile | None = None
        self._folding = Folding(None, None, self._durable)
        self._preparer = preparer
        self._queue: deque[Item] = deque()
        self._later: deque[Item] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._retried: Exchange | Said | None = None
        self._file: tuple[int, int] | None = None
        with explained(recording.place), recording.engine.connect() as connection, connection.begin():
            self.ids = Ids(connection)
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)

    def start(self, run: RunInfo, seal: str) -> int:
        """Write the run's row, begin to work, and return the run's id. Raises a RecordingError."""
        with explained(self._recording.place):
            self._file = self._file_now()
            self._reserve.hold()
            run_id = self.committer.begin(run, self._recording.durability, seal)
            if path := self._recording.beside("-mark"):
                self._mark = MarkFile(path, ahead=self._recording.durability == "normal")
                self._set_mark()
            self._folding = Folding(self._new_pending(run_id), self._mark, self._durable)
        self.committer.disconnect()  # the thread opens its own
        self._thread.start()
        return run_id

    def push(self, item: Item, *, wake: bool = True) -> None:
        """Queue an item; from any thread, without waiting. Without `wake` the caller wakes the thread soon."""
        self._queue.append(item)
        if wake:
            self._wake.set()

    def wake(self) -> None:
        """Look for something to do."""
        self._wake.set()

    def stop(self) -> None:
        """Write what is queued, end the run, and wait for that."""
        self._closing = True
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._closing:
            self._wake.wait(self._patience())
            self._wake.clear()
            if self.outage.reason:
                self._commit(self._taken())
            while self._queue:
                self._commit(self._taken())
                self._fold_when_due()
                self._prune()
            self._fold_when_due()
            self._prune()
        while self._queue:
            self._commit(self._taken())
        self._end()

    def _patience(self) -> float | None:
        """Seconds until there is something to do without being woken."""
        if self.outage.reason:
            return _PROBE_S  # it tries by itself: recording resumes without traffic
        due = self._folding.wait_s()
        prune = _PRUNE_S if self._keep else None
        return min((each for each in (due, prune) if each is not None), default=None)

    def _new_pending(self, run_id: int) -> Pending | None:
        """The journal of a file; a database server has its own."""
        path = self._recording.beside(journal.SUFFIX)
        if path is None:
            return None
        sync = self._recording.durability == "full"
        return Pending(journal.Journal(path, self._preparer.key, run_id, sync=sync), self.committer.knows)

    def _prune(self) -> None:
        """A step of retention now and then, between commits; the next one soon when there is more to do."""
        if self._keep is None or self.outage.reason or time.monotonic() < self._prune_at:
            return
        try:
            self._fold(every=True)  # an entry may rest on a body that retention would take away
            more = self.committer.prune(self._keep)
        except IntegrityError:
            return  # on a server another proxy just used a body that was to go: the next step sees it
        except (DBAPIError, OSError) as failure:
            self.outage.begin(failure)
            return
        self._prune_at = time.monotonic() + (0 if more else _PRUNE_S)
        if more:
            self._wake.set()

    def _taken(self) -> list[Item]:
        later = [self._later.popleft() for _ in range(min(len(self._later), _BATCH))]
        return later + [self._queue.popleft() for _ in range(min(len(self._queue), _BATCH))]

    def _commit(self, items: list[Item]) -> None:
        try:
            items = self._not_journaled(items)
            self._write(items)
        except IntegrityError as failure:
            # Another proxy's retention removed what this one took for stored, or one row is impossible: one by one.
            self._one_by_one(failure, items)
        except (DBAPIError, OSError) as failure:
            self._failed(failure, items)
        except NameTaken as taken:
            self._settled([each for each in items if each.accepts(taken)], taken)
            self._commit([replace(each, ready=None) for each in items if not each.accepts(taken)])
        except Exception as failure:  # noqa: BLE001 - one exchange that cannot be encoded must not take others along
            self._one_by_one(failure, items)

    def _one_by_one(self, failure: Exception, items: list[Item]) -> None:
        if len(items) == 1 and self._retried is not (alone := items[0].exchange or items[0].said):
            self._retried = alone
        elif len(items) == 1:
            self._failed(failure, items)
            return
        for item in items:
            self._commit([replace(item, ready=None)])  # its spools went with the failed transaction

    def _file_now(self) -> tuple[int, int] | None:
        """Which file lies at the recording's path: device and inode; None on a database server."""
        if self._recording.path is None:
            return None
        found = self._recording.path.stat()
        return found.st_dev, found.st_ino

    def _write(self, items: list[Item]) -> None:
        """Into the database: what the journal holds, then these; nothing when there is neither, nor an outage."""
        if not items and not self.outage.reason:
            return
        self._fold(every=False)
        self._commit_rows(items)
        self._settled(items, "")

    def _not_journaled(self, items: list[Item]) -> list[Item]:
        """The items that the journal did not take. An outage ends in the database alone."""
        self._check_place()
        self._reserve.hold()  # on a full disk this fails first: the space it gave up is not for exchanges
        if self.outage.reason:
            return items
        rest = self._folding.take(items, self.ids.last)
        if len(rest) < len(items):
            self._settled([item for item in items if item.is_for_journal], "")
        return rest

    def _commit_rows(
        self,
        items: list[Item],
        noted: Sequence[Exchange] = (),
        ends: Sequence[End] = (),
        *,
        flush: bool = True,
    ) -> None:
        """One transaction: these items, open exchanges that become rows, ends that the journal holds."""
        self.committer.refill(self.ids)
        work = work_of(items, self.outage.gap(over=True), self.ids.last)
        work.intents += noted
        work.ends += ends
        self.committer.commit(work, flush=flush)
        if flush:
            self._set_mark()
        self.outage.end()
        self._folding.forget(items)

    def _fold(self, *, every: bool) -> None:
        """Make rows of what the journal holds."""
        commit = partial(self._commit_rows, [])
        self._folding.fold(commit, self.outage.missed, self.ids.last, every=every)

    def _durable(self) -> None:
        """What was committed without a flush is on disk when this returns; only then the mark says so."""
        if self._recording.path and self._recording.durability == "full":
            flush_wal(self._recording.path)
            self._set_mark()

    def _fold_when_due(self) -> None:
        due = None if self.outage.reason else self._folding.wait_s()
        if due is None or due > 0:
            return
        try:
            self._fold(every=False)
        except (DBAPIError, OSError) as failure:
            self._failed(failure, [])

    def _check_place(self) -> None:
        """Raise FileNotFoundError when the file has gone. SQLite would go on into it and report success."""
        with contextlib.suppress(FileNotFoundError):
            if self._file_now() == self._file:
                return
        raise FileNotFoundError(errno.ENOENT, GONE)

    def _set_mark(self) -> None:
        if self._mark:
            self._mark.write(self.committer.mark(self.ids.last))

    def _failed(self, failure: Exception, items: list[Item]) -> None:
        self.outage.begin(failure)
        for item in items:
            if item.exchange and item.spools is not None and item.future:
                self.outage.missed(item.exchange.id)
        self._later.extend(item for item in items if item.future is None)
        if self._reserve.held and self.outage.reason == DISK_FULL:
            self._use_reserve()
        self._settled([item for item in items if item.future], self.outage.reason)

    def _use_reserve(self) -> None:
        """The disk is full: say so in the recording, in the room that was held back for it."""
        self._reserve.release()
        try:
            self.committer.commit(work_of([], self.outage.gap(over=False), self.ids.last))
        except (DBAPIError, OSError) as failure:
            self.outage.begin(failure)

    def _end(self) -> None:
        self._reserve.release()
        for item in self._later:
            if item.exchange:
                self.outage.kept(item.exchange.id)
        try:
            self._fold(every=True)
            self._commit_rows(list(self._later))
            self.committer.end("orderly")
            self._set_mark()
        except (DBAPIError, OSError) as failure:
            self.outage.begin(failure)  # the next start reads the journal and closes the run
        self.committer.disconnect()
        self._folding.close()
