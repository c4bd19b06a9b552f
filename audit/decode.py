"""Content codings undone within budgets: a bomb costs a bounded amount of memory and says that it was cut.

The gateway never decodes; only this page does, and never more than `BYTE_BUDGET` or `RATIO_BUDGET` times
what came in. Must not know: HTML, exchanges. Read next: bodies.py.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # the package ships no types
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable

BYTE_BUDGET = 1024 * 1024
RATIO_BUDGET = 200
_RATIO_FLOOR = 64 * 1024
_CHAIN_LIMIT = 3


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came out. `codings`: what was undone. `failed`: the coding that did not decode, "" when all did.

    `cut`: a budget ended the work, so `data` is a beginning.
    """

    data: bytes
    codings: tuple[str, ...] = ()
    failed: str = ""
    cut: bool = False


def decode(data: bytes, coding: bytes) -> Decoded:
    """Undo a Content-Encoding, last coding first; at most three of them."""
    names = [name.strip().lower().decode("ascii", "replace") for name in coding.split(b",")]
    names = [name for name in names if name and name != "identity"]
    done: list[str] = []
    cut = len(names) > _CHAIN_LIMIT
    for name in reversed(names[-_CHAIN_LIMIT:]):
        decoder = _DECODERS.get(name)
        if decoder is None:
            return Decoded(data, tuple(done), failed=name, cut=cut)
        budget = min(BYTE_BUDGET, max(_RATIO_FLOOR, RATIO_BUDGET * len(data)))
        try:
            out = decoder(data, budget + 1)
        except (zlib.error, brotli.error, zstandard.ZstdError, _NothingCame):
            return Decoded(data, tuple(done), failed=name, cut=cut)
        cut = cut or len(out) > budget
        data = out[:budget]
        done.append(name)
    return Decoded(data, tuple(done), cut=cut)


class _NothingCame(Exception):
    """A stream that begins like its coding and gives not one byte, nor its end."""


def _inflate(data: bytes, limit: int, window_bits: int) -> bytes:
    stream = zlib.decompressobj(wbits=window_bits)
    out = stream.decompress(data, limit)
    if not out and not stream.eof:
        raise _NothingCame
    return out


def _gzip(data: bytes, limit: int) -> bytes:
    return _inflate(data, limit, 31)


def _deflate(data: bytes, limit: int) -> bytes:
    """`deflate` means zlib (RFC 9110, 8.4.1.2); many servers send the bare stream, so that is tried next."""
    try:
        return _inflate(data, limit, 15)
    except zlib.error:
        return _inflate(data, limit, -15)


def _brotli(data: bytes, limit: int) -> bytes:
    stream = brotli.Decompressor()
    out = bytes(stream.process(data, output_buffer_limit=limit))
    if not out and not stream.is_finished():
        raise _NothingCame
    return out


def _zstd(data: bytes, limit: int) -> bytes:
    # 8 MB is the largest window a decoder must support (RFC 8878, 3.1.1.1.2).
    reader = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).stream_reader(data)
    return bytes(reader.read(limit))


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
