"""A request's body on its way in, without a socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from wire.channel import Channel
from wire.errors import ClientGone, Malformed, TooSlow
from wire.framing import CHUNKED, Framing, Kind
from wire.intake import Intake
from wire.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable


def intake(framing: Framing, limits: Limits, broken: Callable[[], None]) -> Intake:
    return Intake(framing, Channel(limits), broken)


def test_the_end_is_exact_and_the_rest_is_kept() -> None:
    async def test() -> None:
        body = intake(Framing(Kind.LENGTH, 5), Limits(), lambda: None)
        body.feed(b"abc")
        assert not body.ended
        body.feed(b"deGET")
        assert body.ended
        assert body.rest == b"GET"
        assert body.inflow.take_all() == b"abcde"

    asyncio.run(test())


def test_a_broken_body_is_told_once_after_what_was_good() -> None:
    async def test() -> None:
        told: list[int] = []
        body = intake(CHUNKED, Limits(), lambda: told.append(1))
        body.feed(b"3\r\nabc\r\nzz\r\n")
        assert told == [1]
        assert await body.inflow.get() == b"abc"
        with pytest.raises(Malformed):
            await body.inflow.get()

    asyncio.run(test())


def test_a_slow_body_is_broken_while_somebody_waits() -> None:
    async def test() -> None:
        told: list[int] = []
        limits = Limits(body_grace_seconds=0.01, body_rate=1e6)
        body = intake(Framing(Kind.LENGTH, 5), limits, lambda: told.append(1))
        body.feed(b"abc")
        body.watch()
        body.watch()
        assert await body.inflow.get() == b"abc"
        with pytest.raises(TooSlow, match="only 3 bytes"):
            await body.inflow.get()
        assert told == [1]

    asyncio.run(test())


def test_a_lost_client_ends_the_waiting() -> None:
    async def test() -> None:
        told: list[int] = []
        body = intake(CHUNKED, Limits(), lambda: told.append(1))
        body.watch()
        body.lose(ClientGone("left"))
        with pytest.raises(ClientGone):
            await body.inflow.get()
        assert told == []

    asyncio.run(test())
