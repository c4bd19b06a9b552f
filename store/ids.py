"""Exchange ids, given out without waiting: one after the other in a file, in blocks on a server.

Must not know: exchanges. Read next: writer.py, server.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from store.schema import batch, exchange, id_block, intent

if TYPE_CHECKING:
    from sqlalchemy import Connection

BLOCK = 1_000_000
"""Ids that one proxy takes from a server at a time."""

_GIVEN_OUT = (exchange.c.id, intent.c.id, batch.c.max_id)


class Ids:
    """Gives out ids. `refill` does the waiting, in the recorder's thread."""

    def __init__(self, connection: Connection) -> None:
        self._server = connection.dialect.name == "postgresql"
        self._next = self._block(connection) if self._server else _first_free(connection)
        self._end = self._next + BLOCK
        self._spare = self._block(connection) if self._server else 0

    @property
    def last(self) -> int:
        """The id given out last."""
        return self._next - 1

    def next(self) -> int:
        """The next id."""
        if self._server and self._next == self._end:
            self._next, self._spare = self._spare, 0
            self._end = self._next + BLOCK
        ident = self._next
        self._next += 1
        return ident

    @property
    def short(self) -> bool:
        """Whether refill has something to do."""
        return self._server and not self._spare

    def refill(self, connection: Connection) -> None:
        """Hold a block in reserve."""
        if self.short:
            self._spare = self._block(connection)

    def _block(self, connection: Connection) -> int:
        return int(connection.scalar(id_block) or 0) * BLOCK + 1


def _first_free(connection: Connection) -> int:
    return max(connection.execute(select(func.max(column))).scalar() or 0 for column in _GIVEN_OUT) + 1
