"""What happens on one client connection, and how each side's end reaches the other."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from gateway.exchange import Failure, State
from tests.live.messages import chunk, chunked
from tests.live.rawclient import RawClient
from tests.live.scripted import Behaviour, Until

if TYPE_CHECKING:
    from tests.live.pool import Stage

GET = b"GET /%b HTTP/1.1\r\nHost: app.example.test\r\n\r\n"
SHELLS = pytest.mark.parametrize("tls", [pytest.param(False, id="fc"), pytest.param(True, id="tls")])

# As Werkzeug does: every answer ends its connection, and says so (design.md, "facts about mitmproxy").
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\none"
CLOSING_STREAM = b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked((b"tw", b"o"))
CLOSING_UNTOLD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nthree"


@SHELLS
@pytest.mark.parametrize(
    ("answers", "bodies"),
    [
        pytest.param((CLOSING, CLOSING), (b"one", b"one"), id="plain"),
        pytest.param((CLOSING_STREAM, CLOSING_STREAM), (b"two", b"two"), id="streamed"),
        pytest.param((CLOSING_UNTOLD, CLOSING, CLOSING_STREAM), (b"three", b"one", b"two"), id="mixed"),
    ],
)
@pytest.mark.parametrize("pipelined", [pytest.param(True, id="in-one-write"), pytest.param(False, id="one-by-one")])
def test_calls_on_one_connection_while_the_server_closes_each_of_its_own(
    stage: Stage, tls: bool, answers: tuple[bytes, ...], bodies: tuple[bytes, ...], pipelined: bool
) -> None:
    stage.server.script(*(Behaviour((answer,), then="close") for answer in answers))
    targets = [b"%d" % number for number in range(len(answers))]
    with RawClient(stage.proxy.port, tls=tls) as client:
        if pipelined:
            client.send(b"".join(GET % target for target in targets))
        for target, body in zip(targets, bodies, strict=True):
            if not pipelined:
                client.send(GET % target)
            answer = client.answer()
            assert answer.body == body
            assert answer.head.values("connection") == []
    received = stage.server.wait_for(len(answers))
    assert [one.whole.head.first for one in received] == [b"GET /%b HTTP/1.1" % target for target in targets]
    assert len({one.connection for one in received}) == len(answers)


def test_the_server_s_connection_is_used_again(stage: Stage) -> None:
    with RawClient(stage.proxy.port) as client:
        for number in range(3):
            client.send(GET % b"%d" % number)
            client.answer()
    assert len({one.connection for one in stage.server.wait_for(3)}) == 1


def test_a_half_closed_client_gets_its_answer(stage: Stage) -> None:
    with RawClient(stage.proxy.port) as client:
        client.send(GET % b"")
        client.socket.shutdown(socket.SHUT_WR)
        assert client.answer().body == b"ok"
        assert client.ended() == b""


@SHELLS
def test_a_client_that_leaves_a_stream_ends_the_server_s_side(stage: Stage, tls: bool) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    stage.server.script(Behaviour((head + chunk(b"first"),), then="hold"))
    recorded = stage.proxy.recorded
    last = recorded.newest()
    with RawClient(stage.proxy.port, tls=tls) as client:
        client.send(GET % b"")
        client.head()
        assert client.chunk() == b"first"
        client.vanish()
    (received,) = stage.server.wait_for(1)
    assert received.left.wait(10)
    (found,) = recorded.ended_after(last, 1)
    assert (found.state, found.failure) == (State.CANCELLED, Failure.CLIENT_GONE)
    assert found.server is not None
    assert found.server.response is not None
    assert found.server.response.body == b"first"
    recorded.assert_no_silent_change(found)


def test_a_streamed_answer_is_recorded_with_its_rhythm(stage: Stage) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    stage.server.script(Behaviour((head + chunk(b"first"), Until("seen"), chunk(b"second"), b"0\r\n\r\n")))
    last = stage.proxy.recorded.newest()
    with RawClient(stage.proxy.port) as client:
        client.send(GET % b"")
        client.head()
        assert client.chunk() == b"first"
        stage.server.release("seen")
        assert client.chunk() == b"second"
        assert client.chunk() == b""
    (found,) = stage.proxy.recorded.after(last)
    assert [piece.end for piece in found.pieces] == [5, 11]
    assert 0 < found.pieces[0].at_us <= found.pieces[1].at_us


def test_the_last_chunk_is_on_disk_before_the_client_has_it(stage: Stage) -> None:
    """Many short streams: whenever the end has come, the exchange is there and complete."""
    stream = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked((b"a", b"b"))
    stage.server.script(default=Behaviour((stream,)))
    recorded = stage.proxy.recorded
    with RawClient(stage.proxy.port) as client:
        for _ in range(20):
            last = recorded.newest()
            client.send(GET % b"")
            assert client.answer().body == b"ab"
            (found,) = recorded.after(last)
            assert found.state is State.COMPLETE


def test_an_endless_head_is_cut_at_64_kib(stage: Stage) -> None:
    last = stage.proxy.recorded.newest()
    with RawClient(stage.proxy.port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: app.example.test\r\nX-Long: ")
        client.send_what_is_taken(b"a" * 65536)
        answer = client.answer()
        assert answer.head.first == b"HTTP/1.1 400 Bad Request"
        assert b'"Code":"InvalidArgument"' in answer.body
        assert client.ended() == b""
    (found,) = stage.proxy.recorded.after(last)
    assert (found.state, found.failure) == (State.REFUSED, Failure.MALFORMED_REQUEST)
    assert 0 < len(found.raw) <= 65536
    assert stage.server.received == []
