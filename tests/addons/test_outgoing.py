"""A flow becomes the exchange of a call that the function made; tests/live/test_egress.py shows it at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from mitmproxy import flow as mitmproxy_flow
from mitmproxy import http
from mitmproxy.test import tflow

from addons.causes import Cause
from addons.outgoing import HELD, Outgoing, is_small, origin, reason
from gateway.exchange import Failure, State
from gateway.facts import Ingress, Link

if TYPE_CHECKING:
    from store.spool import Spool


def flow(method: str = "POST", headers: dict[str, str] | None = None, body: bytes = b"ask") -> http.HTTPFlow:
    made = tflow.tflow()
    made.request = http.Request.make(method, "https://api.example.test:8443/a?b=1", body)
    made.request.headers.update(headers or {})
    made.request.data.path = b"/a?b=1"
    return made


def begin(made: http.HTTPFlow) -> Outgoing:
    return Outgoing.begin(7, made, (Cause(3, "1-a", "web"), Link.TIME), "other", None)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("http://h.test/a", "http://h.test", id="usual-port"),
        pytest.param("https://h.test:443/a", "https://h.test", id="usual-tls-port"),
        pytest.param("http://h.test:443/a", "http://h.test:443", id="port-of-the-other"),
        pytest.param("http://[::1]:9/a", "http://[::1]:9", id="ipv6"),
    ],
)
def test_an_origin_says_where_a_call_went(url: str, expected: str) -> None:
    assert origin(http.Request.make("GET", url)) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({}, True, id="request-without-body"),
        pytest.param({"content-length": str(HELD)}, True, id="largest"),
        pytest.param({"content-length": str(HELD + 1)}, False, id="one-more"),
        pytest.param({"transfer-encoding": "chunked"}, False, id="chunks"),
        pytest.param({"content-length": "x"}, False, id="no-number"),
    ],
)
def test_only_a_small_announced_body_is_held(headers: dict[str, str], expected: bool) -> None:
    request = http.Request.make("PUT", "http://h/")
    request.headers.clear()
    request.headers.update(headers)
    assert is_small(request) is expected


def test_an_answer_without_a_length_flows() -> None:
    answer = http.Response.make(200)
    assert is_small(answer)
    del answer.headers["content-length"]
    assert not is_small(answer)


def test_the_two_views_are_the_same_and_its_cause_is_named() -> None:
    made = flow()
    call = begin(made)
    assert not call.let_request_flow()
    call.request_ended()
    opened = call.opened()
    assert (opened.state, opened.parent_id, opened.facts.function) == (State.OPEN, 3, "web")
    made.response = http.Response.make(201, b"told", {"X-One": "1"})
    call.response_began()
    ended = call.answered()
    assert ended.client == ended.server
    assert (ended.facts.ingress, ended.facts.link, ended.facts.seed.secure) == (Ingress.EGRESS, Link.TIME, True)
    assert ended.address == b"https://api.example.test:8443/a?b=1"
    assert ended.client.request is not None
    assert ended.client.request.body == b"ask"
    assert ended.client.response is not None
    assert (ended.client.response.status, ended.client.response.body) == (201, b"told")
    assert 0 <= ended.timings.request_end <= ended.timings.server_head <= ended.timings.server_end


def test_a_call_that_nobody_can_tell_has_an_id_of_its_own() -> None:
    call = Outgoing.begin(7, flow(), (None, Link.NONE), "other", None)
    assert (call.opened().parent_id, call.facts.function) == (None, "other")
    assert call.facts.seed.request_id


def test_bodies_that_flow_are_kept_with_their_times() -> None:
    made = flow(headers={"transfer-encoding": "chunked"})
    call = begin(made)
    assert call.let_request_flow()
    assert callable(made.request.stream)
    assert [made.request.stream(piece) for piece in (b"ab", b"c", b"")] == [b"ab", b"c", b""]
    made.response = http.Response.make(200, b"", {"transfer-encoding": "chunked"})
    call.response_began()
    assert callable(made.response.stream)
    made.response.stream(b"xyz")
    ended = call.answered()
    assert ended.client.request is not None
    assert ended.client.request.body == b"abc"
    assert ended.client.response is not None
    assert ended.client.response.body == b"xyz"
    assert [piece.end for piece in ended.pieces] == [3]
    call.close()


def test_a_body_that_finds_no_room_goes_on_and_is_said_to_be_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    made = flow(headers={"transfer-encoding": "chunked"})
    call = begin(made)
    call.let_request_flow()

    def full(self: Spool, piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("store.spool.Spool.write", full)
    assert callable(made.request.stream)
    assert made.request.stream(b"abc") == b"abc"
    ended = call.answered()
    assert (ended.state, ended.failure) == (State.INTERRUPTED, Failure.STORE)
    assert "No space left" in ended.failure_text


@pytest.mark.parametrize(
    ("text", "connected", "answered", "expected"),
    [
        pytest.param("Connect call failed", False, False, Failure.NOT_LISTENING, id="refused"),
        pytest.param("Client disconnected.", False, False, Failure.CLIENT_GONE, id="gone-before"),
        pytest.param("Client disconnected.", True, False, Failure.CLIENT_GONE, id="gone"),
        pytest.param("HTTP/1 protocol error: bad", True, False, Failure.MALFORMED_ANSWER, id="malformed"),
        pytest.param("server closed connection", True, False, Failure.CLOSED, id="closed"),
        pytest.param("HTTP/2 protocol error: reset", True, True, Failure.CLOSED, id="closed-within"),
    ],
)
def test_why_there_is_no_whole_answer(text: str, connected: bool, answered: bool, expected: Failure) -> None:
    made = flow()
    made.server_conn.timestamp_tcp_setup = 1.0 if connected else None
    made.response = http.Response.make(200) if answered else None
    made.error = mitmproxy_flow.Error(text)
    failure, told = reason(made)
    assert (failure, told) == (expected, text)
    ended = begin(made).failed(failure, told)
    assert (ended.server is None) is (expected is Failure.NOT_LISTENING)
    assert ended.state is (State.CANCELLED if expected is Failure.CLIENT_GONE else State.SERVER_FAILED)


def test_a_call_that_could_not_be_recorded_is_refused() -> None:
    assert begin(flow()).failed(Failure.STORE, "full").state is State.REFUSED
