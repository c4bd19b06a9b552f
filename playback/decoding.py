"""Undo content codings so that bodies can be compared by what they say, within a budget of bytes.

A recording is hostile input: every decoder stops at the budget (a bomb is then compared as raw bytes), and
only these codings and at most three of them in a row are undone. Must not know: content types.
Read next: plain.py.
"""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it ships no types
import zstandard

from gateway.messages import get_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.messages import Headers

BUDGET = 4 * 1024 * 1024
"""Largest decoded body in bytes that is compared by value; above it the bytes are compared."""

_MOST_CODINGS = 3


def decoded(body: bytes, headers: Headers) -> bytes | None:
    """The body without its content codings, or None when that cannot be said within the budget."""
    codings = content_codings(headers)
    if len(codings) > _MOST_CODINGS or len(body) > BUDGET:
        return None
    for coding in reversed(codings):
        decoder = _DECODERS.get(coding)
        if decoder is None:
            return None
        try:
            body = decoder(body)
        except (zlib.error, brotli.error, zstandard.ZstdError, ValueError, EOFError):
            return None
        if len(body) > BUDGET:
            return None
    return body


def content_codings(headers: Headers) -> tuple[bytes, ...]:
    """The codings of a body in the order they were applied, `identity` left out (RFC 9110 8.4)."""
    words = b",".join(get_all(headers, b"content-encoding")).lower().split(b",")
    return tuple(word.strip() for word in words if word.strip() not in {b"", b"identity"})


def _gzip(body: bytes) -> bytes:
    """Gzip with all its members: a server may append one member after another (RFC 1952 2.2)."""
    out = b""
    while body and len(out) <= BUDGET:
        member = zlib.decompressobj(wbits=31)
        out += member.decompress(body, BUDGET + 1 - len(out))
        if not member.eof and len(out) <= BUDGET:
            raise EOFError("the gzip body ends early")
        body = member.unused_data
    return out


def _deflate(body: bytes) -> bytes:
    """The zlib format; many servers send bare deflate under the same name (RFC 9110 8.4.1.2)."""
    try:
        return zlib.decompressobj().decompress(body, BUDGET + 1)
    except zlib.error:
        return zlib.decompressobj(wbits=-15).decompress(body, BUDGET + 1)


def _brotli(body: bytes) -> bytes:
    decoder = brotli.Decompressor()
    out: bytes = decoder.process(body, output_buffer_limit=BUDGET + 1)
    if not decoder.is_finished() and len(out) <= BUDGET:
        raise EOFError("the br body ends early")
    return out


def _zstd(body: bytes) -> bytes:
    reader = zstandard.ZstdDecompressor(max_window_size=2 * BUDGET).stream_reader(
        io.BytesIO(body), read_across_frames=True
    )
    return reader.read(BUDGET + 1)


_DECODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"gzip": _gzip,
    b"x-gzip": _gzip,
    b"deflate": _deflate,
    b"br": _brotli,
    b"zstd": _zstd,
}
