"""A row back into an Exchange: dictionary, digest, record, bodies. Anything that does not fit is Damaged.

Must not know: which rows are wanted. Read next: reader.py, record.py, packing.py.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from store.chain import row_digest
from store.errors import Damaged
from store.packing import unpack, unpack_piece, unpacker
from store.record import Kept, decode
from store.schema import body, body_piece, dictionary

if TYPE_CHECKING:
    from collections.abc import Iterator

    import zstandard
    from sqlalchemy import Connection

    from gateway.exchange import Exchange
    from gateway.messages import BodyRef

_CACHED_BYTES = 8 * 1024 * 1024


class RowReader:
    """Decodes rows of `exchange` and `intent` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._unpackers: dict[int, zstandard.ZstdDecompressor] = {0: unpacker(None)}
        self._bodies: OrderedDict[bytes, bytes] = OrderedDict()
        self._cached = 0

    def exchange(self, row: Any) -> Exchange:  # noqa: ANN401 - a SQLAlchemy row
        """The exchange of a row. Raises Damaged when its bytes are not what was written."""
        record = self.record(row)
        found = decode(record, self.load)
        if found.id != row.id:
            raise Damaged(f"exchange {row.id} carries the record of another")
        return found

    def record(self, row: Any) -> bytes:  # noqa: ANN401 - a SQLAlchemy row
        """The record of a row, checked against its digest."""
        if not isinstance(row.record, bytes) or not isinstance(row.dictionary_id, int):
            raise Damaged(f"exchange {row.id} has columns of a wrong type")
        record = unpack(self._unpacker(row.dictionary_id), row.record)
        if row_digest(row.run_id, record) != row.digest:
            raise Damaged(f"exchange {row.id} is not what was written")
        return record

    def pieces(self, ref: BodyRef | Kept) -> Iterator[bytes]:
        """A body piece by piece; the last one has come only if all of them were right. Raises Damaged."""
        ident = self._connection.execute(select(body.c.id).where(body.c.digest == ref.digest)).scalar()
        if ident is None:
            raise Damaged(f"the body {ref.digest.hex()[:12]} is not in the recording")
        total, seq = hashlib.sha256(), 0
        while row := self._piece(ident, seq := seq + 1):
            piece = unpack_piece(row.packed, row.data)
            total.update(piece)
            yield piece
        if total.digest() != ref.digest:
            raise Damaged(f"the body {ref.digest.hex()[:12]} is not what was written")

    def _piece(self, ident: int, seq: int) -> Any:  # noqa: ANN401 - a SQLAlchemy row
        wanted = select(body_piece.c.packed, body_piece.c.data)
        return self._connection.execute(wanted.where(body_piece.c.body_id == ident, body_piece.c.seq == seq)).first()

    def load(self, kept: Kept) -> bytes:
        """A body that lies apart. Raises Damaged."""
        found = self._bodies.get(kept.digest)
        if found is None:
            found = self._bodies[kept.digest] = b"".join(self.pieces(kept))
            self._cached += len(found)
        self._bodies.move_to_end(kept.digest)
        while self._cached > _CACHED_BYTES and len(self._bodies) > 1:
            self._cached -= len(self._bodies.popitem(last=False)[1])
        return found

    def _unpacker(self, ident: int) -> zstandard.ZstdDecompressor:
        if ident not in self._unpackers:
            copies = self._connection.execute(
                select(dictionary.c.data, dictionary.c.digest).where(dictionary.c.id == ident)
            )
            sound = (row.data for row in copies if _is_sound(row.data, row.digest))
            data = next(sound, None)
            if data is None:
                raise Damaged(f"dictionary {ident} is lost in both copies")
            self._unpackers[ident] = unpacker(data)
        return self._unpackers[ident]


def _is_sound(data: object, digest: object) -> bool:
    """Whether a dictionary's bytes are what was written; in a damaged file they may not even be bytes."""
    return isinstance(data, bytes) and hashlib.sha256(data).digest() == digest
