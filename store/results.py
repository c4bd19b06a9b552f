"""What replays found, kept beside the exchanges: a row per replay, and each exchange's last verdict by verb.

The exchanges themselves are never touched. A recording that cannot be written (read-only, being recorded into,
of an older schema) stays as it is, and the reason comes back as a text. Must not know: how a replay judges.
Read next: schema.py (`replay`, `verdict`), playback/report.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, inspect, select, tuple_

from store import sqlite
from store.errors import Damaged, RecordingError
from store.explained import explained
from store.lock import Lock
from store.mark import close_mark, file_digest, read_mark
from store.overview import readable
from store.schema import VERSION, replay, verdict
from store.schema_version import version_of
from store.server import server_engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from store.recording import Recording

_PAGE = 500
_COLUMNS = (verdict.c.exchange_id, verdict.c.verb, verdict.c.verdict, verdict.c.skipped, verdict.c.findings)


@dataclass(frozen=True, slots=True)
class Run:
    """One replay: `check` or `send`, against what, when (microseconds since the epoch), and its numbers."""

    verb: str
    target: str
    rules_version: str
    started_us: int
    ended_us: int
    exit_code: int
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a replay said of one exchange. `verdict`: same, different, missing or skipped. `findings`: plain values."""

    exchange_id: int
    verdict: str
    skipped: str = ""
    findings: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Last:
    """The last verdict on an exchange and the replay that gave it."""

    run: Run
    verdict: Verdict


def keep_results(recording: Recording, run: Run, verdicts: Iterable[Verdict]) -> str:
    """Keep a replay and its verdicts; "" when that was done, else why it could not be."""
    try:
        with explained(recording.place):
            if recording.path is None:
                return _on_server(recording, run, verdicts)
            return _in_file(recording.path, run, verdicts)
    except RecordingError as error:
        return error.what


def last_verdicts(recording: Recording, ids: Iterable[int] | None = None) -> dict[int, Last]:
    """The newest verdict on each of these exchanges, or on every one; those without a verdict are left out."""
    found: dict[int, Last] = {}
    asked = select(*_COLUMNS, verdict.c.replay_id).order_by(verdict.c.replay_id)
    with explained(recording.place), recording.engine.connect() as connection:
        if not inspect(connection).has_table("verdict"):  # an older schema has none
            return {}
        runs = {row.id: _run(row) for row in connection.execute(select(replay))}
        pages = (
            [asked] if ids is None else (asked.where(verdict.c.exchange_id.in_(page)) for page in batched(ids, _PAGE))
        )
        for page in pages:
            for row in connection.execute(page):
                if row.replay_id in runs:
                    found[row.exchange_id] = Last(runs[row.replay_id], _verdict(row))
    return found


def _in_file(path: Path, run: Run, verdicts: Iterable[Verdict]) -> str:
    """The lock keeps recorders away meanwhile; a mark that vouched for the file vouches for it afterwards."""
    lock = Lock(path.with_name(path.name + "-lock"), path)
    try:
        mark_path = path.with_name(path.name + "-mark")
        mark = read_mark(mark_path)
        vouched = mark is not None and bool(mark.file) and mark.file == file_digest(path)
        reason = _written(sqlite.writing_engine(path, "full"), run, verdicts)
        if vouched and not reason:
            close_mark(mark_path, path)
    finally:
        lock.release()
    return reason


def _on_server(recording: Recording, run: Run, verdicts: Iterable[Verdict]) -> str:
    url = recording.engine.url
    return _written(server_engine(url.render_as_string(hide_password=False)), run, verdicts)


def _written(engine: Engine, run: Run, verdicts: Iterable[Verdict]) -> str:
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA trusted_schema = OFF")  # the file may be a stranger's
            if version_of(connection) != VERSION:
                return "its schema is older; recording into it once brings it up to date"
            _insert(connection, run, verdicts)
    finally:
        engine.dispose()
    return ""


def _insert(connection: Connection, run: Run, verdicts: Iterable[Verdict]) -> None:
    told = {
        "verb": run.verb,
        "target": run.target,
        "rules_version": run.rules_version,
        "started_us": run.started_us,
        "ended_us": run.ended_us,
        "exit_code": run.exit_code,
        "summary": _json(run.summary),
    }
    ident = connection.execute(insert(replay).returning(replay.c.id), told).scalar_one()
    for page in batched(verdicts, _PAGE):
        keys = [(each.exchange_id, run.verb) for each in page]
        connection.execute(delete(verdict).where(tuple_(verdict.c.exchange_id, verdict.c.verb).in_(keys)))
        connection.execute(insert(verdict), [_row(each, run.verb, ident) for each in page])


def _row(each: Verdict, verb: str, replay_id: int) -> dict[str, Any]:
    return {
        "exchange_id": each.exchange_id,
        "verb": verb,
        "replay_id": replay_id,
        "verdict": each.verdict,
        "skipped": readable(each.skipped),
        "findings": _json(each.findings) if each.findings else "",
    }


def _run(row: Any) -> Run:  # noqa: ANN401 - a SQLAlchemy row
    summary = _loaded(row.summary)
    times = row.started_us, row.ended_us
    return Run(row.verb, row.target, row.rules_version, *times, row.exit_code, dict(summary))


def _verdict(row: Any) -> Verdict:  # noqa: ANN401 - a SQLAlchemy row
    findings = tuple(_loaded(row.findings)) if row.findings else ()
    return Verdict(row.exchange_id, row.verdict, row.skipped, findings)


def _loaded(told: str) -> Any:  # noqa: ANN401 - what JSON can hold
    try:
        return json.loads(told)
    except (TypeError, ValueError, RecursionError) as error:
        raise Damaged(f"what a replay found cannot be read ({error})") from None


def _json(value: object) -> str:
    """ASCII, so that every text fits: half a character of hostile JSON, and NUL, which PostgreSQL refuses in text."""
    return json.dumps(value, separators=(",", ":"))
