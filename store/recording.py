"""Opening a recording: for the one that writes, and for the many that read.

A plain path is a SQLite file; a URL goes to SQLAlchemy. Nothing is changed before it is known to be ours and
of a version we write. Must not know: how exchanges are kept. Read next: writer.py, reader.py, sqlite.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError

from store import sqlite
from store.errors import Locked, Missing, NewerVersion, NotOurs, OlderVersion, RecordingError, Unwritable
from store.explained import explained
from store.journal import SUFFIX
from store.journal_recovery import fold_leftover
from store.lock import Lock
from store.losses import NO_MARK, find_loss, note_loss
from store.mark import close_mark, open_mark, read_mark, read_position
from store.recovery import close_killed_runs
from store.schema import APPLICATION_ID, OLDEST_READ, VERSION, run
from store.schema_version import upgrade, version_of
from store.server import lock_schema, server_engine

if TYPE_CHECKING:
    from sqlalchemy import Engine


PATIENCE_S = 0.5
"""How long a reader waits at most for rows that the recorder still has in its journal, in seconds."""

UNREAD = "its newest exchanges are still in {}: they become rows when it is opened where it can be written"
_LOOK_AGAIN_S = 0.002
GONE = "its file was moved or deleted while it was recorded"


@dataclass(slots=True)
class Recording:
    """An open recording. `path` is None on a database server; `place` is what to call it in messages.

    `notes`: what a user should hear about it, such as a missing end.
    """

    engine: Engine
    place: str
    path: Path | None
    durability: str = "full"
    lock: Lock | None = None
    notes: tuple[str, ...] = ()

    @property
    def dialect(self) -> str:
        """Which kind of database it is: `sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def beside(self, ending: str) -> Path | None:
        """A file beside the recording, None on a database server."""
        return self.path and self.path.with_name(self.path.name + ending)

    def close(self) -> None:
        """Let go of it. A written SQLite recording becomes one plain file again. Raises Missing when it has gone."""
        try:
            if self.lock and self.path:
                if not self.path.exists():
                    raise Missing(GONE, self.place)
                sqlite.fold_wal(self.engine)
                close_mark(self.path.with_name(self.path.name + "-mark"), self.path)
        finally:
            self.engine.dispose()
            if self.lock:
                self.lock.release()
                self.lock = None


def open_for_writing(url_or_path: str, *, durability: str = "full") -> Recording:
    """Open a recording to add to it; create it when it is not there, bring it up to date when it is older.

    `durability`: "full" survives power loss, "normal" a crash of the process. Raises a RecordingError; then
    the bytes at that place are as they were.
    """
    path = sqlite_path(url_or_path)
    if path is None:
        return _open_server(url_or_path, durability)
    with explained(str(path)):
        return _open_file(path, durability)


def open_for_reading(url_or_path: str) -> Recording:
    """Open a recording to look at it; a live recorder is not disturbed.

    Nothing is changed, but that what a killed recorder left in its journal becomes rows, where that is possible.
    """
    path = sqlite_path(url_or_path)
    place = str(path) if path else make_url(url_or_path).render_as_string(hide_password=True)
    with explained(place):
        left_over: tuple[str, ...] = ()
        if path:
            sqlite.check_ours(path)
            left_over = _fold_what_was_left(path)
        recording = Recording(sqlite.reading_engine(path) if path else server_engine(url_or_path), place, path)
        try:
            _refuse_other_versions(recording)
            recording.notes = left_over + _notes(recording, keep=False)
        except BaseException:
            recording.engine.dispose()
            raise
        return recording


def reading_twin(recording: Recording) -> Recording:
    """A second way into a recording that this process writes: on a file, readers must not take the writer's lock.

    Close it before the recording itself. On a server it is the recording.
    """
    if recording.path is None:
        return recording
    return Recording(sqlite.reading_engine(recording.path), recording.place, recording.path)


def _fold_what_was_left(path: Path) -> tuple[str, ...]:
    """What a killed recorder left becomes rows; what a user should hear when that cannot be."""
    newest = path.with_name(path.name + SUFFIX)
    if not newest.exists():
        return ()
    try:
        lock = Lock(path.with_name(path.name + "-lock"), path)
    except Locked:  # its recorder is alive
        catch_up(path)
        return ()
    except OSError:
        return (UNREAD.format(newest),)
    engine = sqlite.writing_engine(path, "full")
    try:
        _refuse_other_versions(recording := Recording(engine, str(path), path))
        return fold_leftover(recording)
    except RecordingError as error:
        return (str(error),)
    except (DBAPIError, OSError):
        return (UNREAD.format(newest),)
    finally:
        engine.dispose()
        lock.release()


def _refuse_other_versions(recording: Recording) -> None:
    with recording.engine.connect() as connection:
        version = version_of(connection)
    if version == 0:
        raise Missing("nothing is recorded there yet", recording.place)
    if version < OLDEST_READ:
        raise OlderVersion(
            f"it has schema {version:04d}, this program reads {OLDEST_READ:04d} and later",
            recording.place,
            "Record into it once: that brings it up to date.",
        )
    _refuse_newer(version, recording.place)


def catch_up(path: Path) -> None:
    """Wait until what was acknowledged by now is rows: a reader who comes after an answer finds its exchange."""
    mark = path.with_name(path.name + "-mark")
    wanted, until = read_position(mark), time.monotonic() + PATIENCE_S
    now = wanted
    while wanted and now and now.salt == wanted.salt and now.folded < wanted.groups and time.monotonic() < until:
        time.sleep(_LOOK_AGAIN_S)
        now = read_position(mark)


def sqlite_path(url_or_path: str) -> Path | None:
    """The file that an fc_store value names, None when it is a database server's URL."""
    if "://" not in url_or_path:
        return Path(url_or_path)
    try:
        url = make_url(url_or_path)
    except ArgumentError:
        raise NotOurs("this is neither a path nor a database URL", url_or_path) from None
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database:
        raise NotOurs("a recording needs a file", url_or_path)
    return Path(url.database)


def _open_file(path: Path, durability: str) -> Recording:
    if path.exists():
        sqlite.check_ours(path)
    if not path.parent.is_dir():
        raise Unwritable(f"the folder {path.parent} does not exist", str(path), "Create it, or set fc_store.")
    lock = Lock(path.with_name(path.name + "-lock"), path)
    try:
        if not path.exists():
            sqlite.create_private(path)
        engine = sqlite.writing_engine(path, durability)
        if path.stat().st_size == 0:
            sqlite.give_space_back(engine)
        _back_up_older(engine, path)
        _bring_up_to_date(engine, str(path))
        sqlite.use_wal(engine)
        recording = Recording(engine, str(path), path, durability, lock)
        found = fold_leftover(recording)
        recording.notes = found + _notes(recording, keep=True)
        open_mark(path.with_name(path.name + "-mark"))
        close_killed_runs(engine)
    except BaseException:
        lock.release()
        raise
    return recording


def _open_server(url: str, durability: str) -> Recording:
    place = make_url(url).render_as_string(hide_password=True)
    with explained(place):
        engine = server_engine(url, durability)
        try:
            _bring_up_to_date(engine, place)
            close_killed_runs(engine)
        except BaseException:
            engine.dispose()
            raise
        return Recording(engine, place, None, durability)


def _bring_up_to_date(engine: Engine, place: str) -> None:
    with engine.connect() as connection, connection.begin():
        lock_schema(connection)
        version = version_of(connection)
        _refuse_newer(version, place)
        if version < VERSION:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            upgrade(connection)


def _notes(recording: Recording, *, keep: bool) -> tuple[str, ...]:
    """What the high-water mark says beyond the recording; `keep` writes it down as a gap."""
    path = recording.beside("-mark")
    with recording.engine.connect() as connection, connection.begin():
        if path is None or connection.execute(select(func.count()).select_from(run)).scalar() == 0:
            return ()
        mark = read_mark(path)
        if mark is None:
            return (NO_MARK,)
        loss = find_loss(connection, mark)
        if loss and keep:
            note_loss(connection, mark, loss)
        return (str(loss),) if loss else ()


def _back_up_older(engine: Engine, path: Path) -> None:
    """Before a recording of an older schema is changed, it is copied beside itself, once."""
    with engine.connect() as connection:
        version = version_of(connection)
    target = path.with_name(f"{path.name}.schema-{version:04d}")
    if 0 < version < VERSION and not target.exists():
        sqlite.back_up(engine, target)


def _refuse_newer(version: int, place: str) -> None:
    if version > VERSION:
        raise NewerVersion(
            f"it has schema {version:04d}, this program knows up to {VERSION:04d}", place, "Use the newer fc-replay."
        )
