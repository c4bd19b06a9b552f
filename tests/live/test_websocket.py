"""WebSockets through the real proxy, both ends being somebody else's library.

Read next: ../addons/test_upgrade.py (the same by the byte), ../../gateway/frames.py.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.server import serve

from gateway.conversation import MessageKind, Sender
from gateway.exchange import Exchange, State
from gateway.frames import FrameReader, Opcode, unmask
from gateway.messages import BodyRef
from store.unsealing import Unsealer
from tests.live.rawclient import RawClient, tls_context
from tests.live.scripted import PATIENCE_S
from tests.proxy import LOOK_AGAIN_S, Proxy
from tests.verbs.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websockets.http11 import Request, Response
    from websockets.sync.client import ClientConnection
    from websockets.sync.server import Server, ServerConnection

SHELLS = pytest.mark.parametrize("tls", [False, True], ids=["ws", "wss"])
ASK = (
    b"GET /raw HTTP/1.1\r\nHost: app.example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
LARGE = bytes(range(256)) * 4096 * 8
"""8 MiB: far over every buffer on the way."""


def answer(connection: ServerConnection) -> None:
    """Echo, but for a few words that are orders."""
    for message in connection:
        if message == "close":
            connection.close(4001, "as you wish")
        elif message == "pieces":
            connection.send(iter(["one", " ", "two"]))
        elif message == "die":
            connection.socket.close()
        else:
            connection.send(message)


def refuse(connection: ServerConnection, request: Request) -> Response | None:
    """No entry at /closed."""
    return connection.respond(403, "closed\n") if request.path == "/closed" else None


@dataclass(frozen=True, slots=True)
class Chat:
    """A proxy with a WebSocket server behind it."""

    proxy: Proxy

    @contextmanager
    def open(self, path: str = "/", *, tls: bool = False, **how: Any) -> Iterator[ClientConnection]:
        """A client's connection."""
        scheme, context = ("wss", tls_context()) if tls else ("ws", None)
        url = f"{scheme}://127.0.0.1:{self.proxy.port}{path}"
        with connect(url, ssl=context, proxy=None, max_size=None, open_timeout=PATIENCE_S, **how) as client:
            yield client

    def ended(self, last: int) -> Exchange:
        """The one exchange since, once it has ended; every difference in it has its rule."""
        (exchange,) = self.proxy.recorded.ended_after(last, 1)
        self.proxy.recorded.assert_no_silent_change(exchange)
        return exchange

    def messages(self, exchange: Exchange, *, of_client: bool) -> list[tuple[int, bytes]]:
        """Opcode and payload of each frame of one side, out of the recording."""
        unsealer = Unsealer(self.proxy.recorded.recording)
        view = unsealer.unseal(exchange).client
        message = view.request if of_client else view.response
        assert message is not None
        body = message.body
        data = b"".join(unsealer.body_pieces(body)) if isinstance(body, BodyRef) else body
        frames = FrameReader().feed(data)
        return [(one.opcode, unmask(data[one.start : one.start + one.length], one.mask)) for one in frames]

    def rows(self, ident: int) -> list[tuple[Sender, str | bytes]]:
        """Who said what, as the recording tells it on this desk; texts as texts."""
        unsealer = Unsealer(self.proxy.recorded.recording)
        found = []
        for message in unsealer.messages(ident):
            content = message.content
            data = b"".join(unsealer.body_pieces(content)) if isinstance(content, BodyRef) else content
            found.append((message.sender, data.decode() if message.kind is MessageKind.TEXT else data))
        return found


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(answer, "127.0.0.1", 0, process_request=refuse, max_size=None, subprotocols=[]) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join(PATIENCE_S)


@pytest.fixture(scope="module")
def chat(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    with Proxy(tmp_path_factory.mktemp("chat") / "proxy", server.socket.getsockname()[1]) as proxy:
        yield Chat(proxy)


@SHELLS
@pytest.mark.parametrize("compression", [None, "deflate"], ids=["plain", "deflate"])
@pytest.mark.parametrize(
    "message",
    [
        pytest.param("", id="empty"),
        pytest.param("文本", id="text"),
        pytest.param(b"\0\xff" * 100, id="binary"),
        pytest.param(bytes(range(256)) * 256 + b"!", id="over-64-kib"),
    ],
)
def test_messages_come_back_as_they_were(chat: Chat, tls: bool, compression: Any, message: str | bytes) -> None:
    last = chat.proxy.recorded.newest()
    with chat.open(tls=tls, compression=compression) as client:
        client.send(message)
        assert client.recv(PATIENCE_S) == message
    exchange = chat.ended(last)
    assert exchange.state is State.COMPLETE
    assert exchange.client.response is not None
    assert exchange.client.response.status == 101
    assert chat.rows(exchange.id)[:2] == [(Sender.CLIENT, message), (Sender.SERVER, message)]
    assert exchange.messages == len(chat.rows(exchange.id)) == 4
    if compression is None:
        said = message.encode() if isinstance(message, str) else message
        assert chat.messages(exchange, of_client=True) == chat.messages(exchange, of_client=False)
        assert [payload for _, payload in chat.messages(exchange, of_client=True)] == [said, b"\x03\xe8"]


@SHELLS
def test_a_large_message_goes_both_ways(chat: Chat, tls: bool) -> None:
    last = chat.proxy.recorded.newest()
    with chat.open(tls=tls, compression=None) as client:
        client.send(LARGE)
        assert client.recv(PATIENCE_S) == LARGE
    exchange = chat.ended(last)
    assert chat.messages(exchange, of_client=True)[0] == (Opcode.BINARY, LARGE)
    assert b"".join(payload for _, payload in chat.messages(exchange, of_client=False)) == LARGE + b"\x03\xe8"


def test_fragments_stay_fragments(chat: Chat) -> None:
    last = chat.proxy.recorded.newest()
    with chat.open(compression=None) as client:
        client.send(iter(["a", "b", "c"]))
        assert client.recv(PATIENCE_S) == "abc"
        client.send("pieces")
        assert list(client.recv_streaming()) == ["one", " ", "two", ""]
    said = chat.messages(chat.ended(last), of_client=True)
    assert said[:4] == [(Opcode.TEXT, b"a"), (0, b"b"), (0, b"c"), (0, b"")]


def test_pings_are_answered_by_the_server_itself(chat: Chat) -> None:
    last = chat.proxy.recorded.newest()
    with chat.open() as client:
        assert client.ping("are you there").wait(PATIENCE_S)
    exchange = chat.ended(last)
    assert (Opcode.PING, b"are you there") in chat.messages(exchange, of_client=True)
    assert (Opcode.PONG, b"are you there") in chat.messages(exchange, of_client=False)


@SHELLS
@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, 4999])
def test_the_clients_close_code_arrives(chat: Chat, code: int, tls: bool) -> None:
    last = chat.proxy.recorded.newest()
    with chat.open(tls=tls) as client:
        client.close(code, "bye")
    exchange = chat.ended(last)
    assert exchange.state is State.COMPLETE
    assert chat.messages(exchange, of_client=True) == [(Opcode.CLOSE, code.to_bytes(2) + b"bye")]
    assert chat.messages(exchange, of_client=False) == [(Opcode.CLOSE, code.to_bytes(2) + b"bye")]


def test_the_servers_close_code_arrives(chat: Chat) -> None:
    last = chat.proxy.recorded.newest()
    with chat.open() as client:
        client.send("close")
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(PATIENCE_S)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "as you wish")
    assert chat.ended(last).state is State.COMPLETE


MISTAKES = [
    pytest.param(b"\xc1\x80\0\0\0\0", 1002, id="reserved-bit"),
    pytest.param(b"\x83\x80\0\0\0\0", 1002, id="reserved-opcode"),
    pytest.param(b"\x81\x01a", 1002, id="no-mask"),
    pytest.param(b"\x09\x80\0\0\0\0", 1002, id="fragmented-ping"),
    pytest.param(b"\x80\x80\0\0\0\0", 1002, id="continues-nothing"),
    pytest.param(b"\x89\xfe\x00\x7e\0\0\0\0" + bytes(126), 1002, id="long-ping"),
    pytest.param(b"\x81\x82\0\0\0\0\xc3\x28", 1007, id="no-utf-8"),
    pytest.param(b"\x88\x81\0\0\0\0a", 1002, id="half-a-close-code"),
    pytest.param(b"\x88\x82\0\0\0\0\x03\xed", 1002, id="close-1005"),
]


@SHELLS
@pytest.mark.parametrize(("frame", "code"), MISTAKES)
def test_a_mistake_in_the_protocol_is_the_servers_to_answer(chat: Chat, frame: bytes, code: int, tls: bool) -> None:
    """The gateway carries bytes: it neither mends them nor stumbles over them."""
    last = chat.proxy.recorded.newest()
    with RawClient(chat.proxy.port, tls=tls) as client:
        client.send(ASK)
        assert client.head().first.startswith(b"HTTP/1.1 101 ")
        client.send(frame)
        (said,) = FrameReader().feed(client.ended())
    assert said.close_code == code
    chat.ended(last)


def test_a_server_that_dies_is_1006_for_the_client(chat: Chat) -> None:
    last = chat.proxy.recorded.newest()
    with chat.open() as client:
        client.send("die")
        with pytest.raises(ConnectionClosed):
            client.recv(PATIENCE_S)
        assert client.close_code == 1006
    assert chat.ended(last).state is State.SERVER_FAILED


def test_a_client_that_vanishes_cancels_the_call(chat: Chat) -> None:
    last = chat.proxy.recorded.newest()
    with chat.open() as client:
        client.send("hello")
        assert client.recv(PATIENCE_S) == "hello"
        client.socket.close()
    assert chat.ended(last).state is State.CANCELLED


def test_a_conversation_that_is_killed_keeps_what_was_said(server: Server, tmp_path: Path) -> None:
    """What was said up to a portion ago is on disk while it goes on, and the next start ends the exchange."""
    with Proxy(tmp_path / "proxy", server.socket.getsockname()[1]) as proxy:
        chat = Chat(proxy)
        with chat.open(compression=None) as client:
            for number in range(200):
                client.send(f"message {number}")
                assert client.recv(PATIENCE_S) == f"message {number}"
            deadline = time.monotonic() + PATIENCE_S
            while len(chat.rows(1)) < 400:
                assert time.monotonic() < deadline
                time.sleep(LOOK_AGAIN_S)
            client.send("in the last moment")
            proxy.kill()
        proxy.start()
        (exchange,) = proxy.recorded.ended_after(0, 1)
        found = chat.rows(1)
    assert (exchange.state, exchange.messages) == (State.INTERRUPTED, len(found))
    expected = [(who, f"message {number}") for number in range(200) for who in (Sender.CLIENT, Sender.SERVER)]
    assert found[:400] == expected
    assert len(found) <= 402


def test_a_recorded_conversation_replays(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Checked offline, straight to the server, through a gateway, and out of a bundle on another desk."""
    shell, port = Shell(capsys), server.socket.getsockname()[1]
    with Proxy(tmp_path / "proxy", port) as proxy:
        with Chat(proxy).open(compression="deflate") as client:
            for word in ("hello", "pieces", b"\0\xff" * 50_000, "close"):
                client.send(word)
                with suppress(ConnectionClosed):
                    client.recv(PATIENCE_S)
        proxy.recorded.ended_after(0, 1)
        place = proxy.recording_path
        gateway = f"http://127.0.0.1:{proxy.port}"
        assert shell("check", place) == 0, shell.out
        assert shell("send", place, "--timeout", "10", "--to", f"http://127.0.0.1:{port}") == 0, shell.out
        assert shell("send", place, "--timeout", "10", "--as-client", gateway) == 0, shell.out
    assert shell("verify", place) == 0, shell.out
    bundle = tmp_path / "bug.fcz"
    assert shell("export", place, "-o", bundle) == 0, shell.err
    assert shell("check", bundle) == 0, shell.out
    assert shell("send", bundle, "--to", f"http://127.0.0.1:{port}") == 2
    assert "sealed values are not here" in shell.err, "the binary message was sealed whole"


def test_a_refused_handshake_keeps_its_answer(chat: Chat) -> None:
    last = chat.proxy.recorded.newest()
    with pytest.raises(InvalidStatus) as refused, chat.open("/closed"):
        pass
    assert refused.value.response.status_code == 403
    assert refused.value.response.body == b"closed\n"
    assert chat.ended(last).state is State.COMPLETE


def test_several_at_once_do_not_mix(chat: Chat) -> None:
    last = chat.proxy.recorded.newest()
    with chat.open() as first, chat.open(tls=True) as second, chat.open() as third:
        clients = (first, second, third)
        for number, client in enumerate(clients):
            client.send(f"message {number}")
        assert [client.recv(PATIENCE_S) for client in clients] == [f"message {number}" for number in range(3)]
    for exchange in chat.proxy.recorded.ended_after(last, 3):
        chat.proxy.recorded.assert_no_silent_change(exchange)


@SHELLS
def test_the_function_time_out_is_1006_for_the_client(server: Server, tls: bool, tmp_path: Any) -> None:
    port = server.socket.getsockname()[1]
    with Proxy(tmp_path / "proxy", port, {"fc_timeout": "1"}) as proxy:
        chat = Chat(proxy)
        with chat.open(tls=tls) as client:
            client.send("hello")
            assert client.recv(PATIENCE_S) == "hello"
            with pytest.raises(ConnectionClosed):
                client.recv(PATIENCE_S)
            assert client.close_code == 1006
        exchange = chat.ended(0)
    assert exchange.state is State.TIMED_OUT
    assert exchange.failure_text == "Function timed out after 1 seconds"
