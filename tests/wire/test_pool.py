"""Which connections are used again, and which are not."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from gateway.messages import Request
from wire.errors import ClosedEarly, NotListening
from wire.limits import Limits

GET = Request(b"GET", b"/", ((b"Host", b"a"),))
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


async def ask(pool: Any, address: Any, request: Request = GET) -> bool:
    """One call, read and released; whether its connection was reused."""
    call = await pool.call(address)
    await call.send(request)
    await call.head()
    while await call.read():
        pass
    call.release()
    return bool(call.reused)


ENDINGS = [
    pytest.param(HELLO, True, id="keep-alive"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", True, id="chunked"),
    pytest.param(b"HTTP/1.1 204 OK\r\n\r\n", True, id="no-body"),
    pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", False, id="close"),
    pytest.param(b"HTTP/1.1 200 OK\r\nConnection: x, CLOSE\r\nContent-Length: 1\r\n\r\na", False, id="close-in-list"),
    pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", False, id="1.0"),
    pytest.param(b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\na", True, id="1.0-keep-alive"),
    pytest.param(HELLO + b"HTTP/1.1 200 OK\r\n", False, id="more-than-the-answer"),
]


@pytest.mark.parametrize(("answer", "kept"), ENDINGS)
def test_the_server_decides_whether_a_connection_lives_on(run: Any, answer: bytes, kept: bool) -> None:
    async def test(house: Any) -> None:
        pool = house.pool()

        async def part(talk: Any) -> None:
            while True:
                await talk.until(b"\r\n\r\n")
                talk.send(answer)

        address = await house.script(part)
        assert [await ask(pool, address), await ask(pool, address)] == [False, kept]

    run(test)


def test_a_connection_that_the_server_closed_meanwhile_is_noticed_before_use(run: Any) -> None:
    async def test(house: Any) -> None:
        pool = house.pool()
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        address = ("127.0.0.1", listener.getsockname()[1])
        loop = asyncio.get_running_loop()
        call = await pool.call(address)
        peer, _ = await loop.sock_accept(listener)
        await call.send(GET)
        await loop.sock_recv(peer, 1000)
        await loop.sock_sendall(peer, HELLO)
        await call.answer(100)
        call.release()
        peer.close()  # the event loop has had no turn to see it
        assert not (await pool.call(address)).reused
        listener.close()

    run(test)


@pytest.mark.parametrize("late", [pytest.param(b"HTTP/1.1 408 Slow\r\n\r\n", id="bytes"), pytest.param(b"", id="end")])
def test_an_idle_connection_that_speaks_or_ends_is_dropped(run: Any, late: bytes) -> None:
    async def test(house: Any) -> None:
        pool = house.pool()

        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(HELLO)
            await asyncio.sleep(0.01)
            talk.send(late)

        address = await house.script(part)
        await ask(pool, address)
        await house.until(lambda: not pool._open)
        assert not pool._idle[address]

    run(test)


def test_an_idle_connection_is_closed_in_time(run: Any) -> None:
    async def test(house: Any) -> None:
        pool = house.pool(Limits(idle_seconds=0.02))
        ended: list[bytes] = []

        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(HELLO)
            ended.append(await talk.rest())

        await ask(pool, await house.script(part))
        await house.until(lambda: ended)
        assert ended == [b""]

    run(test)


def test_calls_at_the_same_time_have_connections_of_their_own(run: Any) -> None:
    async def test(house: Any) -> None:
        pool = house.pool()

        async def part(talk: Any) -> None:
            while True:
                await talk.until(b"\r\n\r\n")
                talk.send(HELLO)

        address = await house.script(part)
        reused = await asyncio.gather(*[ask(pool, address) for _ in range(8)])
        assert reused == [False] * 8
        assert await asyncio.gather(*[ask(pool, address) for _ in range(8)]) == [True] * 8

    run(test)


def test_only_so_many_idle_connections_are_kept(run: Any) -> None:
    from wire.pool import Pool

    async def test(house: Any) -> None:
        pool = Pool(idle_per_address=2)
        house._pools.append(pool)

        async def part(talk: Any) -> None:
            while True:
                await talk.until(b"\r\n\r\n")
                talk.send(HELLO)

        address = await house.script(part)
        await asyncio.gather(*[ask(pool, address) for _ in range(5)])
        assert len(pool._idle[address]) == 2

    run(test)


def test_nobody_listens(run: Any) -> None:
    async def test(house: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = ("127.0.0.1", listener.getsockname()[1])
        with pytest.raises(NotListening) as caught:
            await house.pool().call(address)
        assert caught.value.address == address
        assert "refused" in caught.value.reason

    run(test)


def test_nobody_accepts(run: Any) -> None:
    async def test(house: Any) -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
            address = ("127.0.0.1", listener.getsockname()[1])
            pool = house.pool(Limits(connect_seconds=0.05))
            calls = [pool.call(address) for _ in range(10)]  # more than the listener's queue holds
            ends = await asyncio.gather(*calls, return_exceptions=True)
        refused = [end for end in ends if isinstance(end, NotListening)]
        assert refused
        assert {end.reason for end in refused} == {"no answer within 0.05 s"}

    run(test)


def test_close_all_cuts_calls_in_use(run: Any) -> None:
    async def test(house: Any) -> None:
        pool = house.pool()
        call = await pool.call(await house.says(b""))
        pool.close_all()
        await house.until(lambda: not pool._open)
        assert not pool._open
        call.release()

    run(test)


def test_a_body_that_ends_with_its_connection_is_not_whole_when_we_cut_it(run: Any) -> None:
    async def test(house: Any) -> None:
        pool = house.pool()
        call = await pool.call(await house.says(b"HTTP/1.1 200 OK\r\n\r\nhalf", stays=True))
        await call.send(GET)
        assert await call.read() == b"half"
        pool.close_all()
        assert pool.closed
        with pytest.raises(ClosedEarly):
            await call.read()

    run(test)
