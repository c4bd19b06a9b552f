"""A client that sends exact bytes, plain or inside TLS, and reads what comes back.

Read next: messages.py.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from functools import cache
from typing import TYPE_CHECKING, Self

from tests.live.messages import Head, Message, read_chunk, read_head, read_response, read_response_body
from tests.live.scripted import NO_LINGER, PATIENCE_S

if TYPE_CHECKING:
    from types import TracebackType


@cache
def tls_context() -> ssl.SSLContext:
    """TLS with HTTP/1.1 inside; mitmproxy makes the certificate up, so nobody can verify it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


class RawClient:
    """One connection to a port, of 127.0.0.1 when nothing else is said. `tls`: as the proxy makes it, or a context."""

    def __init__(self, port: int, *, tls: bool | ssl.SSLContext = False, host: str = "127.0.0.1") -> None:
        plain = socket.create_connection((host, port), timeout=PATIENCE_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context = tls_context() if tls is True else tls
        named = host if isinstance(tls, ssl.SSLContext) else "app.example.test"
        self.socket = context.wrap_socket(plain, server_hostname=named) if context else plain
        self.stream = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Write these bytes."""
        self.socket.sendall(data)

    def send_what_is_taken(self, data: bytes) -> None:
        """Write these bytes; whoever answers early may stop taking them."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            self.socket.sendall(data)

    def answer(self, method: bytes = b"GET") -> Message:
        """The next whole answer, interim ones skipped."""
        found = read_response(self.stream, method)
        assert found is not None, "the connection ended before a whole answer came"
        return found

    def head(self) -> Head:
        """The next head, interim or final."""
        found = read_head(self.stream)
        assert found is not None, "the connection ended before a whole head came"
        return found

    def rest(self, head: Head, method: bytes = b"GET") -> Message | None:
        """The body after a head; None when the connection ended inside it."""
        return read_response_body(self.stream, head, method)

    def chunk(self) -> bytes:
        """The data of the next chunk, b"" for the last one."""
        found = read_chunk(self.stream)
        assert found is not None, "the connection ended inside the answer"
        return found[1]

    def ended(self) -> bytes:
        """What still comes until the other side ends the connection."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            return self.stream.read()
        return b""

    def vanish(self) -> None:
        """End the connection with a reset, as a killed program with unread data does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.stream.close()
        self.socket.close()

    def leave(self) -> None:
        """End the connection."""
        self.stream.close()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
