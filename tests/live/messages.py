"""HTTP/1.1 read off a stream by the letter of RFC 9112, apart from the code under test.

Small on purpose: it reads what these tests send and expect, and keeps the raw bytes. Read next: scripted.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.messages import Headers, Request, Response

if TYPE_CHECKING:
    from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Head:
    """A first line and its fields, as they stood."""

    raw: bytes
    first: bytes
    headers: Headers

    def values(self, name: str) -> list[bytes]:
        """Every value of a field, in order."""
        wanted = name.lower().encode()
        return [value for key, value in self.headers if key.lower() == wanted]


@dataclass(frozen=True, slots=True)
class Message:
    """A head with its body. `raw`: every byte, the framing too; `body` and `trailers`: without it."""

    head: Head
    raw: bytes
    body: bytes = b""
    trailers: Headers = ()

    def as_request(self) -> Request:
        """The same in the words of the house."""
        method, target, version = self.head.first.split(b" ")
        return Request(method, target, self.head.headers, self.body, version, self.trailers)

    def as_response(self) -> Response:
        """The same in the words of the house."""
        version, status, reason = (*self.head.first.split(b" ", 2), b"")[:3]
        return Response(int(status), reason, self.head.headers, self.body, version, self.trailers)


def read_head(stream: BinaryIO) -> Head | None:
    """A head, or None when the stream ends before it is whole."""
    raw = b""
    while not raw.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        raw += line
    first, *lines = raw[:-4].split(b"\r\n")
    return Head(raw, first, fields(lines))


def fields(lines: list[bytes]) -> Headers:
    """Field lines as pairs, white space around the value left out."""
    pairs = (line.partition(b":") for line in lines)
    return tuple((name, value.strip(b" \t")) for name, _, value in pairs)


def read_request(stream: BinaryIO) -> Message | None:
    """A whole request, or None when the stream ends first."""
    head = read_head(stream)
    if head is None:
        return None
    if head.values("transfer-encoding"):
        return read_chunked(stream, head)
    return read_length(stream, head, head.values("content-length") or [b"0"])


def read_response(stream: BinaryIO, method: bytes) -> Message | None:
    """A whole answer, interim ones skipped, or None when the stream ends inside it."""
    head = read_head(stream)
    while head is not None and is_interim(head):
        head = read_head(stream)
    if head is None:
        return None
    return read_response_body(stream, head, method)


def is_interim(head: Head) -> bool:
    """Whether a further head follows: 1xx, but for 101, after which nothing is HTTP."""
    status = head.first.split(b" ")[1]
    return status.startswith(b"1") and status != b"101"


def read_response_body(stream: BinaryIO, head: Head, method: bytes) -> Message | None:
    """The rest of an answer whose head was read."""
    status = head.first.split(b" ")[1]
    if method == b"HEAD" or status in (b"204", b"304"):
        return Message(head, head.raw)
    if head.values("transfer-encoding"):
        return read_chunked(stream, head)
    if head.values("content-length"):
        return read_length(stream, head, head.values("content-length"))
    body = stream.read()
    return Message(head, head.raw + body, body)


def read_length(stream: BinaryIO, head: Head, lengths: list[bytes]) -> Message | None:
    """A body of announced length."""
    size = int(lengths[0])
    body = stream.read(size) if size else b""
    return Message(head, head.raw + body, body) if len(body) == size else None


def read_chunked(stream: BinaryIO, head: Head) -> Message | None:
    """A chunked body with its trailers."""
    raw, body = [head.raw], []
    while True:
        chunk = read_chunk(stream)
        if chunk is None:
            return None
        raw.append(chunk[0])
        if not chunk[1]:
            break
        body.append(chunk[1])
    lines: list[bytes] = []
    while (line := stream.readline()) != b"\r\n":
        if not line:
            return None
        raw.append(line)
        lines.append(line.removesuffix(b"\r\n"))
    return Message(head, b"".join((*raw, b"\r\n")), b"".join(body), fields(lines))


def read_chunk(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """One chunk: its raw bytes and its data; the last one has no data and no line end after it."""
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        return None
    size = int(line.split(b";")[0], 16)
    if not size:
        return line, b""
    data = stream.read(size + 2)
    return (line + data, data[:-2]) if len(data) == size + 2 else None


def chunked(pieces: tuple[bytes, ...], trailers: bytes = b"") -> bytes:
    """Pieces as one chunked body."""
    return b"".join(chunk(piece) for piece in pieces) + b"0\r\n" + trailers + b"\r\n"


def chunk(piece: bytes) -> bytes:
    """One piece as a chunk."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)
