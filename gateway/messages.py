"""The HTTP messages that travel through the house: frozen, bytes, order and spelling kept.

Must not know: FC, sockets, mitmproxy, storage. Everything else in the project speaks in these values.
Read next: facts.py (what the gateway knows beside the message), changes.py (how a change is told).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from gateway.quick import quick

type Header = tuple[bytes, bytes]
"""One field line: the name in its original spelling, the value without surrounding white space."""

type Headers = tuple[Header, ...]
"""Field lines in the order they arrived, repeats included."""


@dataclass(frozen=True, slots=True)
class BodyRef:
    """A body that is kept elsewhere (a spool file, the recording) because it is large.

    Two equal refs are equal bytes. `digest` is the raw SHA-256 of the body, `size` its bytes.
    """

    digest: bytes
    size: int


type Body = bytes | BodyRef


@quick
@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. `target` is path plus query as sent, still percent-encoded.

    Example: Request(b"GET", b"/a%20b?x=1", ((b"Host", b"example.test"),))
    """

    method: bytes
    target: bytes
    headers: Headers = ()
    body: Body = b""
    version: bytes = b"HTTP/1.1"
    trailers: Headers = ()


@quick
@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response. `reason` is the phrase as sent, often empty.

    Example: Response(200, b"OK", ((b"Content-Type", b"text/plain"),), b"hello")
    """

    status: int
    reason: bytes = b""
    headers: Headers = ()
    body: Body = b""
    version: bytes = b"HTTP/1.1"
    trailers: Headers = ()


def body_size(body: Body) -> int:
    """Bytes in a body, wherever it is kept."""
    return body.size if isinstance(body, BodyRef) else len(body)


def get_all(headers: Headers, name: bytes) -> list[bytes]:
    """Every value of a field, in order. `name` in lower case."""
    return [value for key, value in headers if key.lower() == name]


def get(headers: Headers, name: bytes) -> bytes | None:
    """The first value of a field, or None. `name` in lower case."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None


def headers_size(headers: Headers) -> int:
    """Bytes of names and values, as FC counts its 8 KB: no separators (contract REQ-LIM-6)."""
    return sum(map(len, chain.from_iterable(headers)))
