"""What can be rescued of a damaged recording, into a new one: every row whose digest holds; the rest is listed.

The damaged file is only read, and what comes over is recorded anew, with a chain of its own.
Must not know: how damage is found in the whole (verify.py). Read next: rows.py, committer.py.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError

from gateway.messages import BodyRef
from store.committer import RUN_TOLD, Committer
from store.dialects import insert_missing
from store.errors import Damaged, Unwritable
from store.keys import key_path
from store.message_read import sound_rows
from store.message_rows import Said
from store.recording import open_for_writing
from store.recovery import interrupted
from store.rows import RowReader
from store.run_info import End, RunInfo, Work
from store.schema import (
    body,
    body_use,
    config,
    destination,
    exchange,
    gap,
    intent,
    original,
    run,
    secret,
    task,
    task_event,
)
from store.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine, Table

    from gateway.exchange import Exchange
    from store.message_rows import Row
    from store.recording import Recording

_PAGE = 100
_LEAP = 1 << 20  # how far past the last readable key is searched for more

_UNREADABLE = (Damaged, SQLAlchemyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class _Rescued:
    """An exchange whose digest holds, with its bodies, and the messages of its conversation."""

    row: Any
    exchange: Exchange
    spools: list[Spool]
    messages: list[Row]


@dataclass(slots=True)
class Salvage:
    """What came over and what did not: ids of exchanges with the reason, and a line for all else that is lost."""

    recovered: list[int] = field(default_factory=list)
    lost: list[tuple[int, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def salvage(source: Recording, target: str) -> Salvage:
    """Copy what is sound of `source` into a new recording at `target`. Raises Unwritable when something is there."""
    goal = open_for_writing(target)
    report = Salvage()
    try:
        with source.engine.connect() as old:
            _refuse_used(goal)
            for known in _runs(old, report):
                _copy_run(old, goal.engine, known, report)
            _copy_plain(old, goal.engine, report)
            _copy_queue(old, goal.engine, report)
        if key_path(source).exists():
            shutil.copy2(key_path(source), key_path(goal))
    finally:
        goal.close()
    report.recovered.sort()
    return report


def _refuse_used(goal: Recording) -> None:
    with goal.engine.connect() as connection:
        if connection.execute(select(run.c.id)).first():
            raise Unwritable("it already holds a recording", goal.place, "Name a new file.")


def _runs(old: Connection, report: Salvage) -> list[dict[str, Any]]:
    """Every run that can be read, and a stand-in for those that only exchanges name."""
    found = {row.id: _sound(dict(row._mapping)) for row in _rows(old, run, report)}  # noqa: SLF001 - a public name
    named = {row.run_id for table in (exchange, intent) for row in _rows(old, table, report)}
    unknown = dict.fromkeys(RUN_TOLD, "") | {"started_us": 0, "utc_offset_s": 0, "details": "{}", "ending": "killed"}
    return [found.get(ident) or unknown | {"id": ident, "ended_us": None} for ident in sorted(named | set(found))]


def _sound(known: dict[str, Any]) -> dict[str, Any]:
    """The run's values, where they are still of their kind."""
    texts = ("program", "rules_version", "durability", "seal", "ending", "details")
    numbers = ("started_us", "utc_offset_s")
    told = {name: known[name] if isinstance(known[name], str) else "" for name in texts}
    told |= {name: known[name] if isinstance(known[name], int) else 0 for name in numbers}
    try:
        json.loads(told["details"])
    except ValueError:
        told["details"] = "{}"
    return known | told


def _copy_run(old: Connection, engine: Engine, known: dict[str, Any], report: Salvage) -> None:
    committer = Committer(engine)
    details = json.loads(known["details"])
    info = RunInfo(known["program"], known["rules_version"], known["started_us"], known["utc_offset_s"], details)
    run_id = committer.begin(info, known["durability"], known["seal"])
    page: list[_Rescued] = []
    for table in (exchange, intent):
        for row in _rows(old, table, report, run_id=known["id"]):
            page += _read(old, row, report)
            if len(page) == _PAGE:
                _write(committer, engine, page, report)
                page = []
    _write(committer, engine, page, report)
    committer.disconnect()
    gaps = [
        {name: getattr(each, name) for name in ("started_us", "ended_us", "exchanges", "reason")} | {"run_id": run_id}
        for each in _rows(old, gap, report, run_id=known["id"])
    ]
    with engine.begin() as connection:
        connection.execute(
            update(run).where(run.c.id == run_id).values(ending=known["ending"], ended_us=known["ended_us"])
        )
        if gaps:
            connection.execute(insert(gap), gaps)


def _read(old: Connection, row: Any, report: Salvage) -> list[_Rescued]:  # noqa: ANN401 - a SQLAlchemy row
    spools: list[Spool] = []
    try:
        found = RowReader(old).exchange(row)
        messages = _sound_messages(old, row.id, report)
        used = select(body.c.digest, body.c.size).join(body_use).where(body_use.c.exchange_id == row.id)
        for digest, size in old.execute(used).all():
            spools.append(_spooled(old, BodyRef(digest, size)))
    except _UNREADABLE as error:
        report.lost.append((row.id, str(error).splitlines()[0]))
        for spool in spools:
            spool.close()
        return []
    ended = found if hasattr(row, "batch") else interrupted(found)
    return [_Rescued(row, replace(ended, messages=len(messages)), spools, messages)]


def _sound_messages(old: Connection, ident: int, report: Salvage) -> list[Row]:
    sound, lost = sound_rows(old, ident)
    report.others += [f"exchange {ident}: message {seq} is not what was written" for seq in lost]
    return sound


def _spooled(old: Connection, ref: BodyRef) -> Spool:
    spool = Spool(in_memory=0)
    try:
        for piece in RowReader(old).pieces(ref):
            spool.write(piece)
    except BaseException:
        spool.close()
        raise
    return spool


def _write(committer: Committer, engine: Engine, page: Sequence[_Rescued], report: Salvage) -> None:
    if not page:
        return
    ends = [End(each.exchange, each.spools) for each in page]
    said = [Said(each.row.id, each.messages) for each in page if each.messages]
    committer.commit(Work(ends=ends, said=said, max_id=max(each.row.id for each in page)))
    sealed = [{"ident": each.row.id, "count": getattr(each.row, "sealed_values", 0)} for each in page]
    with engine.begin() as connection:
        statement = update(exchange).where(exchange.c.id == bindparam("ident")).values(sealed_values=bindparam("count"))
        connection.execute(statement, sealed)
    report.recovered += [each.row.id for each in page]
    for each in page:
        for spool in each.spools:
            spool.close()


def _copy_plain(old: Connection, engine: Engine, report: Salvage) -> None:
    """Rows that stand for themselves: configs, and what is encrypted (it vouches for itself)."""
    for table in (config, secret, original):
        rows = [dict(row._mapping) for row in _rows(old, table, report)]  # noqa: SLF001 - SQLAlchemy's public name
        if rows:
            with engine.begin() as connection:
                connection.execute(insert_missing(connection.dialect.name, table), rows)


def _copy_queue(old: Connection, engine: Engine, report: Salvage) -> None:
    """What has become of the accepted calls that came over; the next recorder there delivers what waits."""
    if not inspect(old).has_table(task.name):
        return  # an older recording
    recovered = set(report.recovered)
    for table in (task, task_event, destination):
        rows = [dict(row._mapping) for row in _rows(old, table, report)]  # noqa: SLF001 - SQLAlchemy's public name
        rows = [row for row in rows if row["exchange_id"] in recovered]
        if rows:
            with engine.begin() as connection:
                connection.execute(insert_missing(connection.dialect.name, table), rows)


def _rows(old: Connection, table: Table, report: Salvage, *, run_id: int | None = None) -> Iterator[Any]:
    """Every row that can be read, in key order; unreadable stretches are stepped over."""
    key = table.primary_key.columns[0]
    wanted = select(table).order_by(key)
    wanted = wanted if run_id is None else wanted.where(table.c.run_id == run_id)
    after: Any = None
    size, leap = _PAGE, 1
    while True:
        here = wanted if after is None else wanted.where(key > after)
        try:
            page = old.execute(here.limit(size)).all()
        except (SQLAlchemyError, UnicodeDecodeError) as error:
            if size > 1:
                size = 1
            elif isinstance(after, str) or leap > _LEAP:
                report.others.append(f"{table.name} after {after}: {str(error).splitlines()[0]}")
                return
            else:
                after, leap = (after or 0) + leap, leap * 2
            continue
        if not page:
            return
        yield from page
        after, leap = page[-1][0], 1
