"""An HTTP/2 client over TLS for the door that mitmproxy's own stack keeps.

Read next: rawclient.py (the same for HTTP/1.1).
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset

from tests.live.scripted import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from gateway.messages import Headers


@cache
def h2_context() -> ssl.SSLContext:
    """TLS with HTTP/2 inside, without verification."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context


@dataclass(slots=True)
class H2Answer:
    """An answer as far as it came. `reset`: the stream was cut."""

    status: int = 0
    headers: Headers = ()
    body: bytes = b""
    ended: bool = False
    reset: bool = False


class H2Client:
    """One connection to a port of 127.0.0.1; one request at a time."""

    def __init__(self, port: int) -> None:
        plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._socket = h2_context().wrap_socket(plain, server_hostname="app.example.test")
        assert self._socket.selected_alpn_protocol() == "h2"
        self._h2 = H2Connection(H2Configuration(header_encoding=None))
        self._h2.initiate_connection()
        self._flush()
        self._answer = H2Answer()

    def ask(self, fields: Headers, body: bytes) -> None:
        """Send a request; `fields` with its pseudo-fields first."""
        self._answer = H2Answer()
        stream = self._h2.get_next_available_stream_id()
        self._h2.send_headers(stream, list(fields), end_stream=not body)
        self._flush()
        while body and not self._answer.ended:
            size = min(len(body), self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size)
            if not size:
                self._receive(None)
                continue
            piece, body = body[:size], body[size:]
            self._h2.send_data(stream, piece, end_stream=not body)
            self._flush()

    def answer(self, on_first: Callable[[bytes], None] | None = None) -> H2Answer:
        """The answer, once it has ended; `on_first` is told of its first data."""
        while not (self._answer.ended or self._answer.reset):
            on_first = self._receive(on_first)
        return self._answer

    def _receive(self, on_first: Callable[[bytes], None] | None) -> Callable[[bytes], None] | None:
        data = self._socket.recv(65536)
        if not data:
            self._answer.reset = True
        for event in self._h2.receive_data(data) if data else ():
            match event:
                case ResponseReceived(headers=headers):
                    pairs = tuple((bytes(name), bytes(value)) for name, value in headers or ())
                    self._answer.status = int(dict(pairs)[b":status"])
                    self._answer.headers = tuple(pair for pair in pairs if not pair[0].startswith(b":"))
                case DataReceived(data=piece, flow_controlled_length=length, stream_id=stream):
                    self._answer.body += piece or b""
                    self._h2.acknowledge_received_data(length or 0, stream or 0)
                    if on_first is not None and piece:
                        on_first(piece)
                        on_first = None
                case StreamEnded():
                    self._answer.ended = True
                case StreamReset():
                    self._answer.reset = True
        self._flush()
        return on_first

    def _flush(self) -> None:
        self._socket.sendall(self._h2.data_to_send())

    def leave(self) -> None:
        """End the connection."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
