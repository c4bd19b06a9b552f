"""Large bodies sealed piece by piece: a copy with fillers, and the encrypted whole of what cannot be scanned.

Must not know: where secrets come from. Read next: sealing.py, unsealing.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import zstandard

from store.errors import Damaged
from store.packing import unpack
from store.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from store.keys import Key
    from store.secret_spans import Span

type Patch = tuple[int, bytes]
"""Where original bytes belong in a body (offset), and the bytes."""

_LENGTH = 4
_PIECE_LIMIT = 1024 * 1024


def filled(
    pieces: Iterable[bytes], spans: Sequence[Span], filler: Callable[[bytes], bytes]
) -> tuple[Spool, list[Patch]]:
    """A copy of a body with a filler in place of each span, and what stood there."""
    spool, patches, left = Spool(), list[Patch](), list(spans)
    at, held = 0, b""
    for piece in pieces:
        held += piece
        while left and left[0][1] <= at + len(held):
            start, end = (edge - at for edge in left.pop(0))
            patches.append((at + start, held[start:end]))
            held = held[:start] + filler(held[start:end]) + held[end:]
        # What lies before the next secret is done; from its start on, the rest waits for its end.
        done = min(len(held), left[0][0] - at) if left else len(held)
        spool.write(held[:done])
        held, at = held[done:], at + done
    spool.write(held)
    return spool, patches


def blank(pieces: Iterable[bytes], mark: bytes) -> Spool:
    """As many bytes as the body has, beginning with a mark."""
    spool = Spool()
    for piece in pieces:
        spool.write(mark[: len(piece)].ljust(len(piece), b"*"))
        mark = mark[len(piece) :]
    return spool


def encrypted(pieces: Iterable[bytes], key: Key) -> Spool:
    """The body encrypted piece by piece; `decrypted` gives it back."""
    spool, packer = Spool(), zstandard.ZstdCompressor(level=3)
    for seq, piece in enumerate(pieces):
        sealed = key.seal(packer.compress(piece), b"body:%d" % seq)
        spool.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
    return spool


def decrypted(pieces: Iterable[bytes], key: Key) -> Iterator[bytes]:
    """The body that `encrypted` was given. Raises Damaged."""
    held, seq, opener = bytearray(), 0, zstandard.ZstdDecompressor()
    for piece in pieces:
        held += piece
        while len(held) >= _LENGTH and len(held) >= (end := _LENGTH + int.from_bytes(held[:_LENGTH], "big")):
            packed = key.open(bytes(held[_LENGTH:end]), b"body:%d" % seq)
            if packed is None:
                raise Damaged("a sealed body does not open with this key")
            yield unpack(opener, packed, _PIECE_LIMIT)
            del held[:end]
            seq += 1
    if held:
        raise Damaged("a sealed body is cut")
