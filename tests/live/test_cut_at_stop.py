"""Calls that outlive the grace of an orderly stop: cut, and recorded with what they had got (reliability D15)."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from gateway.exchange import State
from tests.live.messages import chunk
from tests.live.rawclient import RawClient
from tests.live.recorded import Recorded
from tests.live.scripted import Behaviour, ScriptedServer
from tests.proxy import STOP_S, Proxy

if TYPE_CHECKING:
    from pathlib import Path

GET = b"GET /%b HTTP/1.1\r\nHost: app.example.test\r\n\r\n"
UPGRADE = (
    b"GET /websocket HTTP/1.1\r\nHost: app.example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
CALLS = {
    GET % b"chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"first"),
    # An end by closing would look like this body's own end.
    GET % b"until-close": b"HTTP/1.1 200 OK\r\n\r\nfirst",
    GET % b"length": b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\nfirst",
    GET % b"no-head": b"",
    UPGRADE: SWITCH + b"first",
}


def test_what_a_stop_cuts_is_recorded_as_interrupted(tmp_path: Path) -> None:
    with ScriptedServer() as server, ExitStack() as clients:
        proxy = Proxy(tmp_path / "proxy", server.port).start()
        count = 0
        for tls in (False, True):
            for request, answer in CALLS.items():
                server.script(Behaviour((answer,) if answer else (), then="hold"))
                client = clients.enter_context(RawClient(proxy.port, tls=tls))
                client.send(request)
                server.wait_for(1)
                count += 1
        proxy.ask_to_stop()
        assert proxy.process.wait(STOP_S) == 0
    recorded = Recorded(tmp_path / "proxy" / "fc.db")
    found = recorded.after(0)
    assert len(found) == count
    for exchange in found:
        assert exchange.state is State.INTERRUPTED, exchange
        assert exchange.failure_text == "fc-replay was stopped before the answer was whole"
        recorded.assert_no_silent_change(exchange)
        assert exchange.client.request is not None
        if exchange.client.request.target != b"/no-head":
            assert exchange.server is not None
            assert exchange.server.response is not None
            assert exchange.server.response.body == b"first"
    recorded.close()
