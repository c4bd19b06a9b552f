"""Bodies on their way into the database: once per content, in compressed pieces.

Must not know: exchanges. Read next: packing.py, committer.py.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from store.dialects import insert_missing
from store.packing import PIECE, pack_piece
from store.schema import body, body_piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from store.spool import Spool

type Source = bytes | Spool
"""Where a body's bytes are to be had."""

_KNOWN = 20_000
_ASK = 500
_ROWS = 16  # pieces per statement: 4 MiB of a body in memory at once


class BodyRows:
    """Writes bodies that are not there yet, and remembers the ids of those that are.

    What one transaction stored counts as known only after `committed`.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, int] = OrderedDict()
        self._fresh: dict[bytes, int] = {}

    def store(self, connection: Connection, sources: Mapping[bytes, Source]) -> None:
        """Make sure that every body of `sources` (SHA-256 -> bytes) is in the recording."""
        self._look_up(connection, sources)
        missing = {digest: source for digest, source in sources.items() if self.id_of(digest) is None}
        if not missing:
            return
        # In one order everywhere: two proxies that store the same bodies must not wait for each other in a circle.
        rows = [{"digest": digest, "size": _size(missing[digest])} for digest in sorted(missing)]
        connection.execute(insert_missing(connection.dialect.name, body), rows)
        self._look_up(connection, missing)
        connection_pieces = insert_missing(connection.dialect.name, body_piece)
        for rows in _grouped(self._piece_rows(missing)):
            connection.execute(connection_pieces, rows)

    def id_of(self, digest: bytes) -> int | None:
        """The row of a body, None when the recording is not known to have it."""
        found = self._known.get(digest)
        if found is not None:
            self._known.move_to_end(digest)
            return found
        return self._fresh.get(digest)

    def find(self, connection: Connection, digests: Iterable[bytes]) -> None:
        """Look for bodies that an exchange only mentions: an earlier one may have brought them."""
        self._look_up(connection, digests)

    def committed(self) -> None:
        """The transaction lasts: what it stored is known from now on."""
        self._known.update(self._fresh)
        self._fresh.clear()
        while len(self._known) > _KNOWN:
            self._known.popitem(last=False)

    def forget(self, digests: Iterable[bytes]) -> None:
        """Retention removed these bodies."""
        for digest in digests:
            self._known.pop(digest, None)

    def rolled_back(self, *, forget: bool = False) -> None:
        """The transaction is void; `forget` when another proxy's retention removed what was known."""
        self._fresh.clear()
        if forget:
            self._known.clear()

    def _look_up(self, connection: Connection, digests: Iterable[bytes]) -> None:
        unknown = [digest for digest in digests if self.id_of(digest) is None]
        for start in range(0, len(unknown), _ASK):
            chunk = unknown[start : start + _ASK]
            found = connection.execute(select(body.c.digest, body.c.id).where(body.c.digest.in_(chunk)))
            self._fresh.update((row.digest, row.id) for row in found)

    def _piece_rows(self, sources: Mapping[bytes, Source]) -> Iterator[dict[str, Any]]:
        for digest, source in sources.items():
            for seq, piece in enumerate(_pieces(source), start=1):
                packed, data = pack_piece(piece)
                yield {"body_id": self._fresh[digest], "seq": seq, "packed": packed, "data": data}


def _size(source: Source) -> int:
    return len(source) if isinstance(source, bytes) else source.size


def _pieces(source: Source) -> Iterable[bytes]:
    if not isinstance(source, bytes):
        return source.pieces()
    return (source[at : at + PIECE] for at in range(0, len(source), PIECE))


def _grouped(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for row in rows:
        group.append(row)
        if len(group) == _ROWS:
            yield group
            group = []
    if group:
        yield group
