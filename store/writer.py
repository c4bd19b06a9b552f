"""The way into a recording: called on the event loop, which only appends; one thread commits.

Everything queued when the thread looks goes into one transaction, so a commit that costs a disk's flush is
shared by all who wait (reliability.md section 1), and the loop is woken once per batch.
Must not know: rows. Read next: committer.py (one transaction), queue bounds below.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.committer import Committer
from store.errors import StoreUnavailable
from store.keys import make_key
from store.outage import Outage, plain_reason
from store.prepare import Preparer
from store.run_info import RunInfo, Work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.exchange import Exchange
    from store.recording import Recording
    from store.spool import Spool

MAX_QUEUED = 4096
"""Exchanges that may wait before ready() holds the next one."""

MAX_QUEUED_BYTES = 64 * 1024 * 1024
"""Body bytes in memory that may wait before ready() holds the next one."""

_BATCH = 256


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing to write; `spools` None marks an intent, `future` None a note that nobody waits for."""

    exchange: Exchange | None
    spools: Sequence[Spool] | None
    future: asyncio.Future[None] | None
    weight: int = 0
    config: tuple[str, str] | None = None


class Writer:
    """Writes one run. `start` in the running event loop, then intent/finish per exchange, `close` at the end.

    `seal`: what becomes of secrets, `on`, `discard` or `off` (prepare.py). Raises Unwritable when there is no
    place for the key.
    """

    def __init__(self, recording: Recording, *, seal: str = "on") -> None:
        self._recording = recording
        self._seal = seal
        key = None if seal == "off" else make_key(recording)
        self._committer = Committer(recording.engine, Preparer(key, keep=seal == "on"))
        self._queue: deque[_Item] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._next_id = recording.next_id()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._queued = self._queued_bytes = 0
        self._outage = Outage()
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self.run_id = 0

    def start(self, run: RunInfo) -> None:
        """Write the run's row and start the thread. Call it in the event loop that will record."""
        self._loop = asyncio.get_running_loop()
        self.run_id = self._committer.begin(run, self._recording.durability, self._seal)
        self._committer.disconnect()  # SQLite connections belong to the thread that opened them
        self._thread.start()

    @property
    def failing(self) -> str:
        """Why the last commit failed, "" when recording works."""
        return self._outage.reason

    @property
    def lost(self) -> int:
        """Exchanges of this run that are not in the recording."""
        return self._outage.total

    def next_id(self) -> int:
        """The id of the next exchange: in order of arrival, unique in the recording. No I/O."""
        ident = self._next_id
        self._next_id += 1
        return ident

    async def ready(self) -> None:
        """Wait while too much is queued; await it before an exchange is let in."""
        while self._queued >= MAX_QUEUED or self._queued_bytes >= MAX_QUEUED_BYTES:
            held: asyncio.Future[None] = self._loop.create_future()
            self._waiting.append(held)
            await held

    def intent(self, exchange: Exchange) -> asyncio.Future[None]:
        """Note that an exchange begins; done once it is on disk. Raises StoreUnavailable through the future."""
        return self._submit(exchange, None)

    def finish(self, exchange: Exchange, spools: Sequence[Spool] = ()) -> asyncio.Future[None]:
        """Record an exchange that has ended, with the spools of its large bodies; done once it is on disk.

        The spools must stay open until then. Raises StoreUnavailable through the future.
        """
        return self._submit(exchange, tuple(spools))

    def note_config(self, plain: Mapping[str, Any], digest: str) -> None:
        """Keep the config that exchanges name by this digest."""
        told = json.dumps(plain, sort_keys=True, ensure_ascii=False)
        self._push(_Item(None, None, None, config=(digest, told)))

    async def close(self) -> None:
        """Write what is queued, end the run, stop the thread."""
        self._closing = True
        self._wake.set()
        await asyncio.to_thread(self._thread.join)

    def _submit(self, exchange: Exchange, spools: Sequence[Spool] | None) -> asyncio.Future[None]:
        future: asyncio.Future[None] = self._loop.create_future()
        weight = _weight(exchange)
        self._queued += 1
        self._queued_bytes += weight
        self._push(_Item(exchange, spools, future, weight))
        return future

    def _push(self, item: _Item) -> None:
        self._queue.append(item)
        self._wake.set()

    # --- the recorder thread ---

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._queue:
                self._commit([self._queue.popleft() for _ in range(min(len(self._queue), _BATCH))])
            if self._closing and not self._queue:
                break
        self._end()

    def _commit(self, items: list[_Item]) -> None:
        error: Exception | None = None
        try:
            self._committer.commit(self._work_of(items))
            self._outage.over()
        except Exception as failure:  # noqa: BLE001 - whatever it is, callers must hear of it and recording must go on
            error = failure
            self._outage.note(failure, sum(1 for item in items if item.spools is not None))
        self._tell(self._settle, items, error)

    def _work_of(self, items: list[_Item]) -> Work:
        work = Work(gaps=self._outage.gaps(), max_id=self._next_id - 1)
        for item in items:
            if item.config:
                work.configs.append(item.config)
            elif item.exchange and item.spools is None:
                work.intents.append(item.exchange)
            elif item.exchange and item.spools is not None:
                work.ends.append((item.exchange, item.spools))
        return work

    def _end(self) -> None:
        try:
            self._committer.commit(Work(gaps=self._outage.gaps(), max_id=self._next_id - 1))
            self._committer.end("orderly")
        except Exception as failure:  # noqa: BLE001 - the next start closes the run; here only the reason is kept
            self._outage.note(failure, 0)
        self._committer.disconnect()

    def _tell(self, call: Any, *values: object) -> None:  # noqa: ANN401 - a bound method and what it takes
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *values)

    # --- back on the event loop ---

    def _settle(self, items: list[_Item], error: Exception | None) -> None:
        for item in items:
            self._queued -= item.future is not None
            self._queued_bytes -= item.weight
            if item.future is None or item.future.done():
                continue
            if error is None:
                item.future.set_result(None)
            else:
                item.future.set_exception(StoreUnavailable(plain_reason(error)))
        while self._waiting and self._queued < MAX_QUEUED and self._queued_bytes < MAX_QUEUED_BYTES:
            held = self._waiting.popleft()
            if not held.done():
                held.set_result(None)
                break  # each released exchange queues itself before the next is let in


def _weight(exchange: Exchange) -> int:
    """Bytes that waiting in the queue keeps in memory, roughly: bodies, and 4 KiB for the rest."""
    views = [exchange.client, exchange.server] if exchange.server else [exchange.client]
    messages = [message for view in views for message in (view.request, view.response) if message]
    return 4096 + sum(len(message.body) for message in messages if isinstance(message.body, bytes))
