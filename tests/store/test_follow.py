"""A second reader hears of every exchange when it appears and when it ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from gateway.exchange import State
from store.follow import LOOKED_BACK, Follower
from store.recording import open_for_reading, open_for_writing
from store.writer import Writer
from tests.store.samples import RUN, sample, write_all

MOST = 10_000
PATIENCE = 2000
A_MOMENT_S = 0.005


async def told(follower: Follower) -> list[int]:
    """What is told next: rows follow what was committed within a moment (store/pending.py)."""
    for _ in range(PATIENCE):
        if found := follower.look(MOST):
            return found
        await asyncio.sleep(A_MOMENT_S)
    return []


def test_calls_are_told_when_they_begin_and_when_they_end_in_whatever_order(anywhere: str) -> None:
    async def main() -> None:
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        follower = Follower(reading := open_for_reading(anywhere))
        assert follower.look(MOST) == []
        await writer.intent(replace(sample(1), state=State.OPEN))
        assert await told(follower) == [1]
        await asyncio.gather(writer.finish(sample(2)), writer.finish(sample(3)))
        assert await told(follower) == [2, 3]
        assert follower.look(MOST) == []
        await writer.finish(sample(1))
        assert await told(follower) == [1]
        assert follower.look(MOST) == []
        await writer.close()
        reading.close()

    recording = open_for_writing(anywhere)
    asyncio.run(main())
    recording.close()


def test_a_refused_call_that_was_never_announced_is_found_below_the_newest(place: str) -> None:
    async def main() -> None:
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        follower = Follower(reading := open_for_reading(place))
        await writer.finish(sample(LOOKED_BACK))
        assert await told(follower) == [LOOKED_BACK]
        await writer.finish(sample(2))
        assert await told(follower) == [2]
        await writer.close()
        reading.close()

    recording = open_for_writing(place)
    asyncio.run(main())
    recording.close()


def test_the_first_look_tells_the_newest_and_the_next_one_only_what_is_new(anywhere: str) -> None:
    write_all(anywhere, [sample(ident) for ident in range(1, 31)])
    write_all(anywhere, [sample(ident) for ident in range(31, 41)])
    follower = Follower(reading := open_for_reading(anywhere))
    assert follower.look(5) == [36, 37, 38, 39, 40]
    assert follower.look(5) == []
    reading.close()
