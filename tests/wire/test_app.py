"""The register of open connections."""

from __future__ import annotations

import asyncio
from typing import Any

from wire.limits import Limits


def test_connections_are_registered_while_they_live(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        port = await house.listen(app())
        talks = [await house.talk(port) for _ in range(5)]
        await house.until(lambda: len(house.connections.open) == 5)
        assert not await _ended(house)
        for talk in talks:
            talk.writer.close()
        await asyncio.wait_for(house.connections.ended(), 5)
        assert not house.connections.open

    run(test)


def test_many_idle_connections_end_when_they_are_retired(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        port = await house.listen(app(), Limits(connections=200))
        talks = [await house.talk(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(200)]
        for talk in talks:
            assert (await talk.until(b"hello")).startswith(b"HTTP/1.1 200")
        house.connections.retire()
        assert [await talk.rest() for talk in talks] == [b""] * 200
        await asyncio.wait_for(house.connections.ended(), 5)
        assert house.connections.refused == 0

    run(test)


async def _ended(house: Any) -> bool:
    ending = asyncio.ensure_future(house.connections.ended())
    await asyncio.sleep(0)
    done = bool(ending.done())
    ending.cancel()
    return done
