"""The way into a recording: called on the event loop, which only appends; one thread commits.

Everything queued when the thread looks goes into one transaction, so a commit that costs a disk's flush is
shared by all who wait (reliability.md section 1), and the loop is woken once per batch.
Must not know: rows. Read next: writer_thread.py (the other side), bounds.py (how much may wait).
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.deflate import inflaters
from store.bounds import Bounds, has_bodies_elsewhere, weight_of
from store.errors import StoreUnavailable
from store.item import Item
from store.keys import make_key
from store.prepare import Preparer
from store.talk import Talk
from store.writer_thread import WriterThread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gateway.exchange import Exchange
    from store.keep import Keep
    from store.message_rows import Said
    from store.recording import Recording
    from store.run_info import RunInfo
    from store.spool import Spool
    from store.tasks import NameTaken, TaskChange

MAX_LATER = 1024
"""Exchanges kept in memory for the time when the store is back."""

LATER_BYTES = 32 * 1024
"""One of them at most, roughly."""


class Writer:
    """Writes one run. `start` in the running event loop, then intent/finish per exchange, `close` at the end.

    `seal`: what becomes of secrets, `on`, `discard` or `off` (prepare.py). `keep`: the oldest exchanges go when
    there is more (keep.py). Raises Unwritable when there is no place for the key.
    """

    def __init__(self, recording: Recording, *, seal: str = "on", keep: Keep | None = None) -> None:
        self._seal = seal
        key = None if seal == "off" else make_key(recording)
        self._preparer = Preparer(key, keep=seal == "on")
        self._thread = WriterThread(recording, self._preparer, keep, self._settled)
        # Sealing 32 MiB takes seconds: not in the thread that everybody's commit waits for.
        self._helper = ThreadPoolExecutor(1, "recorder-helper")
        self._later_count = 0
        self._wakes = False
        self._bounds = Bounds()
        self.run_id = 0

    def start(self, run: RunInfo) -> None:
        """Write the run's row and start the thread. Call it in the event loop that will record."""
        self._loop = asyncio.get_running_loop()
        self.run_id = self._thread.start(run, self._seal)

    @property
    def failing(self) -> str:
        """Why the last commit failed, "" when recording works."""
        return self._thread.outage.reason

    @property
    def lost(self) -> int:
        """Exchanges of this run that are not in the recording, as its gap rows say."""
        return self._thread.outage.total

    def next_id(self) -> int:
        """The id of the next exchange: in order of arrival, unique in the recording. No I/O."""
        return self._thread.ids.next()

    async def ready(self) -> None:
        """Wait while too much is queued; await it before an exchange is let in."""
        await self._bounds.ready()

    def intent(self, exchange: Exchange, task: TaskChange | None = None) -> asyncio.Future[None]:
        """Note that an exchange begins; done once it is on disk. Raises StoreUnavailable through the future.

        `task`: a change of the queue, in the same commit.
        """
        return self._submit(exchange, None, task)

    def finish(
        self, exchange: Exchange, spools: Sequence[Spool] = (), task: TaskChange | None = None
    ) -> asyncio.Future[None]:
        """Record an exchange that has ended, with the spools of its large bodies; done once it is on disk.

        The spools must stay open until then. `task`: as in `intent`. Raises StoreUnavailable through the future; the
        exchange then counts as lost until finish_later takes it. Raises NameTaken when `task` needs another's name.
        """
        return self._submit(exchange, tuple(spools), task)

    def change(self, task: TaskChange) -> asyncio.Future[None]:
        """Change the queue in a commit that no exchange waits for; done once it is on disk."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._thread.push(Item(None, future=future, task=task))
        return future

    def change_later(self, task: TaskChange) -> None:
        """Change the queue as soon as the store can write; the change waits in memory."""
        self._thread.push(Item(None, task=task))

    def finish_later(self, exchange: Exchange) -> None:
        """Record an exchange that cannot be written now, such as one refused for that reason.

        At most MAX_LATER wait in memory, and none that is large; what is more is counted in the gap row.
        """
        if self._later_count >= MAX_LATER or weight_of(exchange) > LATER_BYTES or has_bodies_elsewhere(exchange):
            self.lose(exchange)
            return
        self._later_count += 1
        self._thread.outage.kept(exchange.id)
        self._thread.push(Item(exchange, ()))

    def lose(self, exchange: Exchange) -> None:
        """Count an exchange in the gap row: it is not, and will not be, in the recording."""
        self._thread.outage.missed(exchange.id)
        self._thread.wake()

    def note_config(self, plain: Mapping[str, Any], digest: str) -> None:
        """Keep the config that exchanges name by this digest."""
        told = json.dumps(plain, sort_keys=True)
        self._thread.push(Item(None, config=(digest, told)))

    def talk(self, handshake: Exchange) -> Talk:
        """Record the messages of a conversation that this exchange opens, its id and the 101 included."""
        response = handshake.client.response
        agreed = inflaters(response.headers if response else ())
        return Talk(handshake.id, self.say, agreed, self._preparer.vow(handshake))

    async def close(self) -> None:
        """Write what is queued, end the run, stop the threads."""
        await asyncio.to_thread(self._helper.shutdown)
        await asyncio.to_thread(self._thread.stop)

    def _submit(
        self, exchange: Exchange, spools: Sequence[Spool] | None, task: TaskChange | None
    ) -> asyncio.Future[None]:
        future: asyncio.Future[None] = self._loop.create_future()
        weight = weight_of(exchange)
        self._bounds.take(weight)
        item = Item(exchange, spools, future, weight, task=task)
        if spools:
            self._helper.submit(self._prepare, exchange, spools, item)
        else:
            self._thread.push(item, wake=False)
            if not self._wakes:
                self._wakes = True
                self._loop.call_soon(self._wake)
        return future

    def _wake(self) -> None:
        """Wake the thread once for all that this turn of the loop has queued: they share a commit."""
        self._wakes = False
        self._thread.wake()

    def say(self, prepare: Callable[[], Said]) -> asyncio.Future[None]:
        """Have the helper prepare messages, then commit them. Raises StoreUnavailable through the future."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._bounds.take(0)
        self._helper.submit(self._prepare_said, prepare, Item(None, future=future))
        return future

    def _prepare_said(self, prepare: Callable[[], Said], item: Item) -> None:
        """In the helper thread."""
        try:
            item = replace(item, said=prepare())
        except Exception as error:  # noqa: BLE001 - whatever it is, these messages are not recorded, and it is told
            self._settled([item], f"messages could not be prepared ({error})")
            return
        self._thread.push(item)

    def _prepare(self, exchange: Exchange, spools: Sequence[Spool], item: Item) -> None:
        """In the helper thread: the dear part of an exchange with large bodies."""
        with suppress(Exception):  # what fails here fails again in the recorder's thread, which tells it
            item = replace(item, ready=self._preparer.prepare(exchange, spools))
        self._thread.push(item)

    def _settled(self, items: list[Item], why_not: str | NameTaken) -> None:
        """In the recorder's thread: a batch is done, for better or worse."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._settle, items, why_not)

    def _settle(self, items: list[Item], why_not: str | NameTaken) -> None:
        for item in items:
            if item.future is None:
                self._later_count -= item.exchange is not None
                continue
            self._bounds.give_back(item.weight)
            if item.future.done():
                continue
            if why_not:
                item.future.set_exception(StoreUnavailable(why_not) if isinstance(why_not, str) else why_not)
            else:
                item.future.set_result(None)
        self._bounds.let_in()
