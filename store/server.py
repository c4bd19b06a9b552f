"""A recording on a PostgreSQL server, where several proxies record at once.

Each run holds an advisory lock for its life, so that others can tell a killed run from one at work; exchange
ids come in blocks. Must not know: the tables' columns. Read next: recording.py, ids.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event, make_url, text

from store.errors import Unwritable

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_CONNECT_S = 5
_SPACE = 0x4643  # first half of our advisory locks' keys, "FC"
_SCHEMA = 0x46435251

_COMMIT = {"full": "on", "normal": "off"}


def server_engine(url: str, durability: str = "full") -> Engine:
    """An engine for a server. `normal` durability does not wait for the server's disk.

    Raises Unwritable when the driver that the URL names, or that SQLAlchemy takes for it, is not installed.
    """
    try:
        engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": _CONNECT_S})
    except ModuleNotFoundError as error:
        place = make_url(url).render_as_string(hide_password=True)
        raise Unwritable(
            f"the database driver {error.name} is not installed", place, "Install it into fc-replay's .venv."
        ) from None

    def settle(connection: object, _: object) -> None:
        with connection.cursor() as cursor:  # type: ignore[attr-defined] # a DBAPI connection
            cursor.execute(f"SET synchronous_commit = {_COMMIT[durability]}")
        connection.commit()  # type: ignore[attr-defined] # a DBAPI connection

    event.listen(engine, "connect", settle)
    return engine


def lock_schema(connection: Connection) -> None:
    """One proxy at a time creates or upgrades the schema; the lock ends with the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA})


class Presence:
    """Says that a run is at work for as long as its connection lives. On a SQLite file the lock file says it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def hold(self, run_id: int) -> bool:
        """Take the run's lock; False when a recorder at work holds it."""
        if self._engine.dialect.name != "postgresql":
            return True
        connection = self._connection or self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection = connection
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:space, :run)"), {"space": _SPACE, "run": run_id})
        return bool(taken.scalar())

    def release(self) -> None:
        """Let go of every lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.execute(text("SELECT pg_advisory_unlock_all()"))
            connection.close()
