"""The queue between a socket and a reader."""

from __future__ import annotations

import asyncio

import pytest

from wire.inflow import Inflow


def test_pieces_come_in_order_and_an_error_comes_last() -> None:
    async def test() -> None:
        inflow = Inflow(100, lambda _: None)
        inflow.put(b"a")
        inflow.put(b"")
        inflow.put(b"b")
        inflow.fail(ValueError("first"))
        inflow.fail(ValueError("second"))
        assert [await inflow.get(), await inflow.get()] == [b"a", b"b"]
        with pytest.raises(ValueError, match="first"):
            await inflow.get()

    asyncio.run(test())


def test_an_error_after_the_end_is_none() -> None:
    async def test() -> None:
        inflow = Inflow(100, lambda _: None)
        inflow.put(b"a")
        inflow.end()
        inflow.fail(ValueError("late"))
        assert [await inflow.get(), await inflow.get(), await inflow.get()] == [b"a", b"", b""]
        assert inflow.received == 1

    asyncio.run(test())


def test_the_sender_is_held_above_the_bound_and_let_at_half() -> None:
    async def test() -> None:
        told: list[bool] = []
        inflow = Inflow(10, told.append)
        for _ in range(4):
            inflow.put(b"12345")
        assert told == [True]
        for _ in range(2):
            await inflow.get()
        assert told == [True]
        await inflow.get()
        assert told == [True, False]
        assert inflow.held == 5

    asyncio.run(test())


@pytest.mark.parametrize("event", ["put", "end", "fail"])
def test_a_waiting_reader_is_woken(event: str) -> None:
    async def test() -> None:
        inflow = Inflow(10, lambda _: None)
        reading = asyncio.ensure_future(inflow.get())
        await asyncio.sleep(0)
        if event == "fail":
            inflow.fail(ValueError("no"))
            with pytest.raises(ValueError, match="no"):
                await reading
        elif event == "end":
            inflow.end()
            assert await reading == b""
        else:
            inflow.put(b"x")
            assert await reading == b"x"

    asyncio.run(test())


def test_a_cancelled_reader_loses_nothing() -> None:
    async def test() -> None:
        inflow = Inflow(10, lambda _: None)
        reading = asyncio.ensure_future(inflow.get())
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait({reading})
        inflow.put(b"x")
        assert await inflow.get() == b"x"

    asyncio.run(test())


def test_gathering_raises_the_bound_and_keeps_what_came() -> None:
    async def test() -> None:
        told: list[bool] = []
        inflow = Inflow(10, told.append)
        inflow.put(bytes(15))
        assert told == [True]
        gathering = asyncio.ensure_future(inflow.gather(20))
        await asyncio.sleep(0)
        assert told == [True, False]
        inflow.fail(ValueError("cut"))
        with pytest.raises(ValueError, match="cut"):
            await gathering
        assert inflow.take_all() == bytes(15)

        inflow = Inflow(10, told.append)
        inflow.put(b"12345")
        assert await inflow.gather(4) is False
        inflow.end()
        assert await inflow.gather(5) is True
        assert inflow.take_all() == b"12345"
        assert inflow.take_all() == b""

    asyncio.run(test())
