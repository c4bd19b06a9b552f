from __future__ import annotations

import asyncio

from instance.slots import Slots


def test_without_a_limit_nobody_waits() -> None:
    async def test() -> None:
        slots = Slots(0)
        assert all([await slots.take() for _ in range(1000)])
        slots.give_back()

    asyncio.run(test())


def test_the_next_call_gets_the_slot_that_is_given_back() -> None:
    async def test() -> None:
        slots = Slots(1)
        assert await slots.take()
        order: list[int] = []

        async def call(number: int) -> None:
            assert await slots.take()
            order.append(number)
            slots.give_back()

        waiting = [asyncio.ensure_future(call(number)) for number in range(3)]
        await asyncio.sleep(0)
        assert order == []
        slots.give_back()
        await asyncio.gather(*waiting)
        assert order == [0, 1, 2]

    asyncio.run(test())


def test_a_call_whose_turn_does_not_come_is_turned_away_and_takes_nothing() -> None:
    async def test() -> None:
        slots = Slots(1, wait_s=0.01)
        assert await slots.take()
        assert not await slots.take()
        slots.give_back()
        assert await slots.take()

    asyncio.run(test())


def test_who_waits_for_an_idle_instance_is_told_once_the_last_call_has_ended() -> None:
    async def test() -> None:
        for limit in (0, 2):
            slots, told = Slots(limit), asyncio.Event()
            slots.idle = told.set
            await slots.take()
            await slots.take()
            assert slots.taken == 2
            slots.give_back()
            assert not told.is_set()
            slots.give_back()
            assert told.is_set()

    asyncio.run(test())
