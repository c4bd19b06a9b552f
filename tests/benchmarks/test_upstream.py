"""The upstream answers pipelined requests and bodies, each once."""

from __future__ import annotations

import asyncio

from benchmarks.upstream import ANSWER, Upstream


def test_every_request_is_answered_once() -> None:
    async def scene() -> bytes:
        server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET / HTTP/1.1\r\n\r\n")
            answers = await reader.readexactly(3 * len(ANSWER))
            writer.close()
            await writer.wait_closed()
            return answers

    assert asyncio.run(scene()) == 3 * ANSWER
