"""mitmproxy's own addons and user scripts see the traffic of the fc mode when they ask for it, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from tests.live.rawclient import RawClient
from tests.live.scripted import Behaviour, ScriptedServer
from tests.proxy import Proxy

if TYPE_CHECKING:
    from pathlib import Path

CALL = b"POST /a%20b?x=1 HTTP/1.1\r\nHost: app.example.test\r\nX-App: 1\r\nContent-Length: 5\r\n\r\nhello"
ANSWER = b"HTTP/1.1 201 Made\r\nServer: app\r\nX-App: 2\r\nContent-Length: 3\r\n\r\nyes"

# Counts the flows that the fc mode builds. It has no flow hooks, so it asks for none itself.
COUNTER = """
from pathlib import Path
from addons import onlookers
built = []
build = onlookers.to_flow
def counted(*arguments):
    built.append(1)
    return build(*arguments)
onlookers.to_flow = counted
def done():
    Path("built.txt").write_text(str(len(built)))
"""

SEER = """
from pathlib import Path
def response(flow):
    line = f"{flow.request.method} {flow.request.path} {flow.response.status_code} {flow.response.text}"
    with Path("seen.txt").open("a") as seen:
        seen.write(line + chr(10))
"""


def calls(proxy: Proxy, count: int) -> None:
    with RawClient(proxy.port) as client:
        for _ in range(count):
            client.send(CALL)
            assert client.answer().body == b"yes"


def script(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_without_anybody_who_asks_no_flow_is_built(tmp_path: Path) -> None:
    counter = script(tmp_path, "counter.py", COUNTER)
    with ScriptedServer() as server:
        server.script(default=Behaviour((ANSWER,)))
        with Proxy(tmp_path / "proxy", server.port, more=("-s", counter)) as proxy:
            calls(proxy, 3)
    assert (tmp_path / "proxy" / "built.txt").read_text() == "0"


def test_a_flow_file_and_a_user_script_see_every_call(tmp_path: Path) -> None:
    scripts = ("-s", script(tmp_path, "counter.py", COUNTER), "-s", script(tmp_path, "seer.py", SEER))
    flow_file = tmp_path / "flows.mitm"
    with ScriptedServer() as server:
        server.script(default=Behaviour((ANSWER,)))
        with Proxy(tmp_path / "proxy", server.port, more=(*scripts, "-w", str(flow_file))) as proxy:
            calls(proxy, 3)
            exchanges = proxy.recorded.after(0)
    assert (tmp_path / "proxy" / "built.txt").read_text() == "3"
    assert (tmp_path / "proxy" / "seen.txt").read_text() == "POST /a%20b?x=1 201 yes\n" * 3
    with flow_file.open("rb") as stream:
        flows = list(FlowReader(stream).stream())
    assert len(flows) == len(exchanges) == 3
    for flow, exchange in zip(flows, exchanges, strict=True):
        assert isinstance(flow, HTTPFlow)
        assert flow.metadata["fc_request_id"] == exchange.facts.seed.request_id
        assert flow.metadata["fc_exchange"] == exchange.id
        assert flow.request.raw_content == b"hello"
        assert flow.request.headers.fields == (
            (b"Host", b"app.example.test"),
            (b"X-App", b"1"),
            (b"Content-Length", b"5"),
        )
        assert flow.response is not None
        assert flow.response.headers.get_all("server") == []
        assert flow.response.headers["x-fc-request-id"] == exchange.facts.seed.request_id
