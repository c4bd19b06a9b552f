"""What a live page knows of a recording, as it grows and as it is pruned."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.audit import sample
from tests.watch.conftest import Recorder, sources
from watch import feed
from watch.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from audit.overview import Entry
    from gateway.exchange import Exchange
    from store.recording import Recording

LAST = len(sample.CALLS)


@pytest.fixture(autouse=True)
def without_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PERIOD_S", 0.0)


def run(recording: Recording, test: Callable[[Feed], Awaitable[None]]) -> None:
    async def main() -> None:
        found = Feed(recording, sources(recording))
        await found.look()
        await test(found)
        found.close()

    asyncio.run(main())


def ids(entries: tuple[Entry, ...]) -> list[int]:
    return [entry.id for entry in entries]


def more(*idents: int) -> list[Exchange]:
    return [replace(sample.exchanges()[0], id=ident) for ident in idents]


def test_pages_go_back_from_the_newest(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAGE", 5)

    async def test(found: Feed) -> None:
        assert ids(await found.newest()) == list(range(LAST - 4, LAST + 1))
        assert ids(await found.newest(LAST - 4)) == list(range(LAST - 9, LAST - 4))
        assert ids(await found.newest(1)) == []

    run(recording, test)


def test_news_are_told_once_and_in_pages(
    recording: Recording, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE", 2)

    async def test(found: Feed) -> None:
        news = found.news(found.tick)
        assert (await anext(news)).entries == ()
        await asyncio.to_thread(recorder.finish, *more(21, 22, 23))
        first, second = await anext(news), await anext(news)
        assert (ids(first.entries), ids(second.entries)) == ([21, 22], [23])
        # A browser that is cut off between the pages asks again from where it was.
        assert (first.tick, second.tick) == (1, 2)
        assert (await anext(news)).entries == ()
        await news.aclose()

    run(recording, test)


def test_whoever_was_away_hears_what_came_meanwhile(recording: Recording, recorder: Recorder) -> None:
    async def test(found: Feed) -> None:
        for ident in (31, 32):
            await asyncio.to_thread(recorder.finish, *more(ident))
            await found.look()
        news = found.news(1)
        assert ids((await anext(news)).entries) == [31, 32]
        await news.aclose()

    run(recording, test)


def test_the_oldest_make_room(recording: Recording, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "NEWEST", LAST)

    async def test(found: Feed) -> None:
        await asyncio.to_thread(recorder.finish, *more(41, 42))
        await found.look()
        listed = ids(await found.newest())
        assert len(listed) == LAST
        assert listed[-2:] == [41, 42]
        assert await found.glances([1]) == []
        kept = await found.exchange(1)
        assert kept is not None
        assert kept.id == 1

    run(recording, test)


def test_families_meet_when_both_were_read(recording: Recording) -> None:
    async def test(found: Feed) -> None:
        await found.newest()
        assert found.sources.children == {6: (7,)}
        assert [pointer.id for pointer in (await found.summary()).asynchronous.listed] == [6]

    run(recording, test)


def test_nothing_is_read_when_nobody_asks(recording: Recording, recorder: Recorder) -> None:
    async def test(found: Feed) -> None:
        before = found.tick
        await asyncio.to_thread(recorder.finish, *more(51))
        assert found.tick == before
        await found.look()
        assert found.tick == before + 1

    run(recording, test)
