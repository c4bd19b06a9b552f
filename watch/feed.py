"""What a live page knows: the newest exchanges of a recording, looked at again while somebody watches.

Nothing is read when nobody asks. All reading is done by one thread, so the server answers meanwhile.
Must not know: HTTP. Read next: store/follow.py (what is new), audit/glance.py (what is kept of each), app.py.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit import listing
from audit.glance import glance
from audit.summary import Tally
from store.follow import Follower
from store.reader import Reader

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from audit.detail import Sources
    from audit.glance import Glance
    from audit.overview import Entry, Summary
    from gateway.exchange import Exchange
    from store.recording import Recording

NEWEST = 10_000
"""Exchanges that a live page lists; older ones are in the recording, and `replay.py audit` shows them."""

PERIOD_S = 0.25
"""How often the recording is looked at while somebody watches."""

PAGE = 500
"""Exchanges told at a time."""

_BODY_SEARCH = 256


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of an exchange."""

    glance: Glance
    entry: Entry


@dataclass(frozen=True, slots=True)
class News:
    """Entries of exchanges that came or went on. `tick`: where to go on from."""

    tick: int
    entries: tuple[Entry, ...]


class Feed:
    """The newest exchanges of one recording. Everything raises a RecordingError when it cannot be read."""

    def __init__(self, recording: Recording, sources: Sources) -> None:
        self._reader = Reader(recording)
        self._follower = Follower(recording)
        self._children: dict[int, tuple[int, ...]] = {}
        self._outgoing: dict[int, tuple[int, ...]] = {}
        self.sources = replace(sources, children=self._children, outgoing=self._outgoing)
        self._ids: list[int] = []
        self._seen: dict[int, Seen] = {}
        self._changed: dict[int, int] = {}  # id -> the tick it changed at, the latest last
        self._worker = ThreadPoolExecutor(1, "feed")
        self._looking = asyncio.Lock()
        self._looked_at = float("-inf")
        self.tick = 0

    def close(self) -> None:
        """Let the thread end."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def look(self) -> None:
        """Hear what is new, unless that was asked a moment ago."""
        clock = asyncio.get_running_loop().time
        async with self._looking:
            if clock() - self._looked_at >= PERIOD_S:
                await self._run(self._look)
                self._looked_at = clock()

    async def newest(self, before: int = 0) -> tuple[Entry, ...]:
        """The newest entries, or with `before` the newest of those with a smaller id; the newest last."""
        end = bisect_left(self._ids, before) if before else len(self._ids)
        return await self._entries(self._ids[max(0, end - PAGE) : end])

    async def news(self, since: int) -> AsyncGenerator[News]:
        """What changes after a tick, as it happens, without end; nothing new is an empty tuple once a period."""
        while True:
            await self.look()
            tick, changed = self.tick, self._after(since)
            for start in range(0, len(changed), PAGE):
                last = start + PAGE >= len(changed)
                yield News(tick if last else since, await self._entries(changed[start : start + PAGE]))
            if not changed:
                yield News(tick, ())
            since = tick
            await asyncio.sleep(PERIOD_S)

    async def glances(self, ids: Iterable[int]) -> list[Glance]:
        """What the list says of these; those that are gone are left out."""
        known = [ident for ident in ids if self._is_listed(ident)]
        await self._load(known)
        return [self._seen[ident].glance for ident in known if ident in self._seen]

    async def exchange(self, ident: int) -> Exchange | None:
        """One exchange whole, None when it is not in the recording."""
        return await self._run(lambda: self._reader.exchange(ident))

    async def summary(self) -> Summary:
        """The totals of all that is listed."""
        for start in range(0, len(self._ids), PAGE):
            await self._load(self._ids[start : start + PAGE])
        return await self._run(self._tallied)

    async def _entries(self, ids: list[int]) -> tuple[Entry, ...]:
        await self._load(ids)
        return tuple(self._seen[ident].entry for ident in ids if ident in self._seen)

    async def _load(self, ids: list[int]) -> None:
        missing = [ident for ident in ids if ident not in self._seen]
        if missing:
            await self._run(lambda: self._read(missing))

    async def _run[T](self, task: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, task)

    # What follows runs in the thread.

    def _look(self) -> None:
        found = self._follower.look(NEWEST)
        first = not self.tick
        self.tick += bool(found) or first
        for ident in found:
            if not self._is_listed(ident):
                insort(self._ids, ident)
            if not first:
                self._seen.pop(ident, None)
                self._changed.pop(ident, None)
                self._changed[ident] = self.tick
        for ident in self._ids[:-NEWEST]:
            self._forget(ident)
        del self._ids[:-NEWEST]

    def _read(self, ids: list[int]) -> None:
        parents = set()
        for exchange in self._reader.exchanges(ids):
            if exchange.parent_id is not None:
                families = self._children if exchange.is_delivery else self._outgoing
                family = {*families.get(exchange.parent_id, ()), exchange.id}
                families[exchange.parent_id] = tuple(sorted(family))
                parents.add(exchange.parent_id)
            self._keep(exchange)
        for parent in self._reader.exchanges(parents & self._seen.keys()):
            self._keep(parent)  # what has become of it is another thing now

    def _keep(self, exchange: Exchange) -> None:
        seen = glance(exchange, self.sources)
        self._seen[exchange.id] = Seen(seen, listing.entry(exchange, seen, self.sources.bodies, _BODY_SEARCH))

    def _tallied(self) -> Summary:
        tally = Tally()
        for ident in self._ids:
            if seen := self._seen.get(ident):
                deliveries = self._children.get(ident, ())
                tally.add(replace(seen.glance, deliveries=deliveries), seen.entry.flags)
        return tally.summary()

    def _after(self, tick: int) -> list[int]:
        found = []
        for ident, at in reversed(self._changed.items()):
            if at <= tick:
                break
            found.append(ident)
        return sorted(found)

    def _is_listed(self, ident: int) -> bool:
        at = bisect_left(self._ids, ident)
        return at < len(self._ids) and self._ids[at] == ident

    def _forget(self, ident: int) -> None:
        self._seen.pop(ident, None)
        self._changed.pop(ident, None)
        self._children.pop(ident, None)
        self._outgoing.pop(ident, None)
