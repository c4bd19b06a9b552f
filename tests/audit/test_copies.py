"""Every copied command, run by a shell against a raw listener, puts the recorded lines on the wire."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audit import copies
from gateway.messages import Request
from tests.audit import hostile, sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.messages import Headers

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
HOST = (b"Host", b"shop.example.test")


class Listener:
    """Answers one request after another and keeps what came, byte for byte."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.got = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self.got = _read(connection)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


def _read(connection: socket.socket) -> bytes:
    """One request: its head, and as much body as its framing announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    chunked = b"\r\ntransfer-encoding: chunked" in head.lower()
    whole = bytearray(body)
    while len(whole) < length or (chunked and not whole.endswith(b"0\r\n\r\n")):
        whole += connection.recv(1 << 20)
    return head + b"\r\n\r\n" + whole


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


def run(command: str, listener: Listener, folder: Path | str = "/") -> bytes:
    """What a POSIX shell makes of the command."""
    listener.got = b""
    quiet = command.replace("curl ", "curl -s -m 10 ", 1)
    subprocess.run(["sh", "-c", quiet], check=True, capture_output=True, cwd=folder, timeout=20)  # noqa: S607 -- sh
    return listener.got


def wire(request: Request) -> bytes:
    """The recorded request as bytes, Host first: curl moves it there."""
    hosts = [line for line in request.headers if line[0].lower() == b"host"]
    rest = [line for line in request.headers if line[0].lower() != b"host"]
    lines = [b" ".join((request.method, request.target, request.version))]
    lines += [name + b": " + value if value else name + b":" for name, value in (*hosts, *rest)]
    assert isinstance(request.body, bytes)
    return b"\r\n".join(lines) + b"\r\n\r\n" + request.body


def sized(body: bytes, *headers: tuple[bytes, bytes], **more: bytes) -> Request:
    lines: Headers = (HOST, *headers, (b"Content-Length", str(len(body)).encode()))
    return Request(more.get("method", b"POST"), more.get("target", b"/"), lines, body)


CASES = [
    pytest.param(Request(b"GET", b"/", (HOST,)), id="bare-get"),
    pytest.param(Request(b"GET", b"/a/../b/./c//d", (HOST,)), id="dot-segments-and-double-slashes"),
    pytest.param(Request(b"GET", b"/a%2fb?q[]={1,2}&x=[1-3]", (HOST,)), id="globs-and-encoded-slash"),
    pytest.param(Request(b"GET", b"/?", (HOST,)), id="empty-query"),
    pytest.param(Request(b"GET", b"/?a='b'&c=\"d\"&e=`f`$(g)", (HOST,)), id="shell-characters-in-the-query"),
    pytest.param(Request(b"OPTIONS", b"*", (HOST,)), id="asterisk"),
    pytest.param(Request(b"GET", b"http://other.test/x?y", (HOST,)), id="absolute-form"),
    pytest.param(Request(b"GET", b"/a#b", (HOST,)), id="fragment-on-the-wire"),
    pytest.param(
        Request(b"GET", b"/", ((b"X-A", b"1"), HOST, (b"X-B", b"2"), (b"X-A", b"3"), (b"x-a", b"4"))), id="repeats"
    ),
    pytest.param(Request(b"GET", b"/", (HOST, (b"X-Empty", b""), (b"Accept", b""))), id="empty-headers"),
    pytest.param(Request(b"GET", b"/", (HOST, (b"User-Agent", b"mine"), (b"Accept", b"a/b"))), id="own-agent"),
    pytest.param(Request(b"GET", b"/", (HOST, (b"X-Q", b'it\'s "so" $HOME `id` \\ !'))), id="shell-characters"),
    pytest.param(Request(b"GET", b"/", (HOST, (b"X-Zh", "李雷".encode()))), id="utf-8-value"),
    pytest.param(Request(b"DELETE", b"/x", (HOST,)), id="delete"),
    pytest.param(Request(b"PURGE", b"/x", (HOST,)), id="any-method"),
    pytest.param(Request(b"HEAD", b"/x", (HOST,)), id="head"),
    pytest.param(Request(b"POST", b"/", (HOST, (b"Content-Length", b"0"))), id="empty-post"),
    pytest.param(sized(b"a=1", (b"Content-Type", b"application/x-www-form-urlencoded")), id="form"),
    pytest.param(sized(b"@/etc/hostname"), id="body-that-begins-with-an-at-sign"),
    pytest.param(sized('{"name":"李雷\'s"}\n'.encode(), (b"Content-Type", b"application/json")), id="json"),
    pytest.param(sized(b"line\nline\n\n"), id="new-lines-at-the-end"),
    pytest.param(sized(b"x", method=b"GET"), id="get-with-a-body"),
    pytest.param(sized(b"-d evil", (b"Expect", b"")), id="body-that-looks-like-an-option"),
]


@needs_curl
@pytest.mark.parametrize("request_", CASES)
def test_the_command_sends_the_recorded_bytes(listener: Listener, request_: Request) -> None:
    command = copies.curl(request_, listener.url, "1-client")
    assert run(command, listener) == wire(request_)


@needs_curl
@pytest.mark.parametrize("ident", range(1, len(sample.CALLS) + 1))
def test_the_sample_calls_are_sent_as_recorded(listener: Listener, ident: int, tmp_path: Path) -> None:
    exchange = sample.exchanges()[ident - 1]
    for side, view in (("client", exchange.client), ("server", exchange.server)):
        if view is None or view.request is None:
            continue
        assert isinstance(view.request.body, bytes)
        (tmp_path / f"body-{ident}-{side}.bin").write_bytes(view.request.body)
        assert run(copies.curl(view.request, listener.url, f"{ident}-{side}"), listener, tmp_path) == wire(view.request)


@needs_curl
def test_a_binary_body_is_named_as_a_file_and_sent_from_it(listener: Listener, tmp_path: Path) -> None:
    request = sized(b"\x00\x01\xff" * 40)
    command = copies.curl(request, listener.url, "7-client")
    assert command.startswith("# the body is binary or long (120 bytes): save it as body-7-client.bin first\n")
    (tmp_path / "body-7-client.bin").write_bytes(b"\x00\x01\xff" * 40)
    assert run(command, listener, tmp_path) == wire(request)


@needs_curl
@pytest.mark.parametrize("payload", hostile.PAYLOADS)
def test_no_payload_leaves_its_word(listener: Listener, payload: bytes, tmp_path: Path) -> None:
    request = Request(b"POST", b"/x", (HOST, (b"X-Sent", payload), (b"X-End", b"1")), b"x " + payload)
    got = run(copies.curl(request, listener.url, "1-client"), listener, _with_body(tmp_path, request))
    assert got.startswith(b"POST /x HTTP/1.1\r\n")
    assert b"\r\nX-End: 1\r\n" in got
    assert [each.name for each in tmp_path.iterdir()] == ["body-1-client.bin"]


def _with_body(folder: Path, request: Request) -> Path:
    assert isinstance(request.body, bytes)
    (folder / "body-1-client.bin").write_bytes(request.body)
    return folder


@needs_curl
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="ascii", min_codepoint=0x20, max_codepoint=0x7E), max_size=40))
@example("'")
@example("\\")
def test_any_printable_text_survives_in_target_value_and_body(listener: Listener, text: str) -> None:
    words = text.strip().encode()
    target = b"/" + b"".join(text.encode().split())
    request = sized(text.encode(), (b"X-Any", words), target=target)
    assert run(copies.curl(request, listener.url, "1-client"), listener) == wire(request)


def test_a_value_that_no_shell_word_can_hold_is_named(listener: Listener) -> None:
    request = Request(b"GET", b"/", (HOST, (b"X-Bad", b"\xff\x1b[2J")))
    assert copies.curl(request, listener.url, "1").startswith("# left out, a shell word cannot hold it: X-Bad\n")


def test_raw_http_shows_the_lines_and_says_what_it_leaves_out() -> None:
    assert copies.raw(sized(b"hi")).splitlines() == [
        "POST / HTTP/1.1",
        "Host: shop.example.test",
        "Content-Length: 2",
        "",
        "hi",
    ]
    assert copies.raw(sized(b"\x00")).endswith("[1 bytes]")


def test_the_replay_command_names_the_exchange() -> None:
    exchange = sample.exchanges()[0]
    command = copies.replay_command(exchange, "http://127.0.0.1:9000", "my recording.db")
    assert command == "python replay.py send 'my recording.db' --filter id:1 --to http://127.0.0.1:9000"
