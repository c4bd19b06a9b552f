"""Secrets in bodies: what can be scanned is scanned, what cannot be looked into is sealed whole.

A body keeps its length: a secret is replaced by a filler of the same size, so that offsets and Content-Length
stay true. Must not know: keys, exchanges. Read next: sealing.py, secret_spans.py.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped] # it ships no annotations
import zstandard

from gateway.messages import get
from store.secret_spans import Span, merged, spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gateway.messages import Headers

WINDOW = 64 * 1024
OVERLAP = 8 * 1024
GROWTH = 1024 * 1024
DECODED_LIMIT = 16 * 1024 * 1024
"""Bytes that are decoded to look into a compressed body; one that holds more is sealed whole."""

_TEXT = re.compile(
    rb"(?i)^(?:text/|multipart/|application/(?:[\w.+-]*(?:json|xml|javascript|urlencoded|graphql|yaml)))"
)
_MEDIA = re.compile(rb"(?i)^(?:image/(?!svg)|audio/|video/|font/)")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HANDSHAKE = frozenset({b"sec-websocket-key", b"sec-websocket-accept"})
_GZIP = b"\x1f\x8b"
_MOST_MEMBERS = 64  # each costs a copy of what follows it


def body_spans(
    headers: Headers, pieces: Callable[[], Iterable[bytes]], size: int, known: Iterable[bytes]
) -> list[Span]:
    """The secrets in a body: spans, or one span over all of it when it cannot be looked into.

    `pieces` gives the body from its start each time it is called; `known` are values that were already found
    in this exchange, in every form in which they may come back.
    """
    if not size:
        return []
    if any(name.lower() in _HANDSHAKE for name, _ in headers):
        return [(0, size)]  # frames, masked or compressed; the messages in them are kept readable beside them
    first = next(iter(pieces()), b"")
    coding = coding_of(headers, first)
    if not coding:
        if not is_text(get(headers, b"content-type") or b"", first):
            return [(0, size)]
        return windowed_spans(pieces(), tuple(known))
    text = decoded(coding, pieces())
    if text is None or spans(text) or literal_spans(text, known):
        return [(0, size)]
    return []


def coding_of(headers: Headers, first: bytes) -> bytes:
    """How a body is compressed: what its head says, or gzip by its first bytes; b"" when it is not."""
    coding = (get(headers, b"content-encoding") or b"").lower().strip()
    if coding not in {b"", b"identity"}:
        return coding
    return b"gzip" if first.startswith(_GZIP) else b""


def windowed_spans(pieces: Iterable[bytes], known: tuple[bytes, ...]) -> list[Span]:
    """The secrets in a text that comes piece by piece; values across piece borders are found too.

    Small windows, because a regular expression holds the interpreter while it runs. A secret that touches the
    end of its window may go on: the window grows until it does not.
    """
    found: list[Span] = []
    start, held = 0, b""
    for piece in _sliced(pieces):
        held += piece
        if len(held) < WINDOW + OVERLAP and piece:
            continue
        here = merged([*spans(held), *literal_spans(held, known)])
        if piece and here and here[-1][1] == len(held) < GROWTH:
            continue
        found += [(start + first, start + last) for first, last in here]
        step = len(held) - OVERLAP if piece else len(held)
        held, start = held[step:], start + step
    return merged(found)


def _sliced(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces in slices of at most WINDOW bytes, and b"" as the end."""
    for piece in pieces:
        yield from (piece[at : at + WINDOW] for at in range(0, len(piece), WINDOW))
    yield b""


def literal_spans(data: bytes, known: Iterable[bytes]) -> list[Span]:
    """Where known values stand in some bytes."""
    found: list[Span] = []
    for value in known:
        at = data.find(value)
        while at >= 0:
            found.append((at, at + len(value)))
            at = data.find(value, at + len(value))
    return found


def is_text(content_type: bytes, first: bytes) -> bool:
    """Whether a scan sees what a person would: text, and media whose bytes carry no fields."""
    if _TEXT.match(content_type) or _MEDIA.match(content_type):
        return True
    return not _CONTROL.search(first[:4096])


def decoded(coding: bytes, pieces: Iterable[bytes]) -> bytes | None:
    """What a compressed body says; None for a coding that is not known, a body that is cut or holds too much."""
    make = _DECODERS.get(coding)
    if make is None:
        return None
    try:
        return make(b"".join(_bounded(pieces)))
    except (zlib.error, zstandard.ZstdError, brotli.error, ValueError):
        return None


def _bounded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > DECODED_LIMIT:
            raise ValueError("too long to be decoded")
        yield piece


def _inflate(data: bytes, window_bits: int) -> bytes:
    decoder = zlib.decompressobj(window_bits)
    text = decoder.decompress(data, DECODED_LIMIT)
    if decoder.unconsumed_tail or decoder.unused_data or not decoder.eof:
        raise ValueError("cut, or larger than we look at")
    return text


def _gunzip(data: bytes) -> bytes:
    """All members: one may follow another (RFC 1952, 2.2), and a secret may be in the last."""
    text = b""
    for _ in range(_MOST_MEMBERS):
        decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
        text += decoder.decompress(data, DECODED_LIMIT + 1 - len(text))
        if not decoder.eof or len(text) > DECODED_LIMIT:
            raise ValueError("cut, or larger than we look at")
        data = decoder.unused_data
        if not data:
            return text
    raise ValueError("more members than we look at")


def _deflate(data: bytes) -> bytes:
    try:
        return _inflate(data, zlib.MAX_WBITS)
    except zlib.error:
        return _inflate(data, -zlib.MAX_WBITS)


def _zstd(data: bytes) -> bytes:
    opener = zstandard.ZstdDecompressor(max_window_size=DECODED_LIMIT)
    with opener.stream_reader(data, read_across_frames=True) as reader:
        text = reader.read(DECODED_LIMIT + 1)
    if len(text) > DECODED_LIMIT:
        raise ValueError("larger than we look at")
    return text


def _brotli(data: bytes) -> bytes:
    decoder = brotli.Decompressor()
    text = bytes(decoder.process(data, output_buffer_limit=DECODED_LIMIT))
    if not decoder.is_finished():
        raise ValueError("cut, or larger than we look at")
    return text


_DECODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"gzip": _gunzip,
    b"x-gzip": _gunzip,
    b"deflate": _deflate,
    b"zstd": _zstd,
    b"br": _brotli,
}
