"""The way into a recording: called on the event loop, which only appends; one thread commits.

Everything queued when the thread looks goes into one transaction, so a commit that costs a disk's flush is
shared by all who wait (reliability.md section 1), and the loop is woken once per batch.
Must not know: rows. Read next: committer.py (one transaction), outage.py (when it fails), bounds.py.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError, IntegrityError

from store.bounds import Bounds, has_bodies_elsewhere, weight_of
from store.committer import Committer
from store.errors import StoreUnavailable
from store.explained import explained
from store.ids import Ids
from store.keys import make_key
from store.mark import MarkFile
from store.outage import DISK_FULL, Outage
from store.prepare import Preparer
from store.reserve import Reserve
from store.run_info import Gap, RunInfo, Work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.exchange import Exchange
    from store.keep import Keep
    from store.recording import Recording
    from store.spool import Spool

_BATCH = 256


MAX_LATER = 1024
"""Exchanges kept in memory for the time when the store is back."""

LATER_BYTES = 32 * 1024
"""One of them at most, roughly."""

_PROBE_S = 0.5
_PRUNE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing to write. `spools` None marks an intent; `future` None means that nobody waits for it."""

    exchange: Exchange | None
    spools: Sequence[Spool] | None = None
    future: asyncio.Future[None] | None = None
    weight: int = 0
    config: tuple[str, str] | None = None


class Writer:
    """Writes one run. `start` in the running event loop, then intent/finish per exchange, `close` at the end.

    `seal`: what becomes of secrets, `on`, `discard` or `off` (prepare.py). `keep`: the oldest exchanges go when
    there is more (keep.py). Raises Unwritable when there is no
    place for the key.
    """

    def __init__(self, recording: Recording, *, seal: str = "on", keep: Keep | None = None) -> None:
        self._recording = recording
        self._keep = keep
        self._prune_at = 0.0
        self._seal = seal
        key = None if seal == "off" else make_key(recording)
        self._committer = Committer(recording.engine, Preparer(key, keep=seal == "on"))
        self._reserve = Reserve(recording.beside("-reserve"))
        self._mark: MarkFile | None = None
        self._queue: deque[_Item] = deque()
        self._later: deque[_Item] = deque()
        self._later_count = 0
        self._wake = threading.Event()
        self._closing = False
        with explained(recording.place), recording.engine.connect() as connection, connection.begin():
            self._ids = Ids(connection)
        self._bounds = Bounds()
        self._outage = Outage()
        self._retried: _Item | None = None
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self.run_id = 0

    def start(self, run: RunInfo) -> None:
        """Write the run's row and start the thread. Call it in the event loop that will record."""
        self._loop = asyncio.get_running_loop()
        with explained(self._recording.place):
            self._reserve.hold()
            self.run_id = self._committer.begin(run, self._recording.durability, self._seal)
            if path := self._recording.beside("-mark"):
                self._mark = MarkFile(path, ahead=self._recording.durability == "normal")
                self._set_mark()
        self._committer.disconnect()  # the thread opens its own
        self._thread.start()

    @property
    def failing(self) -> str:
        """Why the last commit failed, "" when recording works."""
        return self._outage.reason

    @property
    def lost(self) -> int:
        """Exchanges of this run that are not in the recording, as its gap rows say."""
        return self._outage.total

    def next_id(self) -> int:
        """The id of the next exchange: in order of arrival, unique in the recording. No I/O."""
        return self._ids.next()

    async def ready(self) -> None:
        """Wait while too much is queued; await it before an exchange is let in."""
        await self._bounds.ready()

    def intent(self, exchange: Exchange) -> asyncio.Future[None]:
        """Note that an exchange begins; done once it is on disk. Raises StoreUnavailable through the future."""
        return self._submit(exchange, None)

    def finish(self, exchange: Exchange, spools: Sequence[Spool] = ()) -> asyncio.Future[None]:
        """Record an exchange that has ended, with the spools of its large bodies; done once it is on disk.

        The spools must stay open until then. Raises StoreUnavailable through the future; the exchange then
        counts as lost until finish_later takes it.
        """
        return self._submit(exchange, tuple(spools))

    def finish_later(self, exchange: Exchange) -> None:
        """Record an exchange that cannot be written now, such as one refused for that reason.

        At most MAX_LATER wait in memory, and none that is large; what is more is counted in the gap row.
        """
        if self._later_count >= MAX_LATER or weight_of(exchange) > LATER_BYTES or has_bodies_elsewhere(exchange):
            self.lose(exchange)
            return
        self._later_count += 1
        self._outage.kept(exchange.id)
        self._push(_Item(exchange, ()))

    def lose(self, exchange: Exchange) -> None:
        """Count an exchange in the gap row: it is not, and will not be, in the recording."""
        self._outage.missed(exchange.id)
        self._wake.set()

    def note_config(self, plain: Mapping[str, Any], digest: str) -> None:
        """Keep the config that exchanges name by this digest."""
        told = json.dumps(plain, sort_keys=True)
        self._push(_Item(None, config=(digest, told)))

    async def close(self) -> None:
        """Write what is queued, end the run, stop the thread."""
        self._closing = True
        self._wake.set()
        await asyncio.to_thread(self._thread.join)

    def _submit(self, exchange: Exchange, spools: Sequence[Spool] | None) -> asyncio.Future[None]:
        future: asyncio.Future[None] = self._loop.create_future()
        weight = weight_of(exchange)
        self._bounds.take(weight)
        self._push(_Item(exchange, spools, future, weight))
        return future

    def _push(self, item: _Item) -> None:
        self._queue.append(item)
        self._wake.set()

    # --- the recorder thread ---

    def _work(self) -> None:
        while not self._closing:
            # While it fails, it tries by itself: recording resumes without traffic.
            self._wake.wait(_PROBE_S if self._outage.reason else _PRUNE_S if self._keep else None)
            self._wake.clear()
            if self._outage.reason:
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
        if self._keep is None or self._outage.reason or time.monotonic() < self._prune_at:
            return
        try:
            more = self._committer.prune(self._keep)
        except IntegrityError:
            return  # on a server another proxy just used a body that was to go: the next step sees it
        except (DBAPIError, OSError) as failure:
            self._outage.begin(failure)
            return
        self._prune_at = time.monotonic() + (0 if more else _PRUNE_S)
        if more:
            self._wake.set()

    def _taken(self) -> list[_Item]:
        later = [self._later.popleft() for _ in range(min(len(self._later), _BATCH))]
        return later + [self._queue.popleft() for _ in range(min(len(self._queue), _BATCH))]

    def _commit(self, items: list[_Item]) -> None:
        try:
            self._write(items)
        except IntegrityError as failure:
            # Another proxy's retention removed what this one took for stored, or one row is impossible: one by one.
            self._one_by_one(failure, items)
        except (DBAPIError, OSError) as failure:
            self._failed(failure, items)
        except Exception as failure:  # noqa: BLE001 - one exchange that cannot be encoded must not take others along
            self._one_by_one(failure, items)

    def _one_by_one(self, failure: Exception, items: list[_Item]) -> None:
        if len(items) == 1 and self._retried is not items[0]:
            self._retried = items[0]
        elif len(items) == 1:
            self._failed(failure, items)
            return
        for item in items:
            self._commit([item])

    def _write(self, items: list[_Item]) -> None:
        self._reserve.hold()  # on a full disk this fails first: the space it gave up is not for exchanges
        self._committer.commit(self._work_of(items, self._outage.gap(over=True)))
        self._committer.refill(self._ids)
        self._set_mark()
        self._outage.end()
        self._tell(self._settle, items, "")

    def _set_mark(self) -> None:
        if self._mark:
            self._mark.write(self._committer.mark(self._ids.last))

    def _failed(self, failure: Exception, items: list[_Item]) -> None:
        self._outage.begin(failure)
        for item in items:
            if item.exchange and item.spools is not None and item.future:
                self._outage.missed(item.exchange.id)
        self._later.extend(item for item in items if item.future is None)
        if self._reserve.held and self._outage.reason == DISK_FULL:
            self._use_reserve()
        self._tell(self._settle, [item for item in items if item.future], self._outage.reason)

    def _use_reserve(self) -> None:
        """The disk is full: say so in the recording, in the room that was held back for it."""
        self._reserve.release()
        try:
            self._committer.commit(self._work_of([], self._outage.gap(over=False)))
        except (DBAPIError, OSError) as failure:
            self._outage.begin(failure)

    def _work_of(self, items: list[_Item], gap: Gap | None) -> Work:
        work = Work(gap=gap, max_id=self._ids.last)
        for item in items:
            if item.config:
                work.configs.append(item.config)
            elif item.exchange and item.spools is None:
                work.intents.append(item.exchange)
            elif item.exchange and item.spools is not None:
                work.ends.append((item.exchange, item.spools))
        return work

    def _end(self) -> None:
        self._reserve.release()
        for item in self._later:
            if item.exchange:
                self._outage.kept(item.exchange.id)
        try:
            self._committer.commit(self._work_of(list(self._later), self._outage.gap(over=True)))
            self._committer.end("orderly")
            self._set_mark()
        except (DBAPIError, OSError) as failure:
            self._outage.begin(failure)  # the next start closes the run
        self._committer.disconnect()
        if self._mark:
            self._mark.close()

    def _tell(self, call: Any, *values: object) -> None:  # noqa: ANN401 - a bound method and what it takes
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *values)

    # --- back on the event loop ---

    def _settle(self, items: list[_Item], reason: str) -> None:
        for item in items:
            if item.future is None:
                self._later_count -= item.exchange is not None
                continue
            self._bounds.give_back(item.weight)
            if item.future.done():
                continue
            if reason:
                item.future.set_exception(StoreUnavailable(reason))
            else:
                item.future.set_result(None)
        self._bounds.let_in()
