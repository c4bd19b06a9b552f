"""Bodies by their framing, both ways: decoders for what comes in, one encoder for what goes out.

Must not know: sockets, or who the peer is. Read next: inflow.py (how a decoded body waits for its reader).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from wire.chunked import ChunkedDecoder, encode_chunk, encode_end
from wire.errors import Unsendable
from wire.framing import CHUNKED, Framing, Kind

if TYPE_CHECKING:
    from gateway.messages import Headers
    from wire.errors import Malformed
    from wire.limits import Limits


class Decoder(Protocol):
    """What knows where a body ends. `rest` holds the bytes after it once `done`; `error` ends it before."""

    done: bool
    error: Malformed | None
    rest: bytes
    trailers: Headers

    def feed(self, data: bytes) -> bytes:
        """The payload in the next bytes of the stream, perhaps b"". What came before an error is still given."""


class LengthDecoder:
    """A body of a known number of bytes; what is fed comes out uncopied."""

    __slots__ = ("_left", "done", "error", "rest", "trailers")

    def __init__(self, length: int) -> None:
        self._left = length
        self.done = length == 0
        self.error: Malformed | None = None
        self.rest = b""
        self.trailers: Headers = ()

    def feed(self, data: bytes) -> bytes:
        """At most the bytes that are still missing; the others become `rest`."""
        if len(data) > self._left:
            data, self.rest = data[: self._left], data[self._left :]
        self._left -= len(data)
        self.done = self._left == 0
        return data


class CloseDecoder:
    """A body that ends with the connection: never `done` by itself."""

    __slots__ = ("done", "error", "rest", "trailers")

    def __init__(self) -> None:
        self.done = False
        self.error: Malformed | None = None
        self.rest = b""
        self.trailers: Headers = ()

    def feed(self, data: bytes) -> bytes:
        """Everything is payload."""
        return data


def decoder_for(framing: Framing, limits: Limits) -> Decoder:
    """The decoder of a body with this framing."""
    if framing.kind is Kind.CHUNKED:
        return ChunkedDecoder(limits.head_bytes)
    if framing.kind is Kind.UNTIL_CLOSE:
        return CloseDecoder()
    return LengthDecoder(framing.length)


class Encoder:
    """Writes a body as its head announced it, and refuses one that would break the framing."""

    __slots__ = ("_framing", "_left")

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._left = framing.length

    def piece(self, piece: bytes) -> bytes:
        """The bytes of one piece on the wire. Raises Unsendable when the head denies them."""
        kind = self._framing.kind
        if kind is Kind.CHUNKED:
            return encode_chunk(piece)
        if kind is Kind.UNTIL_CLOSE or not piece:
            return piece
        if len(piece) > self._left:
            said = f"Content-Length {self._framing.length}" if kind is Kind.LENGTH else "no body"
            raise Unsendable(f"the head announces {said}, the body has at least {len(piece) - self._left} bytes more")
        self._left -= len(piece)
        return piece

    def end(self, trailers: Headers = ()) -> bytes:
        """What stands after the last piece. Raises Unsendable when bytes are missing or trailers have no place."""
        if self._framing == CHUNKED:
            return encode_end(trailers)
        if trailers:
            raise Unsendable("trailers need a chunked body (RFC 9112 7.1.2)")
        if self._left:
            raise Unsendable(f"the body is {self._left} bytes shorter than its Content-Length {self._framing.length}")
        return b""
