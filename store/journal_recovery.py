"""What a killed recorder left in its journal becomes rows.

Must not know: how runs are closed (recovery.py). Read next: journal.py, journal_entries.py, recording.py.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select

from store import journal
from store.committer import Committer
from store.journal_entries import Found, found
from store.keys import find_key
from store.losses import CUT, Loss, find_loss, largest_id, note_loss
from store.mark import forget_position, read_mark, read_position
from store.prepare import Preparer
from store.rows import RowReader
from store.run_info import End, Work
from store.schema import run

if TYPE_CHECKING:
    from pathlib import Path

    from store.journal import Leftover
    from store.keys import Key
    from store.recording import Recording

UNREADABLE = "entries of the journal cannot be read"

_CHUNK = 256


def fold_leftover(recording: Recording) -> tuple[str, ...]:
    """Make rows of what a journal still holds, note what is missing of it, and remove it; what a user should hear.

    The caller holds the recording's lock. Raises Missing when the key that the journal needs is not here.
    """
    path, beside = recording.beside(journal.SUFFIX), recording.beside("-mark")
    if path is None or beside is None or (not path.exists() and read_position(beside) is None):
        return ()
    left = journal.read(path, _key(recording))
    told = _read(recording, left) if left else Found((), (), 0)
    seal = _seal_of(recording, left.run_id) if left else None
    if left and seal:
        _write(recording, left.run_id, seal, told)
    elif left:  # the run itself is not there any more: these belong to nothing
        told = Found((), (), len(told.ended) + len(told.begun) + told.lost)
    loss = _note_missing(recording, beside, left, told)
    path.unlink(missing_ok=True)
    forget_position(beside)
    return (str(loss),) if loss else ()


def _key(recording: Recording) -> Key | None:
    """The key of the recording, None when the run that was killed last sealed nothing."""
    with recording.engine.connect() as connection:
        seal = connection.execute(select(run.c.seal).order_by(run.c.id.desc()).limit(1)).scalar()
    return None if seal in {None, "off"} else find_key(recording)


def _read(recording: Recording, left: Leftover) -> Found:
    with recording.engine.connect() as connection:
        return found(left.groups, lambda body: hashlib.sha256(body).digest(), RowReader(connection).load)


def _seal_of(recording: Recording, run_id: int) -> str | None:
    with recording.engine.connect() as connection:
        return connection.execute(select(run.c.seal).where(run.c.id == run_id)).scalar()


def _write(recording: Recording, run_id: int, seal: str, told: Found) -> None:
    preparer = Preparer() if seal == "off" else Preparer(find_key(recording), keep=seal == "on")
    committer = Committer(recording.engine, preparer)
    try:
        for at in range(0, len(told.ended), _CHUNK):
            ends = told.ended[at : at + _CHUNK]
            committer.commit_missing(run_id, Work(ends=list(map(End, ends)), max_id=max(each.id for each in ends)))
        for at in range(0, len(told.begun), _CHUNK):
            begun = told.begun[at : at + _CHUNK]
            committer.commit_missing(run_id, Work(intents=list(begun), max_id=max(each.id for each in begun)))
    finally:
        committer.disconnect()


def _note_missing(recording: Recording, beside: Path, left: Leftover | None, told: Found) -> Loss | None:
    """A gap row when groups that were on disk are not there any more, or entries do not decode."""
    position, mark = read_position(beside), read_mark(beside)
    with recording.engine.connect() as connection, connection.begin():
        if mark is None or find_loss(connection, mark):
            return None  # the database's own end is gone, and its note counts these too
        cut = position is not None and _is_cut(left, position.salt, position.groups)
        if not cut and not told.lost:
            return None
        missing = told.lost + (max(1, position.max_id - largest_id(connection)) if position and cut else 0)
        loss = Loss(missing, mark.committed_us, CUT if cut else UNREADABLE)
        note_loss(connection, mark, loss)
        return loss


def _is_cut(left: Leftover | None, salt: bytes, groups: int) -> bool:
    """Another pass through the file than the mark names was begun later: then nothing can be said, and nothing is."""
    return left is None or (left.salt == salt and len(left.groups) < groups)
