"""What has come into a recording since the last look, while somebody else records it: calls begun, calls ended.

Calls end in another order than they begin, so a larger id is not all there is to look for: each commit of a run has
a number, and calls that were open are asked for again. A look is a few short queries and holds no lock afterwards.
Must not know: exchanges, who watches. Read next: reader.py, watch/feed.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from store.explained import explained
from store.schema import batch, exchange, intent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection
    from sqlalchemy.sql.elements import ColumnElement

    from store.recording import Recording

LOOKED_BACK = 2000
"""Ids below the newest that a look covers in a file: a refused call that took longer than so many others to be read
is missed, because it was never announced."""

LOOKED_BACK_US = 600_000_000
"""The same on a server, where ids come in blocks: calls that began in the last ten minutes."""


_LAST_COMMITS = select(batch.c.run_id, func.max(batch.c.seq)).group_by(batch.c.run_id)


class Follower:
    """Follows one recording. `look` again and again; each id is told when it appears and when it ends."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._batches: dict[int, int] = {}
        self._open: set[int] = set()
        self._newest: int | None = None

    def look(self, most: int) -> list[int]:
        """Ids of exchanges that came or ended since the last look, in id order; of more than `most` the newest."""
        with explained(self._recording.place), self._recording.engine.connect() as connection, connection.begin():
            opened = set(connection.execute(select(intent.c.id)).scalars())
            rows = connection.execute(self._finished().order_by(exchange.c.id.desc()).limit(most)).all()
            if self._newest is None:
                self._batches = {run_id: last for run_id, last in connection.execute(_LAST_COMMITS)}  # noqa: C416 - rows, not tuples
            self._newest = connection.execute(self._newest_of()).scalar()
            gone = self._still_there(connection, self._open - opened)
        for row in rows:
            self._batches[row.run_id] = max(row.batch, self._batches.get(row.run_id, 0))
        found = {row.id for row in rows} | (opened - self._open) | gone
        self._open = opened
        return sorted(found)[-most:]

    def _finished(self) -> Any:  # noqa: ANN401 - a SQLAlchemy query
        """Exchanges of commits that were not seen yet."""
        query = select(exchange.c.id, exchange.c.run_id, exchange.c.batch)
        if self._newest is None:
            return query
        seen: list[ColumnElement[bool]] = [
            and_(exchange.c.run_id == run_id, exchange.c.batch > last) for run_id, last in self._batches.items()
        ]
        return query.where(self._lately(), or_(exchange.c.run_id.not_in(self._batches), *seen))

    def _lately(self) -> ColumnElement[bool]:
        column = exchange.c.id if self._recording.path else exchange.c.started_us
        return column > (self._newest or 0) - (LOOKED_BACK if self._recording.path else LOOKED_BACK_US)

    def _newest_of(self) -> Any:  # noqa: ANN401 - a SQLAlchemy query
        return select(func.coalesce(func.max(exchange.c.id if self._recording.path else exchange.c.started_us), 0))

    def _still_there(self, connection: Connection, ended: Iterable[int]) -> set[int]:
        """Those that were open and have a row; retention may have taken one already."""
        wanted = select(exchange.c.id).where(exchange.c.id.in_(ended))
        return set(connection.execute(wanted).scalars())
