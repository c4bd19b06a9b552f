"""Compression: records against a dictionary of earlier records, bodies piece by piece.

Consecutive records repeat nearly everything (some 30 context headers, twice), so zstd with earlier records
as raw dictionary turns 5 KB into under 200 bytes, in a few microseconds. Many records hang on one dictionary:
it is kept twice. Must not know: tables. Read next: committer.py, reader.py.
"""

from __future__ import annotations

import hashlib
from collections import deque

import zstandard

from store.errors import Damaged

LEVEL = 3
PIECE = 256 * 1024
"""Bytes of a body per stored piece."""

_SAMPLES = 8
_SAMPLE_LIMIT = 16 * 1024
_RECORD_LIMIT = 256 * 1024 * 1024
_PATIENCE = 512
_WORSE = 2.0


def dictionary_id(data: bytes) -> int:
    """The name of a dictionary: the first 31 bits of its SHA-256, never 0."""
    return (int.from_bytes(hashlib.sha256(data).digest()[:4], "big") >> 1) or 1


class RecordPacker:
    """Compresses records for one run and renews its dictionary when the traffic has changed.

    `unsaved` holds dictionaries that no commit has stored yet; the committer stores them and clears it.
    """

    def __init__(self, data: bytes | None = None) -> None:
        self.unsaved: list[bytes] = []
        self._samples: deque[bytes] = deque(maxlen=_SAMPLES)
        self._adopt(data)

    def pack(self, record: bytes, *, whole: bool) -> tuple[int, bytes]:
        """The dictionary's id (0: none) and the compressed record; `whole` ones make good dictionaries."""
        packed = self._id, self._compressor.compress(record)
        if whole:
            self._observe(record, len(packed[1]))
        return packed

    def _adopt(self, data: bytes | None) -> None:
        self._id = dictionary_id(data) if data else 0
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=_dictionary(data))
        self._count = self._in = self._out = 0
        self._best = 1.0

    def _observe(self, record: bytes, size: int) -> None:
        if len(record) <= _SAMPLE_LIMIT:
            self._samples.append(record)
        self._count += 1
        self._in += len(record)
        self._out += size
        if not self._id and len(self._samples) == _SAMPLES:
            self._renew()
        elif self._count == _PATIENCE:
            ratio = self._out / self._in
            if ratio > self._best * _WORSE and len(self._samples) == _SAMPLES:
                self._renew()
            else:
                self._best = min(self._best, ratio)
                self._count = self._in = self._out = 0

    def _renew(self) -> None:
        data = b"".join(self._samples)
        self._samples.clear()
        self._adopt(data)
        self.unsaved.append(data)


def unpacker(data: bytes | None) -> zstandard.ZstdDecompressor:
    """What decompresses records that were packed with this dictionary."""
    return zstandard.ZstdDecompressor(dict_data=_dictionary(data))


def unpack(decompressor: zstandard.ZstdDecompressor, packed: bytes, limit: int = _RECORD_LIMIT) -> bytes:
    """Decompress what pack made. Raises Damaged, also when it claims to be larger than `limit` bytes."""
    try:
        if not 0 <= zstandard.frame_content_size(packed) <= limit:
            raise Damaged("compressed data claims an impossible size")
        return decompressor.decompress(packed)
    except zstandard.ZstdError as error:
        raise Damaged(f"compressed data cannot be read ({error})") from None


def pack_piece(piece: bytes) -> tuple[int, bytes]:
    """A piece of a body as (packed, data): 1 and zstd, or 0 and the piece itself when that is not larger."""
    data = _PIECES.compress(piece)
    return (1, data) if len(data) < len(piece) else (0, piece)


def unpack_piece(packed: int, data: bytes) -> bytes:
    """The piece that pack_piece was given. Raises Damaged."""
    return unpack(_PLAIN, data, PIECE) if packed else data


def _dictionary(data: bytes | None) -> zstandard.ZstdCompressionDict | None:
    if not data:
        return None
    dictionary = zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    dictionary.precompute_compress(LEVEL)
    return dictionary


_PIECES = zstandard.ZstdCompressor(level=LEVEL)
_PLAIN = zstandard.ZstdDecompressor()
