"""Is everything still what was written? Every row, body and commit, held against the digests.

Must not know: how to mend (salvage.py). Read next: chain.py, losses.py, mark.py.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from gateway.messages import BodyRef
from store import chain, overview
from store.committer import RUN_TOLD
from store.errors import Damaged
from store.losses import NO_MARK, find_journal_loss, find_loss
from store.mark import file_digest, read_mark
from store.message_read import wrong_messages
from store.message_rows import count_messages
from store.rows import RowReader
from store.schema import batch, body, config, dictionary, exchange, intent, message, rule_trail, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from store.recording import Recording

_PAGE = 500
_SWITCHED = 101


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written. `exchange_id` is None when it concerns no single exchange."""

    text: str
    exchange_id: int | None = None


@dataclass(slots=True)
class Report:
    """What was looked at, and what is wrong. `notes` are no damage, only worth knowing."""

    exchanges: int = 0
    bodies: int = 0
    commits: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether everything is what was written."""
        return not self.problems


def verify(recording: Recording) -> Report:
    """Check a whole recording. Damage is reported, never raised."""
    report = Report()
    with recording.engine.connect() as connection:
        for check in (_pages, _shared, _bodies, _exchanges, _conversations, _chains):
            try:
                check(connection, report)
            except (SQLAlchemyError, Damaged, TypeError, ValueError, AttributeError) as error:
                report.problems.append(Problem(f"{check.__name__.strip('_')}: cannot be read ({_first_line(error)})"))
        _against_mark(recording, connection, report)
    return report


def _pages(connection: Connection, report: Report) -> None:
    if connection.dialect.name != "sqlite":
        return
    for said in connection.execute(text("PRAGMA integrity_check(20)")).scalars():
        if said != "ok":
            report.problems.append(Problem(f"pages: {said}"))


def _shared(connection: Connection, report: Report) -> None:
    for row in connection.execute(select(dictionary)):
        if hashlib.sha256(row.data).digest() != row.digest:
            report.problems.append(Problem(f"dictionary {row.id}, copy {row.copy}: not what was written"))
    for row in connection.execute(select(config)):
        if chain.digest(row.plain.encode()) != row.check_digest:
            report.problems.append(Problem(f"config {row.digest}: not what was written"))
    trails: dict[int, list[tuple[str, str, str]]] = {}
    for row in connection.execute(select(rule_trail).order_by(rule_trail.c.id, rule_trail.c.seq)):
        trails.setdefault(row.id, []).append((row.leg, row.part, row.rule_id))
    for ident, steps in trails.items():
        if overview.trail_id(tuple(steps)) != ident:
            report.problems.append(Problem(f"rule trail {ident}: not what was written"))


def _bodies(connection: Connection, report: Report) -> None:
    reader = RowReader(connection)
    for row in connection.execute(select(body).order_by(body.c.id)).all():
        report.bodies += 1
        try:
            size = sum(map(len, reader.pieces(BodyRef(row.digest, row.size))))
        except Damaged as error:
            report.problems.append(Problem(f"body {row.id}: {error}"))
            continue
        if size != row.size:
            report.problems.append(Problem(f"body {row.id}: its size is not what was written"))


def _exchanges(connection: Connection, report: Report) -> None:
    reader = RowReader(connection)
    for row in _by_id(connection, select(exchange), exchange.c.id):
        report.exchanges += 1
        wrong = _wrong(reader, row, overview.ended)
        if wrong:
            report.problems.append(Problem(f"exchange {row.id}: {wrong}", row.id))
    for row in _by_id(connection, select(intent), intent.c.id):
        wrong = _wrong(reader, row, overview.begun)
        if wrong:
            report.problems.append(Problem(f"open exchange {row.id}: {wrong}", row.id))


def _conversations(connection: Connection, report: Report) -> None:
    if not inspect(connection).has_table("message"):
        return
    reader = RowReader(connection)
    for row in _by_id(connection, select(exchange).where(exchange.c.client_status == _SWITCHED), exchange.c.id):
        expected, there = _spoken(reader, row), count_messages(connection, row.id)
        if there < expected:
            report.problems.append(Problem(f"exchange {row.id}: {expected - there} messages are missing", row.id))
    for ident in connection.execute(select(message.c.exchange_id).distinct()).scalars().all():
        for wrong in wrong_messages(connection, ident):
            report.problems.append(Problem(f"exchange {ident}: {wrong}", ident))


def _spoken(reader: RowReader, row: Any) -> int:  # noqa: ANN401 - a SQLAlchemy row
    try:
        return reader.exchange(row).messages
    except Damaged:
        return 0  # told with its exchange


def _wrong(reader: RowReader, row: Any, columns: Any) -> str:  # noqa: ANN401 - a row, and what makes its columns
    try:
        expected = columns(reader.exchange(row))
    except Damaged as error:
        return str(error)
    differing = sorted(name for name, value in expected.items() if getattr(row, name) != value)
    return f"columns {', '.join(differing)} do not say what its record says" if differing else ""


def _chains(connection: Connection, report: Report) -> None:
    links = _links(connection)
    for known in connection.execute(select(run).order_by(run.c.id)).all():
        previous, seq = chain.first(known.id, [getattr(known, name) for name in RUN_TOLD]), 0
        for row in connection.execute(select(batch).where(batch.c.run_id == known.id).order_by(batch.c.seq)).all():
            report.commits += 1
            if row.previous is not None:  # retention removed what was before it
                previous, seq = row.previous, row.seq - 1
            if row.seq != seq + 1:
                report.problems.append(Problem(f"run {known.id}: commits {seq + 1} to {row.seq - 1} are missing"))
            elif chain.link(previous, row.max_id, row.committed_us, _rows_of(row, links)) != row.digest:
                report.problems.append(Problem(f"run {known.id}: commit {row.seq} is not what was written"))
            seq, previous = row.seq, row.digest
    for run_id, seq in links:
        report.problems.append(Problem(f"run {run_id}: commit {seq} is missing"))


def _links(connection: Connection) -> dict[tuple[int, int], bytearray]:
    """The digests of all rows by run and commit, 24 bytes an exchange."""
    found: dict[tuple[int, int], bytearray] = {}
    wanted = select(exchange.c.run_id, exchange.c.batch, exchange.c.id, exchange.c.digest).order_by(exchange.c.id)
    for run_id, seq, ident, digest in connection.execute(wanted):
        found.setdefault((run_id, seq), bytearray()).extend(chain.packed([(ident, digest)]))
    return found


def _rows_of(row: Any, links: dict[tuple[int, int], bytearray]) -> bytes:  # noqa: ANN401 - a SQLAlchemy row
    here = bytes(links.pop((row.run_id, row.seq), b""))
    return chain.packed(chain.unpacked(row.pruned) + chain.unpacked(here)) if row.pruned else here


def _against_mark(recording: Recording, connection: Connection, report: Report) -> None:
    path = recording.beside("-mark")
    if path is None or recording.path is None:
        return
    mark = read_mark(path)
    if mark is None:
        report.notes.append(NO_MARK)
        return
    try:
        loss = find_loss(connection, mark) or find_journal_loss(connection, mark, path)
    except (SQLAlchemyError, TypeError, ValueError, AttributeError) as error:
        report.problems.append(Problem(f"end: cannot be read ({_first_line(error)})"))
        return
    if loss:
        report.problems.append(Problem(f"end: {loss}"))
    if mark.file and mark.file != file_digest(recording.path):
        report.problems.append(Problem("file: its bytes are not those it had when it was closed"))


def _by_id(connection: Connection, wanted: Select[Any], key: Any) -> Iterator[Any]:  # noqa: ANN401 - rows and their key
    after = 0
    while page := connection.execute(wanted.where(key > after).order_by(key).limit(_PAGE)).all():
        yield from page
        after = page[-1].id


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
