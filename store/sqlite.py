"""A recording in a SQLite file: what is checked before it is touched, and how connections are set up.

While it is recorded into, the file is in WAL mode; an orderly close makes it one plain file again, which
opens on read-only media and may be copied. Must not know: the tables. Read next: recording.py, lock.py.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import create_engine, event
from sqlalchemy.pool import NullPool

from store.errors import Damaged, Missing, NotOurs, Unwritable
from store.schema import APPLICATION_ID

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_APPLICATION_ID_AT = slice(68, 72)  # SQLite file format, section 1.3

WAL_PAGES = 1000
"""Pages of the WAL after which the writer checkpoints (4 MiB at 4 KiB a page)."""

BUSY_MS = 5000
"""How long a commit waits for a lock that another program holds on the file."""

_DURABILITY = {"full": "FULL", "normal": "NORMAL"}


def check_ours(path: Path) -> None:
    """Refuse a file that is not a recording, without opening it as a database.

    Raises Missing, NotOurs, Damaged. An empty file is a recording that has not begun.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except FileNotFoundError:
        raise Missing("there is no such recording", str(path)) from None
    except OSError as error:
        raise Unwritable(f"it cannot be read ({error.strerror})", str(path)) from None
    if not header:
        return
    if not header.startswith(_MAGIC):
        raise NotOurs("it is not a recording, and it is left as it is", str(path), "Name another file.")
    if len(header) < _HEADER_BYTES:
        raise Damaged("it is cut short", str(path))
    if int.from_bytes(header[_APPLICATION_ID_AT], "big") != APPLICATION_ID:
        raise NotOurs(
            "it is another program's SQLite database, and it is left as it is", str(path), "Name another file."
        )


def create_private(path: Path) -> None:
    """Make an empty file that only its owner reads, whatever the umask; SQLite's side files copy its mode."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def writing_engine(path: Path, durability: str) -> Engine:
    """An engine for the one writer: immediate transactions, group commits that last."""
    settings = (
        f"PRAGMA synchronous = {_DURABILITY[durability]}",
        f"PRAGMA wal_autocheckpoint = {WAL_PAGES}",
        f"PRAGMA journal_size_limit = {WAL_PAGES * 4096}",
    )
    return _engine(lambda: _connect(path, "mode=rw", settings), "BEGIN IMMEDIATE")


def reading_engine(path: Path) -> Engine:
    """An engine that cannot change the file, for a recording that may be anybody's."""
    # On read-only media SQLite can make no side files; without a log beside it the file is all there is.
    at_rest = not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()
    how = "mode=ro&immutable=1" if at_rest else "mode=ro"
    settings = ("PRAGMA query_only = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON")

    def connect() -> sqlite3.Connection:
        connection = _connect(path, how, settings)
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        return connection

    return _engine(connect, "BEGIN")


def give_space_back(engine: Engine) -> None:
    """Let a new file shrink when retention frees pages; only a file without tables can still be told."""
    _pragma(engine, "PRAGMA auto_vacuum = INCREMENTAL")


def back_up(engine: Engine, target: Path) -> None:
    """A whole and private copy of the database as it is now. Raises FileExistsError."""
    create_private(target)
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(target),))
    finally:
        raw.close()


def flush_commits(connection: Connection, *, on: bool) -> None:
    """Whether a commit of this connection waits for the disk, from the next transaction on."""
    raw = connection.connection.driver_connection
    if raw is not None:
        raw.execute(f"PRAGMA synchronous = {'FULL' if on else 'NORMAL'}")


def flush_wal(path: Path) -> None:
    """Put all commits so far on disk. Raises OSError."""
    descriptor = os.open(path.with_name(path.name + "-wal"), os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def use_wal(engine: Engine) -> None:
    """Switch the file to a write-ahead log, which is where group commits are cheap."""
    _pragma(engine, "PRAGMA journal_mode = WAL")


def fold_wal(engine: Engine) -> None:
    """Make the recording one plain file again; while a reader has it open, only empty its log."""
    try:
        _pragma(engine, "PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError:
        _pragma(engine, "PRAGMA wal_checkpoint(TRUNCATE)")


def _connect(path: Path, how: str, settings: tuple[str, ...]) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?{how}"
    connection = sqlite3.connect(
        address, uri=True, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
    )
    try:
        for statement in settings:
            connection.execute(statement)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _engine(connect: object, begin: str) -> Engine:
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, paramstyle="named")
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _pragma(engine: Engine, statement: str) -> None:
    # Outside a transaction: SQLite refuses to change its journal inside one.
    raw = engine.raw_connection()
    try:
        raw.cursor().execute(statement)
    finally:
        raw.close()
