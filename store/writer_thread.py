"""The thread that commits: takes what is queued, writes it in one transaction, says how it went, tries again.

It shares three things with the event loop: a deque, an event, and the outage it reports. Must not know: futures.
Read next: committer.py (one transaction), outage.py (when it fails), writer.py (the side of the event loop).
"""

from __future__ import annotations

import contextlib
import errno
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, IntegrityError

from store.committer import Committer
from store.explained import explained
from store.ids import Ids
from store.mark import MarkFile
from store.outage import DISK_FULL, Outage
from store.recording import GONE
from store.reserve import Reserve
from store.run_info import Work
from store.tasks import NameTaken

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from gateway.exchange import Exchange
    from store.keep import Keep
    from store.message_rows import Said
    from store.prepare import Prepared, Preparer
    from store.recording import Recording
    from store.run_info import Gap, RunInfo
    from store.spool import Spool
    from store.tasks import TaskChange

_BATCH = 256
_PROBE_S = 0.5
_PRUNE_S = 2.0


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to write. `spools` None marks an intent; `future` None means that nobody waits for it.

    `ready`: the exchange as the helper thread prepared it. `said`: messages of a conversation. `task`: a change of the
    queue of accepted calls, in the same commit.
    """

    exchange: Exchange | None
    spools: Sequence[Spool] | None = None
    future: asyncio.Future[None] | None = None
    weight: int = 0
    config: tuple[str, str] | None = None
    ready: Prepared | None = None
    said: Said | None = None
    task: TaskChange | None = None


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
        self.committer.disconnect()  # the thread opens its own
        self._thread.start()
        return run_id

    def push(self, item: Item) -> None:
        """Queue an item; from any thread, without waiting."""
        self._queue.append(item)
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
            # While it fails, it tries by itself: recording resumes without traffic.
            self._wake.wait(_PROBE_S if self.outage.reason else _PRUNE_S if self._keep else None)
            self._wake.clear()
            if self.outage.reason:
                self._commit(self._taken())
            while self._queue:
                self._commit(self._taken())
                self._prune()
            self._prune()
        while self._queue:
            self._commit(self._taken())
        self._end()

    def _prune(self) -> None:
        """A step of retention now and then, between commits; the next one soon when there is more to do."""
        if self._keep is None or self.outage.reason or time.monotonic() < self._prune_at:
            return
        try:
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
            self._write(items)
        except IntegrityError as failure:
            # Another proxy's retention removed what this one took for stored, or one row is impossible: one by one.
            self._one_by_one(failure, items)
        except (DBAPIError, OSError) as failure:
            self._failed(failure, items)
        except NameTaken as taken:
            self._settled([each for each in items if _accepts(each, taken)], taken)
            self._commit([replace(each, ready=None) for each in items if not _accepts(each, taken)])
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
        self._check_place()
        self._reserve.hold()  # on a full disk this fails first: the space it gave up is not for exchanges
        self.committer.refill(self.ids)
        self.committer.commit(self._work_of(items, self.outage.gap(over=True)))
        self._set_mark()
        self.outage.end()
        self._settled(items, "")

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
            self.committer.commit(self._work_of([], self.outage.gap(over=False)))
        except (DBAPIError, OSError) as failure:
            self.outage.begin(failure)

    def _work_of(self, items: list[Item], gap: Gap | None) -> Work:
        work = Work(gap=gap, max_id=self.ids.last)
        for item in items:
            if item.task:
                work.tasks.append(item.task)
            if item.config:
                work.configs.append(item.config)
            elif item.said:
                work.said.append(item.said)
            elif item.ready:
                work.prepared.append(item.ready)
            elif item.exchange and item.spools is None:
                work.intents.append(item.exchange)
            elif item.exchange and item.spools is not None:
                work.ends.append((item.exchange, item.spools))
        return work

    def _end(self) -> None:
        self._reserve.release()
        for item in self._later:
            if item.exchange:
                self.outage.kept(item.exchange.id)
        try:
            self.committer.commit(self._work_of(list(self._later), self.outage.gap(over=True)))
            self.committer.end("orderly")
            self._set_mark()
        except (DBAPIError, OSError) as failure:
            self.outage.begin(failure)  # the next start closes the run
        self.committer.disconnect()
        if self._mark:
            self._mark.close()


def _accepts(item: Item, taken: NameTaken) -> bool:
    return item.task is not None and item.task.with_id in taken.ids
