from __future__ import annotations

import asyncio
import contextlib
import errno
from typing import TYPE_CHECKING

import pytest
from wsproto.frame_protocol import FrameProtocol, Opcode

from addons.reply import NOT_RECORDED
from gateway.config import Config, Function
from gateway.differences import unexplained
from gateway.exchange import Failure, State
from gateway.frames import FrameReader
from gateway.messages import BodyRef, get
from gateway.recompute import recompute
from store.spool import Spool
from tests.addons.bench import bench, run

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.messages import Response
    from tests.addons.bench import Bench

ASK = (
    b"GET /chat HTTP/1.1\r\nHost: app.test\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SWITCH = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
CLIENT = FrameProtocol(client=True, extensions=[])
SERVER = FrameProtocol(client=False, extensions=[])
HELLO = bytes(CLIENT.send_data("hello"))
CLOSE = bytes(CLIENT.close(1000))


class Peer:
    """A client on its connection, after the handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.head = b""

    @classmethod
    async def open(cls, port: int, more: bytes = b"") -> Peer:
        peer = cls(*await asyncio.open_connection("127.0.0.1", port))
        peer.writer.write(ASK + more)
        peer.head = await peer.reader.readuntil(b"\r\n\r\n")
        return peer


def checked(desk: Bench, exchange: Exchange) -> Response:
    """The client's answer; every change has a rule, and the same inputs give the same exchange again."""
    assert unexplained(exchange) == ()
    assert recompute(exchange, desk.desk.config) == exchange
    assert exchange.client.response is not None
    return exchange.client.response


def said(exchange: Exchange) -> object:
    assert exchange.server is not None
    assert exchange.server.request is not None
    assert exchange.client.request is not None
    assert exchange.client.request.body == exchange.server.request.body
    return exchange.client.request.body


def test_a_conversation_goes_through_and_is_kept_whole() -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            reader = desk.readers[writer]
            writer.write(SWITCH + SERVER.send_data("welcome"))
            assert await reader.readexactly(len(HELLO)) == HELLO
            writer.write(SERVER.send_data(b"\0\xff"))
            assert await reader.readexactly(len(CLOSE)) == CLOSE
            writer.write(SERVER.close(1000))
            writer.close()

        async with bench(serve) as desk:
            peer = await Peer.open(desk.port, HELLO)
            assert b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" in peer.head
            assert b"X-Fc-Request-Id: " in peer.head
            greeting = bytes(SERVER.send_data("welcome") + SERVER.send_data(b"\0\xff"))
            assert await peer.reader.readexactly(len(greeting)) == greeting
            peer.writer.write(CLOSE)
            assert await peer.reader.read() == SERVER.close(1000)
            peer.writer.close()
            exchange = await desk.ended.get()
        assert b"\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" in desk.received[0]
        assert (exchange.state, exchange.failure) == (State.COMPLETE, None)
        response = checked(desk, exchange)
        assert response.status == 101
        assert said(exchange) == HELLO + CLOSE
        assert response.body == greeting + SERVER.close(1000)
        assert exchange.pieces[-1].end == len(response.body)
        assert [frame.opcode for frame in FrameReader().feed(response.body)] == [Opcode.TEXT, Opcode.BINARY, 8]

    run(test())


def test_a_long_conversation_is_kept_by_reference() -> None:
    async def test() -> None:
        big = bytes(SERVER.send_data(bytes(600_000)))

        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(SWITCH + big + SERVER.close(1000))
            await desk.readers[writer].readexactly(len(CLOSE))
            writer.close()

        async with bench(serve) as desk:
            peer = await Peer.open(desk.port)
            assert await peer.reader.readexactly(len(big)) == big
            peer.writer.write(CLOSE)
            await peer.reader.read()
            peer.writer.close()
            exchange = await desk.ended.get()
        response = checked(desk, exchange)
        assert isinstance(response.body, BodyRef)
        assert response.body.size == len(big) + len(SERVER.close(1000))

    run(test())


def test_the_time_out_cuts_it_without_a_close_frame() -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(SWITCH + SERVER.send_data("tick"))
            assert await desk.readers[writer].read() == b""

        config = Config(functions=(Function(timeout_s=0.2),))
        async with bench(serve, config=config) as desk:
            peer = await Peer.open(desk.port)
            assert await peer.reader.read() == SERVER.send_data("tick")
            peer.writer.close()
            exchange = await desk.ended.get()
        assert (exchange.state, exchange.failure) == (State.TIMED_OUT, Failure.TIMED_OUT)
        assert exchange.failure_text == "Function timed out after 0.2 seconds"
        assert checked(desk, exchange).status == 101

    run(test())


@pytest.mark.parametrize(
    ("who", "reset", "state"),
    [
        pytest.param("client", False, State.CANCELLED, id="client-ends"),
        pytest.param("client", True, State.CANCELLED, id="client-breaks"),
        pytest.param("server", False, State.SERVER_FAILED, id="server-ends"),
        pytest.param("server", True, State.SERVER_FAILED, id="server-breaks"),
    ],
)
def test_an_end_without_a_close_frame_names_who_left(who: str, reset: bool, state: State) -> None:
    async def test() -> None:
        def leave(writer: asyncio.StreamWriter) -> None:
            writer.transport.abort() if reset else writer.close()

        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(SWITCH)
            await desk.readers[writer].readexactly(len(HELLO))
            if who == "server":
                leave(writer)
                return
            gone.set()
            with contextlib.suppress(ConnectionError):
                assert await desk.readers[writer].read() == b""
            writer.close()

        gone = asyncio.Event()
        async with bench(serve) as desk:
            peer = await Peer.open(desk.port, HELLO)
            if who == "client":
                await gone.wait()
                leave(peer.writer)
            else:
                assert await peer.reader.read() == b""
                peer.writer.close()
            exchange = await desk.ended.get()
        assert exchange.state is state
        assert said(exchange) == HELLO
        assert checked(desk, exchange).status == 101

    run(test())


def test_closed_on_both_sides_is_in_order_however_the_connections_end() -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(SWITCH + SERVER.close(1000))
            await desk.readers[writer].readexactly(len(CLOSE))
            writer.transport.abort()

        async with bench(serve) as desk:
            peer = await Peer.open(desk.port)
            await peer.reader.readexactly(len(SERVER.close(1000)))
            peer.writer.write(CLOSE)
            assert await peer.reader.read() == b""
            peer.writer.close()
            exchange = await desk.ended.get()
        assert exchange.state is State.COMPLETE
        checked(desk, exchange)

    run(test())


@pytest.mark.parametrize(
    ("ask", "switch"),
    [
        pytest.param(ASK.replace(b"websocket", b"h2c"), SWITCH, id="nobody-asked"),
        pytest.param(ASK, SWITCH.replace(b"websocket", b"h2c"), id="to-something-else"),
    ],
)
def test_a_switch_that_was_not_agreed_never_reaches_the_client(ask: bytes, switch: bytes) -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(switch + b"HTTP/1.1 200 OK\r\n\r\nsmuggled")

        async with bench(serve) as desk:
            reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
            writer.write(ask)
            head = await reader.readuntil(b"\r\n\r\n")
            exchange = await desk.ended.get()
            writer.close()
        assert head.startswith(b"HTTP/1.1 502 ")
        assert exchange.error_code == "BadResponse"
        checked(desk, exchange)

    run(test())


def test_a_refused_handshake_is_an_ordinary_answer() -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
            writer.close()

        async with bench(serve) as desk:
            reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
            writer.write(ASK)
            head = await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(2) == b"no"
            exchange = await desk.ended.get()
            writer.close()
        assert head.startswith(b"HTTP/1.1 403 ")
        assert b"Connection" not in head
        checked(desk, exchange)

    run(test())


def test_the_log_cannot_be_told_in_a_head_that_has_left() -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(SWITCH + SERVER.close(1000))
            await desk.readers[writer].readexactly(len(CLOSE))
            writer.close()

        async with bench(serve) as desk:
            peer = Peer(*await asyncio.open_connection("127.0.0.1", desk.port))
            peer.writer.write(ASK[:-2] + b"X-Fc-Log-Type: Tail\r\n\r\n")
            head = await peer.reader.readuntil(b"\r\n\r\n")
            peer.writer.write(CLOSE)
            await peer.reader.read()
            peer.writer.close()
            exchange = await desk.ended.get()
        assert b"X-Fc-Log-Result" not in head
        response = checked(desk, exchange)
        assert get(response.headers, b"x-fc-log-result") is None

    run(test())


@pytest.mark.parametrize("refuse", [True, False], ids=["refuse", "pass"])
def test_the_connection_ends_when_it_cannot_be_recorded_too(refuse: bool) -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(SWITCH + SERVER.close(1000))
            await desk.readers[writer].readexactly(len(CLOSE))
            writer.close()

        async with bench(serve) as desk:
            desk.journal.refuse = refuse
            desk.journal.broken_end = "the recorder cannot write: disk full"
            peer = await Peer.open(desk.port)
            peer.writer.write(CLOSE)
            assert await peer.reader.read() == SERVER.close(1000)
            peer.writer.close()
            exchange = desk.journal.ends[0]
        assert exchange.state is State.COMPLETE

    run(test())


def test_who_is_not_recorded_is_told_in_the_first_head() -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(SWITCH + SERVER.close(1000))
            await desk.readers[writer].readexactly(len(CLOSE))
            writer.close()

        async with bench(serve) as desk:
            desk.journal.refuse = False
            desk.journal.broken_intent = "the recorder cannot write: disk full"
            peer = await Peer.open(desk.port)
            peer.writer.write(CLOSE)
            assert await peer.reader.read() == SERVER.close(1000)
            peer.writer.close()
        assert NOT_RECORDED + b": the recorder cannot write: disk full\r\n" in peer.head

    run(test())


def test_a_conversation_that_finds_no_room_is_cut_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_spool: Spool, _piece: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(SWITCH + SERVER.send_data("hello"))
            assert await desk.readers[writer].read() == b""

        async with bench(serve) as desk:
            peer = await Peer.open(desk.port)
            assert await peer.reader.read() == b""
            peer.writer.close()
            exchange = await desk.ended.get()
        assert exchange.failure is Failure.STORE
        assert exchange.failure_text == "a large body finds no room: No space left on device"

    monkeypatch.setattr(Spool, "write", full)
    run(test())
