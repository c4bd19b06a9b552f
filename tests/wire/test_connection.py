"""Our side of a server's connection, between calls and in them."""

from __future__ import annotations

from typing import Any

from gateway.messages import Request

GET = Request(b"GET", b"/", ((b"Host", b"a"),))
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def test_a_connection_is_silent_until_the_server_speaks_or_ends(run: Any) -> None:
    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(HELLO)
            await talk.until(b"\r\n\r\n")

        call = await house.pool().call(await house.script(part))
        connection = call._connection
        assert connection.is_silent()
        await call.send(GET)
        await call.answer(100)
        call.release()
        assert connection.is_silent()
        connection.write(b"\r\n\r\n")
        await house.until(lambda: not connection.is_silent())

    run(test)


def test_writing_to_a_connection_that_is_over_is_harmless(run: Any) -> None:
    async def test(house: Any) -> None:
        call = await house.pool().call(await house.says(b""))
        connection = call._connection
        call.abort()
        connection.write(b"x")
        connection.write_eof()
        await house.until(lambda: connection.lost)
        connection.write(b"x")
        connection.write_eof()
        connection.close()
        connection.abort()
        assert not connection.is_silent()

    run(test)
