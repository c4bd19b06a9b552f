"""The function's own calls, over HTTP and HTTPS, through the real proxy: recorded, linked, untouched."""

from __future__ import annotations

import http.client
import shlex
import socket
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.exchange import Exchange, Failure, State
from gateway.facts import Ingress, Link
from gateway.messages import body_size, get
from tests.live.dependency import PROGRAM, Dependency, dependency
from tests.live.recorded import Recorded
from tests.proxy import Proxy, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dependency]:
    with dependency(tmp_path) as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(found.ca_path))
        for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield found


@pytest.fixture
def proxy(tmp_path: Path, outside: Dependency) -> Iterator[Proxy]:
    with started(tmp_path, outside) as found:
        yield found


def started(folder: Path, outside: Dependency, *words: str, **options: str) -> Proxy:
    program = folder / "app.py"
    program.write_text(PROGRAM)
    command = shlex.join([sys.executable, str(program), outside.http_url, outside.https_url, *words])
    return Proxy(folder / "proxy", free_port(), {"fc_command": command, "fc_egress": "0", **options})


def ask(proxy: Proxy, target: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=30)
    connection.request("GET", target, headers=headers or {})
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def split(found: list[Exchange]) -> tuple[list[Exchange], list[Exchange]]:
    """Calls to the function, and the calls that it made."""
    return [one for one in found if not one.is_egress], [one for one in found if one.is_egress]


@pytest.mark.parametrize(
    ("target", "link"), [pytest.param("/?item=1", Link.TIME), pytest.param("/?pass=id&item=1", Link.REQUEST_ID)]
)
def test_calls_over_http_and_https_are_exchanges_of_their_own(
    proxy: Proxy, outside: Dependency, target: str, link: Link
) -> None:
    assert ask(proxy, target) == (200, b'{"booked": 2, "total": 7}')
    (call,), made = split(proxy.recorded.ended_after(0, 3))
    assert [one.address.decode() for one in made] == [
        f"{outside.http_url}/price?item=1",
        f"{outside.https_url}/book",
    ]
    for one in made:
        assert (one.facts.ingress, one.facts.link, one.parent_id, one.state) == (
            Ingress.EGRESS, link, call.id, State.COMPLETE,
        )  # fmt: skip
        assert one.client == one.server
        assert one.transforms == ()
        assert one.facts.seed.request_id == call.facts.seed.request_id
    assert outside.requests == ["GET /price?item=1", "POST /book"]
    assert made[1].client.request is not None
    assert made[1].client.request.body == b'{"price": 7}'
    assert made[1].client.response is not None
    assert made[1].client.response.body == b'{"number": 2}'


def test_a_secret_that_the_function_sends_is_sealed(proxy: Proxy) -> None:
    ask(proxy, "/?item=1")
    _, made = split(proxy.recorded.ended_after(0, 3))
    assert made[0].client.request is not None
    assert b"sk-live" not in (get(made[0].client.request.headers, b"authorization") or b"sk-live")
    assert b"sk-live-0123456789abcdef" not in proxy.recording_path.read_bytes()


def test_a_streamed_answer_passes_with_its_rhythm_kept(proxy: Proxy) -> None:
    assert ask(proxy, "/stream") == (200, b'{"size": 655360}')
    _, (made,) = split(proxy.recorded.ended_after(0, 2))
    assert made.client.response is not None
    assert body_size(made.client.response.body) == 655360
    assert made.pieces[-1].end == 655360
    assert len(made.pieces) > 1


def test_a_call_that_fails_is_recorded_as_such(proxy: Proxy) -> None:
    assert ask(proxy, "/dead") == (200, b'{"dead": 502}')
    (call,), (made,) = split(proxy.recorded.ended_after(0, 2))
    assert (made.failure, made.state, made.server) == (Failure.NOT_LISTENING, State.SERVER_FAILED, None)
    assert made.parent_id == call.id
    assert "Connect call failed" in made.failure_text


def test_of_two_calls_at_once_only_a_passed_on_id_tells(proxy: Proxy) -> None:
    """Whatever overlaps, no call is ever linked to the wrong one: by its id, or not at all."""
    results: list[int] = []
    targets = [f"/?pass=id&item={number}" for number in range(8)]
    threads = [threading.Thread(target=lambda one=one: results.append(ask(proxy, one)[0])) for one in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [200] * 8
    calls, made = split(proxy.recorded.ended_after(0, 24))
    by_id = {call.id: call for call in calls}
    for one in made:
        assert one.facts.link is Link.REQUEST_ID
        assert one.parent_id is not None
        cause = by_id[one.parent_id].client.request
        assert cause is not None
        if b"/price" in one.address:
            assert one.address.rpartition(b"=")[2] == cause.target.rpartition(b"=")[2]


def test_what_the_filter_leaves_out_takes_its_own_calls_with_it(tmp_path: Path, outside: Dependency) -> None:
    with started(tmp_path, outside, fc_filter="~u item=2") as proxy:
        ask(proxy, "/?item=1")
        ask(proxy, "/?item=2")
        calls, made = split(proxy.recorded.ended_after(0, 3))
        assert len(calls) == 1
        assert [one.parent_id for one in made] == [calls[0].id] * 2
    assert len(outside.requests) == 4


def test_a_trace_that_was_passed_on_names_the_call(proxy: Proxy) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    ask(proxy, "/?pass=trace&item=1", {"traceparent": trace})
    (call,), made = split(proxy.recorded.ended_after(0, 3))
    assert {(one.facts.link, one.parent_id) for one in made} == {(Link.TRACEPARENT, call.id)}


def test_a_call_at_start_up_belongs_to_nobody_and_is_recorded(tmp_path: Path, outside: Dependency) -> None:
    with started(tmp_path, outside, "startup") as proxy:
        (made,) = proxy.recorded.ended_after(0, 1)
        assert (made.facts.link, made.parent_id) == (Link.NONE, None)
        assert made.address.endswith(b"/price?of=startup")


def test_a_call_under_way_at_the_stop_is_recorded_as_cut(tmp_path: Path, outside: Dependency) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        waiting = replace(outside, http_url=silent_url)
        with started(tmp_path, waiting) as proxy:
            client = socket.create_connection(("127.0.0.1", proxy.port))
            client.sendall(b"GET /?item=1 HTTP/1.1\r\nHost: a\r\n\r\n")
            asked, _ = silent.accept()
            assert asked.recv(4096).startswith(b"GET /price?item=1 ")
            proxy.stop()
            for one in (client, asked):
                one.close()
    found = Recorded(proxy.recording_path)
    _, (made,) = split(found.after(0))
    assert (made.failure, made.state) == (Failure.CLIENT_GONE, State.CANCELLED)
    found.close()
