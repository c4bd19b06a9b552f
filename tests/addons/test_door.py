from __future__ import annotations

import asyncio
from dataclasses import replace

from addons.connection import Gateway
from addons.door import FrontDoor
from tests.addons.bench import bench, get, run
from wire.limits import Limits
from wire.server import Connections


def through(first: bytes, limits: Limits = Limits()) -> tuple[bytes, list[bytes]]:  # noqa: B008 - frozen
    """What a client gets that begins with these bytes, and what was handed to the TLS side."""
    taken: list[bytes] = []
    answers: list[bytes] = []

    def take(transport: asyncio.Transport, data: bytes) -> None:
        taken.append(data)
        transport.close()

    async def test() -> None:
        async with bench() as desk:
            app, connections = Gateway(desk.desk), Connections()
            loop = asyncio.get_running_loop()
            front = await loop.create_server(lambda: FrontDoor(app, limits, connections, take), "127.0.0.1", 0)
            reader, writer = await asyncio.open_connection(*front.sockets[0].getsockname())
            writer.write(first)
            answers.append(await reader.read())
            writer.close()
            front.close()
            connections.retire()
            await connections.ended()

    run(test())
    return answers[0], taken


def test_plain_http_is_answered() -> None:
    answer, taken = through(get())
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert taken == []


def test_a_tls_handshake_is_handed_over_with_its_first_bytes() -> None:
    assert through(b"\x16\x03\x01hello") == (b"", [b"\x16\x03\x01hello"])


def test_a_client_that_says_nothing_is_closed() -> None:
    assert through(b"", replace(Limits(), idle_seconds=0.05)) == (b"", [])
