"""A head that does not come to its end is answered and closed.

In this process, because the real proxy's ten seconds are no option: the same front door, with other limits.
"""

from __future__ import annotations

import asyncio

import pytest

from addons.connection import Gateway
from addons.door import FrontDoor
from gateway.exchange import Failure, State
from tests.addons.bench import bench, run
from wire.limits import DEFAULT_LIMITS, Limits
from wire.server import Connections


def test_the_proxy_waits_ten_seconds() -> None:
    assert DEFAULT_LIMITS.head_seconds == 10


@pytest.mark.parametrize(
    "dripped",
    [
        pytest.param(b"G", id="one-byte"),
        pytest.param(b"GET / HTTP/1.1\r\n", id="request-line"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: app.example.test\r\nX-A: 1\r\n", id="fields"),
    ],
)
def test_a_slow_head_is_refused_recorded_and_closed(dripped: bytes) -> None:
    async def test() -> None:
        async with bench() as desk:
            limits = Limits(head_seconds=0.05)
            app, connections = Gateway(desk.desk), Connections()
            loop = asyncio.get_running_loop()
            server = await loop.create_server(
                lambda: FrontDoor(app, limits, connections, lambda _transport, _data: None), "127.0.0.1", 0
            )
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
            writer.write(dripped)
            answer = await reader.read()
            writer.close()
            server.close()
            assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
            assert b'"Code":"InvalidArgument"' in answer
            exchange = await desk.ended.get()
            assert (exchange.state, exchange.failure) == (State.REFUSED, Failure.MALFORMED_REQUEST)
            assert exchange.raw == dripped
            assert "0.05 s" in exchange.failure_text
            assert desk.received == []

    run(test())
