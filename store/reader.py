"""The way out of a recording: exchanges as they were, in order of arrival, streaming.

Must not know: who asks. Read next: rows.py (a row back into an Exchange), filters.py (which ones).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text, union_all

from store.errors import Damaged
from store.explained import explained
from store.message_read import checked_rows_of, message_of
from store.rows import RowReader
from store.schema import config, exchange, gap, intent, run
from store.task_lists import TaskLists

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from gateway.conversation import Message
    from gateway.exchange import Exchange
    from gateway.messages import BodyRef
    from store.recording import Recording
    from store.task_lists import TaskRow

_PAGE = 256
_LAST_ID = 2**63 - 2


@dataclass(frozen=True, slots=True)
class Run:
    """One life of the proxy, as recorded. `ended_us` is None when it runs or was killed (`ending` says which)."""

    id: int
    program: str
    rules_version: str
    started_us: int
    utc_offset_s: int
    details: dict[str, Any]
    durability: str
    seal: str
    ended_us: int | None
    ending: str


@dataclass(frozen=True, slots=True)
class GapRow:
    """Exchanges that are missing: between two moments (microseconds since the epoch), and why."""

    run_id: int
    started_us: int
    ended_us: int | None
    exchanges: int
    reason: str


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One line of a list, without its bodies; the columns of the view exchange_overview."""

    id: int
    run_id: int
    request_id: str
    state: str
    ingress: str
    invocation_type: str
    function: str
    method: str
    target: str
    client_status: int | None
    server_status: int | None
    error_code: str
    started_at: str
    duration_ms: float | None
    request_bytes: int
    response_bytes: int


_OVERVIEW = ", ".join(field.name for field in fields(OverviewRow))


class Reader:
    """Reads one recording; several may read at once, and while it is recorded."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def exchanges(
        self, ids: Iterable[int] | None = None, *, after: int = 0, limit: int | None = None, run_id: int | None = None
    ) -> Iterator[Exchange]:
        """Exchanges in id order, finished and open: those named, or those after an id. Raises Damaged."""
        wanted = None if ids is None else sorted(set(ids))
        left = limit
        while left is None or left > 0:
            page = self._page(wanted, after, _PAGE if left is None else min(left, _PAGE), run_id)
            if not page:
                return
            yield from page
            after = page[-1].id
            left = None if left is None else left - len(page)

    def newest(self) -> Iterator[Exchange]:
        """Exchanges from the newest to the oldest, finished and open. Raises Damaged."""
        before = _LAST_ID + 1
        while page := self._page_before(before):
            yield from page
            before = page[-1].id

    def exchange(self, ident: int) -> Exchange | None:
        """One exchange, None when it is not in the recording. Raises Damaged."""
        return next(self.exchanges([ident]), None)

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        """A large body in pieces of at most 256 KiB. Raises Damaged, at the latest after the last piece."""
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            yield from RowReader(connection).pieces(ref)

    def messages(self, exchange_id: int) -> Iterator[Message]:
        """What was said in a conversation, in order, its secrets sealed. Raises Damaged."""
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            yield from map(message_of, checked_rows_of(connection, exchange_id))

    def egress(self) -> Iterator[Exchange]:
        """The finished calls that the function itself made, in id order. Raises Damaged."""
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            wanted = select(exchange.c.id).where(exchange.c.ingress == "egress").order_by(exchange.c.id)
            ids = list(connection.execute(wanted).scalars())
        for at in range(0, len(ids), _PAGE):
            yield from self.exchanges(ids[at : at + _PAGE])

    def config(self, digest: str) -> dict[str, Any] | None:
        """The config that exchanges name by this digest, as plain values."""
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            found = connection.execute(select(config.c.plain).where(config.c.digest == digest)).scalar()
        return None if found is None else _json(found)

    def runs(self) -> list[Run]:
        """Every run, oldest first."""
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            rows = connection.execute(select(run).order_by(run.c.id)).mappings().all()
        return [Run(**{**row, "details": _json(row["details"])}) for row in rows]

    def gaps(self) -> list[GapRow]:
        """What is known to be missing, oldest first."""
        columns = (gap.c.run_id, gap.c.started_us, gap.c.ended_us, gap.c.exchanges, gap.c.reason)
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            return [GapRow(*row) for row in connection.execute(select(*columns).order_by(gap.c.id))]

    def overview(self, *, after: int = 0, limit: int | None = None, newest_first: bool = False) -> list[OverviewRow]:
        """Rows for lists: ids above `after` in id order, or the newest ones first."""
        order = "DESC" if newest_first else "ASC"
        bound = "" if limit is None else " LIMIT :limit"
        # By name: in a damaged file the view may say its columns otherwise.
        wanted = f"SELECT {_OVERVIEW} FROM exchange_overview WHERE id > :after ORDER BY id {order}{bound}"  # noqa: S608 - fixed words
        values = {"after": after} if limit is None else {"after": after, "limit": limit}
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            return [OverviewRow(*row) for row in connection.execute(text(wanted), values)]

    def task(self, exchange_id: int) -> TaskRow | None:
        """What has become of an accepted call; None when the recording has no queue, or not this call in it."""
        return TaskLists(self._recording).rows([exchange_id]).get(exchange_id)

    def count(self) -> int:
        """How many exchanges there are, open ones included."""
        counts = union_all(select(func.count()).select_from(exchange), select(func.count()).select_from(intent))
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            return sum(connection.execute(counts).scalars())

    def _page(self, wanted: list[int] | None, after: int, size: int, run_id: int | None) -> list[Exchange]:
        ids = None if wanted is None else [ident for ident in wanted if ident > after][:size]
        if ids == []:
            return []
        with explained(self._recording.place), self._recording.engine.connect() as connection, connection.begin():
            rows = self._rows(connection, ids, after, size, run_id)
            decoder = RowReader(connection)
            page = [decoder.exchange(row) for row in rows]
        # Ids that are not there must not end the stream before those that are.
        return page if page or ids is None else self._page(wanted, ids[-1], size, run_id)

    def _page_before(self, before: int) -> list[Exchange]:
        found: list[Any] = []
        with explained(self._recording.place), self._recording.engine.connect() as connection, connection.begin():
            for table in (exchange, intent):
                columns = (table.c.id, table.c.run_id, table.c.dictionary_id, table.c.digest, table.c.record)
                query = select(*columns).where(table.c.id < before).order_by(table.c.id.desc()).limit(_PAGE)
                found.extend(connection.execute(query))
            decoder = RowReader(connection)
            return [decoder.exchange(row) for row in sorted(found, key=lambda row: -row.id)[:_PAGE]]

    def _rows(
        self, connection: Connection, ids: list[int] | None, after: int, size: int, run_id: int | None
    ) -> list[Any]:
        found: list[Any] = []
        for table in (exchange, intent):
            columns = (table.c.id, table.c.run_id, table.c.dictionary_id, table.c.digest, table.c.record)
            query = select(*columns).where(table.c.id > after).order_by(table.c.id).limit(size)
            query = query if ids is None else query.where(table.c.id.in_(ids))
            query = query if run_id is None else query.where(table.c.run_id == run_id)
            found.extend(connection.execute(query))
        return sorted(found, key=lambda row: row.id)[:size]


def _json(told: object) -> dict[str, Any]:
    try:
        found = json.loads(str(told))
    except ValueError:
        raise Damaged("a text that should be JSON is not") from None
    if not isinstance(found, dict):
        raise Damaged("a text that should be a JSON object is not")
    return found
