"""The WebSocket of an official SDK, through FC2's path for HTTP calls."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from websockets.sync.server import serve

from gateway.exchange import State
from tests.proxy import Proxy
from tests.sdk.sdks import Driver, Order, some

if TYPE_CHECKING:
    from pathlib import Path

    from websockets.sync.server import ServerConnection

STOP_S = 20.0


def echo(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message)


@pytest.mark.parametrize("sdk", some(lambda sdk: (sdk.name, sdk.language) == ("fc2", "node")), indirect=True)
def test_a_signed_websocket(driver: Driver, tmp_path: Path) -> None:
    with serve(echo, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            port = server.socket.getsockname()[1]
            with Proxy(tmp_path / "proxy", port, {"fc_function": "fn"}) as proxy:
                endpoint = driver.sdk.endpoint(f"127.0.0.1:{proxy.port}")
                report = driver.act(Order(endpoint, does="websocket", event=b"\0\xff", path="/chat"))
                (exchange,) = proxy.recorded.ended_after(0, 1)
                proxy.recorded.assert_no_silent_change(exchange)
        finally:
            server.shutdown()
            thread.join(STOP_S)
    assert (report.error, report.status, report.body) == ("", 1000, b"\0\xff")
    assert exchange.state is State.COMPLETE
    assert exchange.client.response is not None
    assert exchange.client.response.status == 101
