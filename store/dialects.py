"""What SQLite and PostgreSQL say differently: insert-if-missing, and dates in the public views.

Must not know: what is inserted. Read next: schema.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect, Insert, Table

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

_STARTED_AT = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%fZ', started_us / 1000000.0, 'unixepoch')",
    "postgresql": (
        "to_char(to_timestamp(started_us / 1000000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    ),
}

_OVERVIEW = """
CREATE VIEW exchange_overview AS
SELECT id, run_id, request_id, state, ingress, invocation_type, function, method, target,
       client_status, server_status, error_code, {started_at} AS started_at,
       duration_us / 1000.0 AS duration_ms, request_bytes, response_bytes
FROM exchange
UNION ALL
SELECT id, run_id, request_id, state, ingress, invocation_type, function, method, target,
       NULL, NULL, error_code, {started_at}, NULL, request_bytes, 0
FROM intent
"""

_TRANSFORMS = """
CREATE VIEW transform_overview AS
SELECT exchange.id AS exchange_id, rule_trail.seq AS seq, rule_trail.leg AS leg, rule_trail.part AS part,
       rule_trail.rule_id AS rule_id
FROM exchange JOIN rule_trail ON rule_trail.id = exchange.trail_id
"""

_MESSAGES = """
CREATE VIEW message_overview AS
SELECT message.exchange_id AS exchange_id, message.seq AS seq, message.sender AS sender, message.kind AS kind,
       {started_at} AS sent_at, message.size AS size, message.text AS text
FROM message JOIN (SELECT id, started_us FROM exchange UNION ALL SELECT id, started_us FROM intent) AS talk
  ON talk.id = message.exchange_id
"""


def insert_missing(dialect: str, table: Table) -> Insert:
    """INSERT that leaves rows alone which are already there."""
    statement: Insert = _INSERT[dialect](table).on_conflict_do_nothing()
    return statement


def insert_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """INSERT of rows that all have the same columns, in the driver's own terms.

    SQLAlchemy's own way over every value of every row costs 10 us an exchange more.
    """
    columns = tuple(rows[0])
    connection.exec_driver_sql(_insert_text(connection.dialect, table, columns), rows)


@lru_cache(maxsize=64)
def _insert_text(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    return str(table.insert().compile(dialect=dialect, column_keys=list(columns)))


def views(dialect: str) -> tuple[str, ...]:
    """The statements that create the public views."""
    return _OVERVIEW.format(started_at=_STARTED_AT[dialect]), _TRANSFORMS


def message_view(dialect: str) -> str:
    """The statement that creates the public view of WebSocket messages."""
    sent_at = _STARTED_AT[dialect].replace("started_us", "(talk.started_us + message.at_us)")
    return _MESSAGES.format(started_at=sent_at)
