from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from addons.connection import Gateway
from addons.inner import Inner, close_unless_ready
from addons.peers import Peer, Peers
from tests.addons.bench import bench, get, run
from wire.limits import Limits
from wire.server import Connections


def test_only_mitmproxy_s_own_connections_are_served() -> None:
    async def test() -> None:
        async with bench() as desk:
            peers = Peers()
            inner, connections = Inner(peers), Connections()
            await inner.open(Gateway(desk.desk), Limits(), connections)
            answers = []
            for known in (True, False):
                reader, writer = await asyncio.open_connection(*inner.address)
                if known:
                    peers.note(writer.get_extra_info("sockname")[:2], Peer("127.0.0.9", secure=True))
                writer.write(get())
                try:
                    answers.append(await reader.read())
                except ConnectionResetError:
                    answers.append(b"")
                writer.close()
            inner.close()
        assert answers[0].startswith(b"HTTP/1.1 200 OK")
        assert answers[1] == b""
        assert len(desk.received) == 1

    run(test())


@pytest.mark.parametrize("ready", [pytest.param(True, id="ready"), pytest.param(False, id="late")])
def test_a_handshake_that_takes_too_long_ends_the_connection(*, ready: bool) -> None:
    """Reliability D9."""
    closed: list[bool] = []
    writer = SimpleNamespace(transport=SimpleNamespace(abort=lambda: closed.append(True)))
    close_unless_ready(cast("Any", SimpleNamespace(tls_established=ready)), cast("Any", writer))
    assert closed == ([] if ready else [True])
