"""Upgrade: after 101 both ends are one tunnel, bytes untouched."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from gateway.messages import Request
from wire.errors import ClientGone, ClosedEarly
from wire.tunnel import tunnel

if TYPE_CHECKING:
    from wire.call import Call

ASK = b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


async def _relay(house: Any, app: Any, address: Any, heard: list[Any]) -> int:
    pool = house.pool()

    async def answer(call: Call) -> None:
        server = await pool.call(address)
        await server.send(Request(call.head.method, call.head.target, call.head.headers))
        call.start(await server.head())

        async def hear(up: bool, data: bytes) -> None:
            heard.append((up, data))

        broken = await tunnel(call, server, hear)
        heard.append(broken)
        if broken is None:
            server.release()
            call.finish()
        else:
            server.abort()
            call.abort()

    port = await house.listen(app(answer))
    assert isinstance(port, int)
    return port


def test_bytes_go_both_ways_untouched(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(SWITCH + b"first")
            assert await talk.until(b"\xff") == b"GET / HTTP/1.1\r\n\r\n\0\xff"
            talk.send(b"last")

        heard: list[Any] = []
        port = await _relay(house, app, await house.script(part), heard)
        talk = await house.talk(port, ASK + b"GET / HTTP/1.1\r\n")
        assert await talk.until(b"first") == SWITCH + b"first"
        talk.send(b"\r\n\0\xff")
        assert await talk.rest() == b"last"
        talk.writer.close()
        await asyncio.wait_for(house.connections.ended(), 5)
        assert b"".join(data for up, data in heard[:-1] if up) == b"GET / HTTP/1.1\r\n\r\n\0\xff"
        assert b"".join(data for up, data in heard[:-1] if not up) == b"firstlast"
        assert heard[-1] is None

    run(test)


def test_the_client_may_end_first(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(SWITCH)
            talk.send(b"you said " + await talk.rest())

        port = await _relay(house, app, await house.script(part), [])
        talk = await house.talk(port, ASK)
        await talk.until(b"\r\n\r\n")
        talk.send(b"bye")
        talk.half_close()
        assert await talk.rest() == b"you said bye"

    run(test)


def test_a_server_that_ends_first_ends_the_tunnel(run: Any, app: Any) -> None:
    """It takes nothing more, so a client that keeps its own side open cannot hold the tunnel."""

    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(SWITCH + b"bye")

        heard: list[Any] = []
        port = await _relay(house, app, await house.script(part), heard)
        talk = await house.talk(port, ASK)
        assert await talk.rest() == SWITCH + b"bye"
        await house.until(lambda: heard[-1:] == [None])
        assert heard == [(False, b"bye"), (False, b""), None]
        talk.writer.close()
        await asyncio.wait_for(house.connections.ended(), 5)

    run(test)


def test_what_the_server_said_with_its_101_is_heard_though_it_ended_at_once(run: Any) -> None:
    """After 101 there is no whole answer: what follows belongs to the tunnel, however short it is."""

    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(SWITCH + b"bye")

        call = await house.pool().call(await house.script(part))
        await call.send(Request(b"GET", b"/ws", ((b"Host", b"a"),)))
        assert await call.answer(100) is None
        assert (await call.head()).status == 101
        assert (await call.read_raw(), await call.read_raw()) == (b"bye", b"")
        call.release()

    run(test)


@pytest.mark.parametrize("who", ["client", "server"])
def test_an_end_that_breaks_is_told(run: Any, app: Any, who: str) -> None:
    async def test(house: Any) -> None:
        cut = asyncio.Event()

        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(SWITCH)
            await cut.wait()
            _reset(talk)

        heard: list[Any] = []
        port = await _relay(house, app, await house.script(part), heard)
        talk = await house.talk(port, ASK)
        await talk.until(b"\r\n\r\n")
        if who == "server":
            cut.set()
        else:
            _reset(talk)
        await house.until(lambda: heard)
        assert isinstance(heard[0], ClosedEarly if who == "server" else ClientGone)
        cut.set()

    run(test)


def _reset(talk: Any) -> None:
    import socket
    import struct

    sock = talk.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.reset()
