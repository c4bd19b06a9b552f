"""Where a message ends: interim answers, 100-continue, HEAD, statuses without a body, HTTP/1.0, trailers.

After each oddity the same connection serves a plain call: whoever misjudged an end would read it wrongly.
Read next: ../conformance/http_calls.yaml (the same one by one, both views checked).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.changes import Part
from gateway.exchange import State
from tests.live.messages import chunk, chunked
from tests.live.rawclient import RawClient
from tests.live.scripted import PLAIN, Behaviour, Until

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from tests.live.pool import Stage

HOST = b"Host: app.example.test\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
HEAD = b"HEAD / HTTP/1.1\r\n" + HOST + b"\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
SHELLS = pytest.mark.parametrize("tls", [pytest.param(False, id="fc"), pytest.param(True, id="tls")])


def assert_recorded(stage: Stage, last: int, count: int, state: State = State.COMPLETE) -> list[Exchange]:
    """So many exchanges since, all with this end, no difference without a rule."""
    found = list(stage.proxy.recorded.ended_after(last, count))
    for exchange in found:
        assert exchange.state is state
        stage.proxy.recorded.assert_no_silent_change(exchange)
    return found


@SHELLS
@pytest.mark.parametrize(
    "interim",
    [
        pytest.param(HINTS, id="early-hints"),
        pytest.param(HINTS * 5, id="several"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", id="continue-that-nobody-waits-for"),
        pytest.param(b"HTTP/1.1 102 Processing\r\n\r\n" + HINTS, id="processing"),
        pytest.param(b"HTTP/1.1 199 \r\nContent-Length: 5\r\n\r\n", id="unknown-with-a-length"),
    ],
)
@pytest.mark.parametrize(
    ("request_", "final"),
    [
        pytest.param(GET, PLAIN, id="length"),
        pytest.param(
            GET, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked((b"o", b"k")), id="chunks"
        ),
        pytest.param(GET, b"HTTP/1.1 204 No Content\r\n\r\n", id="no-content"),
        pytest.param(HEAD, b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", id="head"),
    ],
)
def test_interim_answers_end_with_the_final_one(
    stage: Stage, tls: bool, interim: bytes, request_: bytes, final: bytes
) -> None:
    """And are recorded, each with its time and its rule, by the first call with a head and by the next."""
    last = stage.proxy.recorded.newest()
    stage.server.script(Behaviour((interim, Until("sent"), final)), Behaviour((interim + final,)), Behaviour())
    method = request_.partition(b" ")[0]
    body = b"" if method == b"HEAD" or b" 204 " in final else b"ok"
    with RawClient(stage.proxy.port, tls=tls) as client:
        client.send(request_)
        stage.server.wait_for(1)
        stage.server.release("sent")
        assert client.answer(method).body == body
        client.send(request_)
        answer = client.answer(method)
        assert (answer.body, answer.head.values("link")) == (body, [])
        client.send(GET)
        assert client.answer().body == b"ok"
    assert len({one.connection for one in stage.server.wait_for(3)}) == 1
    first, second, plain = assert_recorded(stage, last, 3)
    for exchange in (first, second):
        lines = b"".join(b"HTTP/1.1 %d %b\r\n" % (one.head.status, one.head.reason) for one in exchange.interim)
        assert lines == b"".join(line for line in interim.splitlines(keepends=True) if line.startswith(b"HTTP/"))
        assert all(0 <= one.at_us <= exchange.timings.server_head for one in exchange.interim)
        told = [one.rule_id for one in exchange.transforms if one.part is Part.INTERIM]
        assert told == ["res.drop.interim"] * interim.count(b"HTTP/")
    assert plain.interim == ()


def test_an_interim_answer_alone_is_no_answer(stage: Stage) -> None:
    last = stage.proxy.recorded.newest()
    stage.server.script(Behaviour((HINTS,), then="close"), default=Behaviour((HINTS,), then="close"))
    with RawClient(stage.proxy.port) as client:
        client.send(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\n\r\nx")
        assert client.answer().head.first == b"HTTP/1.1 502 Bad Gateway"
    (exchange,) = assert_recorded(stage, last, 1, State.SERVER_FAILED)
    assert [one.head.headers for one in exchange.interim] == [((b"Link", b"</a.css>; rel=preload"),)]
    assert exchange.server is not None
    assert exchange.server.response is None


@SHELLS
@pytest.mark.parametrize(
    ("framing", "body"),
    [
        pytest.param(b"Content-Length: 5\r\n", b"hello", id="length"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", chunked((b"he", b"llo")), id="chunks"),
    ],
)
def test_a_client_that_waits_for_100_sends_its_body_then(stage: Stage, tls: bool, framing: bytes, body: bytes) -> None:
    last = stage.proxy.recorded.newest()
    with RawClient(stage.proxy.port, tls=tls) as client:
        client.send(b"POST / HTTP/1.1\r\n" + HOST + b"Expect: 100-Continue\r\n" + framing + b"\r\n")
        assert client.head().first == b"HTTP/1.1 100 Continue"
        assert stage.server.received == []
        client.send(body)
        assert client.answer().body == b"ok"
        client.send(GET)
        assert client.answer().body == b"ok"
    assert stage.server.wait_for(2)[0].whole.body == b"hello"
    assert_recorded(stage, last, 2)


@SHELLS
@pytest.mark.parametrize(
    ("lines", "status"),
    [
        pytest.param(b"Content-Length: 33554433\r\n", b"400", id="body"),
        pytest.param(b"Content-Length: 5\r\nX-Big: " + b"x" * 8192 + b"\r\n", b"400", id="headers"),
        pytest.param(b"Content-Length: 5\r\nX-Fc-Log-Type: tail\r\n", b"400", id="control-field"),
    ],
)
def test_a_client_that_waits_for_100_is_refused_before_it_sends(
    stage: Stage, tls: bool, lines: bytes, status: bytes
) -> None:
    last = stage.proxy.recorded.newest()
    with RawClient(stage.proxy.port, tls=tls) as client:
        client.send(b"POST / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\n" + lines + b"\r\n")
        # The very next head is the final one: no 100 before it.
        head = client.head()
        assert head.first.split(b" ")[1] == status
        assert client.rest(head) is not None
        # The body may or may not come now (RFC 9110 10.1.1), so nothing more can be read from this connection.
        assert client.ended() == b""
    assert stage.server.received == []
    assert_recorded(stage, last, 1, State.REFUSED)


def test_a_client_that_does_not_wait_gets_no_100(stage: Stage) -> None:
    with RawClient(stage.proxy.port) as client:
        client.send(b"POST / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi")
        head = client.head()
        assert head.first == b"HTTP/1.1 200 OK"
        assert client.rest(head) is not None
    assert stage.server.wait_for(1)[0].whole.body == b"hi"


@SHELLS
@pytest.mark.parametrize(
    ("request_", "answer", "length"),
    [
        pytest.param(HEAD, b"200 OK\r\nContent-Length: 1000000", [b"1000000"], id="head-length"),
        pytest.param(HEAD, b"200 OK\r\nTransfer-Encoding: chunked", [], id="head-chunks"),
        pytest.param(HEAD, b"200 OK", [], id="head-nothing"),
        pytest.param(HEAD, b"404 Not Found\r\nContent-Length: 9", [b"9"], id="head-404"),
        pytest.param(GET, b"204 No Content", [], id="204"),
        pytest.param(GET, b"204 No Content\r\nContent-Length: 0", [], id="204-length"),
        pytest.param(GET, b"304 Not Modified\r\nETag: 1", [], id="304"),
        pytest.param(GET, b"304 Not Modified\r\nContent-Length: 10", [b"10"], id="304-length"),
    ],
)
def test_an_answer_without_a_body_ends_with_its_head(
    stage: Stage, tls: bool, request_: bytes, answer: bytes, length: list[bytes]
) -> None:
    last = stage.proxy.recorded.newest()
    stage.server.script(Behaviour((b"HTTP/1.1 " + answer + b"\r\n\r\n",)))
    with RawClient(stage.proxy.port, tls=tls) as client:
        client.send(request_)
        head = client.head()
        assert head.first == b"HTTP/1.1 " + answer.partition(b"\r\n")[0]
        assert head.values("content-length") == length
        client.send(GET)
        assert client.answer().body == b"ok"
    assert len({one.connection for one in stage.server.wait_for(2)}) == 1
    assert_recorded(stage, last, 2)


def test_an_error_of_the_gateway_has_no_body_for_head(stage: Stage) -> None:
    with RawClient(stage.proxy.port) as client:
        client.send(b"HEAD / HTTP/1.1\r\n" + HOST + b"X-Fc-Log-Type: tail\r\n\r\n")
        head = client.head()
        assert head.first == b"HTTP/1.1 400 Bad Request"
        assert int(head.values("content-length")[0]) > 0
        client.send(GET)
        assert client.answer().body == b"ok"


@SHELLS
@pytest.mark.parametrize("wish", [b"", b"Connection: close\r\n", b"Connection: keep-alive\r\n"])
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(PLAIN, id="length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked((b"o", b"k")), id="chunks"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nok", id="until-close"),
    ],
)
def test_a_client_of_http_1_0_gets_one_answer_that_it_can_read(
    stage: Stage, tls: bool, wish: bytes, answer: bytes
) -> None:
    """Persistence is an offer in HTTP/1.0, and the gateway does not take it up: it says close, and closes."""
    last = stage.proxy.recorded.newest()
    stage.server.script(Behaviour((answer,), then="close"))
    with RawClient(stage.proxy.port, tls=tls) as client:
        client.send(b"GET / HTTP/1.0\r\n" + HOST + wish + b"\r\n")
        found = client.answer()
        assert found.body == b"ok"
        assert found.head.values("transfer-encoding") == []
        assert found.head.values("connection") == [b"close"]
        assert client.ended() == b""
    assert stage.server.wait_for(1)[0].whole.head.first == b"GET / HTTP/1.1"
    assert_recorded(stage, last, 1)


@SHELLS
def test_trailers_end_where_they_end(stage: Stage, tls: bool) -> None:
    """Those of the request and those of the answer stay behind, and the connection goes on on both sides."""
    last = stage.proxy.recorded.newest()
    head = b"HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n"
    streamed = (head, chunk(b"one"), Until("seen"), chunk(b"two"), b"0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n")
    stage.server.script(Behaviour(streamed))
    with RawClient(stage.proxy.port, tls=tls) as client:
        body = chunked((b"he", b"llo"), b"X-Sum: 5\r\nX-Fc-Account-Id: evil\r\n")
        client.send(b"POST / HTTP/1.1\r\n" + HOST + b"TE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        answer_head = client.head()
        assert client.chunk() == b"one"
        stage.server.release("seen")
        rest = client.rest(answer_head)
        assert rest is not None
        assert (rest.body, rest.trailers) == (b"two", ())
        client.send(GET)
        assert client.answer().body == b"ok"
    first, second = stage.server.wait_for(2)
    assert (first.whole.body, first.whole.trailers) == (b"hello", ())
    assert first.connection == second.connection
    assert_recorded(stage, last, 2)
