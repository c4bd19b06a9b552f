"""Real servers behind the gateway, unchanged: their answers are what they are without it, and nothing is unexplained.

Read next: calls.py (the calls), apps/ (the servers).
"""

from __future__ import annotations

import http.client
import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from websockets.sync.client import connect

from gateway.exchange import State
from tests.proxy import ROOT, Proxy
from tests.served import Served
from tests.servers.calls import CALLS, CHUNKED, Call, Got, make

if TYPE_CHECKING:
    from collections.abc import Iterator

APPS = Path(__file__).resolve().parent / "apps"
PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Pair:
    """A server, and the gateway before it."""

    server: Served
    proxy: Proxy


@contextmanager
def pair(command: list[str], folder: Path) -> Iterator[Pair]:
    with (
        Served(command, folder / "server.txt", APPS) as server,
        Proxy(folder / "proxy", server.port, {"fc_durability": "normal"}) as proxy,
    ):
        yield Pair(server, proxy)


@pytest.fixture(scope="module")
def flask(python_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    sample = str(ROOT / "examples" / "flask_sample.py")
    command = [str(python_home / "bin/python"), "-m", "flask", "--app", sample, "run", "--port", "{port}"]
    with pair(command, tmp_path_factory.mktemp("flask")) as made:
        yield made


@pytest.fixture(scope="module")
def fastapi(python_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    command = [str(python_home / "bin/python"), "-m", "uvicorn", "site_fastapi:app", "--port", "{port}"]
    with pair(command, tmp_path_factory.mktemp("fastapi")) as made:
        yield made


@pytest.fixture(scope="module")
def django(python_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    command = [str(python_home / "bin/python"), "-m", "gunicorn", "site_django:application", "-b", "127.0.0.1:{port}"]
    with pair(command, tmp_path_factory.mktemp("django")) as made:
        yield made


@pytest.fixture(scope="module")
def express(node_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    node = shutil.which("node")
    assert node is not None
    with pair([node, str(APPS / "site_express.js"), str(node_home), "{port}"], tmp_path_factory.mktemp("js")) as made:
        yield made


def connection(port: int) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S))


def assert_same_as_direct(pair: Pair, calls: tuple[Call, ...]) -> list[Got]:
    """Each call by both ways, through us on one connection; then the recording. What came through us is returned.

    Directly each has a connection of its own: some servers end one after an error without a word, as ours never does.
    """
    last = pair.proxy.recorded.newest()
    truth = []
    for call in calls:
        with connection(pair.server.port) as direct:
            truth.append(make(direct, call))
    with connection(pair.proxy.port) as through:
        found = [make(through, call) for call in calls]
    for call, one, other in zip(calls, found, truth, strict=True):
        assert one == other, call.id
    exchanges = pair.proxy.recorded.after(last)
    assert [one.state for one in exchanges] == [State.COMPLETE] * len(calls)
    for exchange in exchanges:
        pair.proxy.recorded.assert_no_silent_change(exchange)
    return found


@pytest.mark.parametrize("name", ["fastapi", "django", "express"])
def test_every_call_of_the_mix_is_as_without_us(name: str, request: pytest.FixtureRequest) -> None:
    served: Pair = request.getfixturevalue(name)
    calls: tuple[Call, ...] = (*CALLS, CHUNKED)
    if name == "express":
        calls = tuple(call for call in calls if call.target != "/form")  # Express itself reads no such forms
    elif name == "django":
        calls = CALLS  # WSGI servers give Django no body without a length
    found = assert_same_as_direct(served, calls)
    assert [got.status for got in found] == [call.status for call in calls]


def test_the_page_s_own_sample(flask: Pair) -> None:
    """It greets whoever asks, by GET, POST, PUT and DELETE; what else it does is Flask's."""
    calls = tuple(Call(method, f"/{method.lower()}", body=b"data") for method in ("POST", "PUT", "DELETE"))
    calls = (Call("GET", "/"), Call("HEAD", "/a/b"), *calls, Call("PATCH", "/a", 405), Call("OPTIONS", "/a"))
    found = assert_same_as_direct(flask, calls)
    assert [got.status for got in found] == [call.status for call in calls]
    assert found[0].body == b"Hello, World!"


def test_early_hints_and_trailers_hang_nobody(express: Pair) -> None:
    """Both are dropped (contract PROTO-1), and the recording says so of the trailers."""
    last = express.proxy.recorded.newest()
    with connection(express.proxy.port) as through:
        found = [make(through, Call("GET", target)) for target in ("/hints", "/sum", "/json?q=after")]
    assert [got.body for got in found] == [b"after the hints", b"summed", b'{"q":"after"}']
    rules = [{one.rule_id for one in exchange.transforms} for exchange in express.proxy.recorded.after(last)]
    assert ["res.strip.trailers" in spoken for spoken in rules] == [False, True, False]


def test_an_event_is_here_before_the_next_is_written(fastapi: Pair) -> None:
    with connection(fastapi.proxy.port) as listening, connection(fastapi.proxy.port) as other:
        listening.request("GET", "/events")
        answer = listening.getresponse()
        assert answer.readline() == b"data: first\n"
        # The server writes the second event only now: whoever holds the first back never gets here.
        assert make(other, Call("POST", "/release")).body == b'"released"'
        assert answer.read() == b"\ndata: second\n\n"


MESSAGES: list[str | bytes] = ["", "text", "你好" * 1000, b"", b"\x00\xff" * 40_000]


def test_a_websocket_echo(python_home: Path, tmp_path: Path) -> None:
    command = [str(python_home / "bin/python"), str(APPS / "echo_websockets.py"), "{port}"]
    with pair(command, tmp_path) as served:
        with connect(f"ws://127.0.0.1:{served.proxy.port}/chat", max_size=None) as socket:
            for message in MESSAGES:
                socket.send(message)
                assert socket.recv() == message
        (exchange,) = served.proxy.recorded.ended_after(0, 1)
        assert exchange.state == State.COMPLETE
        served.proxy.recorded.assert_no_silent_change(exchange)
