"""The chunked coding, both ways: a strict incremental decoder with an exact end, and the encoder's two lines.

Strict (RFC 9112 7.1): CRLF only, sizes in plain hexadecimal, extensions and trailers bounded.
Must not know: sockets, messages. Read next: bodies.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wire.errors import Malformed
from wire.fields import TEXT, parse_fields, split_lines, write_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.messages import Headers

# 15 hexadecimal digits stay below 2**60: no reader overflows. White space before an extension, which
# RFC 9112 7.1.1 calls bad, is refused as llhttp and h11 do.
_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})(;.*)?", re.DOTALL)
_LINE_BYTES = 4096
# A trailer must not frame or route the message it ends (RFC 9110 6.5.1).
_FORBIDDEN_TRAILERS = frozenset((b"content-length", b"transfer-encoding", b"host", b"trailer"))

type _Step = Callable[[bytes, int, list[bytes]], int]
"""Reads at a position; gives the next position, or -1 when it needs more bytes."""


class ChunkedDecoder:
    """Feed it bytes as they come; it gives the payload, and knows to the byte where the body ends.

    `done`: the end was seen. `error`: there will be none. `rest`: bytes after the end, they belong to the
    next message. `trailers`: the fields after the last chunk. `section_bytes` bounds the trailer section and
    the sum of all extensions.
    """

    __slots__ = (
        "_extension_bytes",
        "_left",
        "_pending",
        "_section_bytes",
        "_step",
        "done",
        "error",
        "rest",
        "trailers",
    )

    def __init__(self, section_bytes: int = 64 * 1024) -> None:
        self.done = False
        self.error: Malformed | None = None
        self.rest = b""
        self.trailers: Headers = ()
        self._pending = b""
        self._left = 0
        self._extension_bytes = 0
        self._section_bytes = section_bytes
        self._step: _Step = self._size_line

    def feed(self, data: bytes) -> bytes:
        """The payload in the next bytes of the stream, perhaps b""; what came before an error is still given."""
        data = self._pending + data if self._pending else data
        payload: list[bytes] = []
        position = 0
        try:
            while not self.done:
                after = self._step(data, position, payload)
                if after < 0:
                    break
                position = after
        except Malformed as error:
            self.error = error
        if self.done:
            self.rest, self._pending = data[position:], b""
        else:
            self._pending = data[position:]
        return payload[0] if len(payload) == 1 else b"".join(payload)

    def _size_line(self, data: bytes, position: int, _payload: list[bytes]) -> int:
        end = self._find_line(data, position)
        if end < 0:
            return -1
        line = data[position:end]
        match = _SIZE_LINE.fullmatch(line)
        if match is None or line.translate(None, TEXT):
            what = "a line of a chunk size with a bare LF" if b"\n" in line else "not a chunk size"
            raise Malformed(f"{what}: {line[:80].decode('latin-1')!r}")
        size, extension = match.groups()
        self._extension_bytes += len(extension or b"")
        if self._extension_bytes > self._section_bytes:
            raise Malformed(f"more than {self._section_bytes} bytes of chunk extensions")
        self._left = int(size, 16)
        self._step = self._chunk_data if self._left else self._trailer_section
        return end + 2

    def _chunk_data(self, data: bytes, position: int, payload: list[bytes]) -> int:
        piece = data[position : position + self._left]
        if not piece:
            return -1
        payload.append(piece)
        self._left -= len(piece)
        if self._left == 0:
            self._step = self._chunk_end
        return position + len(piece)

    def _chunk_end(self, data: bytes, position: int, _payload: list[bytes]) -> int:
        end = data[position : position + 2]
        if not b"\r\n".startswith(end):
            raise Malformed(f"a chunk is longer than its size says: {end!r} stands where its CRLF should")
        if len(end) < 2:
            return -1
        self._step = self._size_line
        return position + 2

    def _trailer_section(self, data: bytes, position: int, _payload: list[bytes]) -> int:
        if data.startswith(b"\r\n", position):
            self.done = True
            return position + 2
        end = data.find(b"\r\n\r\n", position)
        if (end if end >= 0 else len(data)) - position > self._section_bytes:
            raise Malformed(f"more than {self._section_bytes} bytes of trailers")
        if end < 0:
            return -1
        self.trailers = parse_fields(split_lines(data[position:end]))
        for name, _ in self.trailers:
            if name.lower() in _FORBIDDEN_TRAILERS:
                raise Malformed(f"{name.decode()} as a trailer (RFC 9110 6.5.1)")
        self.done = True
        return end + 4

    @staticmethod
    def _find_line(data: bytes, position: int) -> int:
        """Where the line at `position` ends, or -1 while its CRLF has not come."""
        end = data.find(b"\r\n", position)
        if (end if end >= 0 else len(data)) - position > _LINE_BYTES:
            raise Malformed(f"a chunk size line of more than {_LINE_BYTES} bytes")
        if end < 0 and data.find(b"\n", position) >= 0:
            raise Malformed("a line of a chunk size with a bare LF")
        return end


def encode_chunk(piece: bytes) -> bytes:
    """One chunk; b"" for an empty piece, because an empty chunk would end the body."""
    return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""


def encode_end(trailers: Headers = ()) -> bytes:
    """The last chunk and the trailer section. Raises Unsendable."""
    return b"0\r\n%b\r\n" % write_fields(trailers)
