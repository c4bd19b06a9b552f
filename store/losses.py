"""What a recording may have lost at its end: its chain held against the high-water mark.

Must not know: how a chain is checked inside (verify.py). Read next: mark.py, recording.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from store.journal import SUFFIX
from store.mark import boot_id, read_position
from store.schema import batch, exchange, gap, intent, run

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from store.mark import Mark


@dataclass(frozen=True, slots=True)
class Loss:
    """Up to this many exchanges after a moment (microseconds since the epoch) may be missing, and why."""

    exchanges: int
    since_us: int
    reason: str

    def __str__(self) -> str:
        since = datetime.fromtimestamp(self.since_us / 1e6, UTC).isoformat(timespec="milliseconds")
        return f"up to {self.exchanges} exchanges after {since} may be missing: {self.reason}"


CUT = "the journal ends before the place that its high-water mark names"
NO_MARK = "there is no high-water mark beside it, as after a copy: a missing end could not be noticed"


def find_loss(connection: Connection, mark: Mark) -> Loss | None:
    """What the mark says beyond what is there; None when nothing is missing."""
    last = select(batch).where(batch.c.run_id == mark.run_id).order_by(batch.c.seq.desc()).limit(1)
    found = connection.execute(last).one_or_none()
    known = connection.execute(select(run).where(run.c.id == mark.run_id)).one_or_none()
    since = found.committed_us if found else (known.started_us if known else mark.committed_us)
    largest = largest_id(connection)
    if known is None or mark.seq > (found.seq if found else 0):
        return Loss(max(mark.max_id - largest, 1), since, "the recording ends before its high-water mark")
    if found and found.seq == mark.seq and found.digest.hex() != mark.digest:
        return Loss(0, since, "its end is not the one that its high-water mark names")
    unsynced = known.durability == "normal" and known.ending == "running"
    if unsynced and mark.ahead > largest and mark.boot != boot_id():
        return Loss(mark.ahead - largest, since, "the machine stopped while fc_durability was normal")
    return None


def note_loss(connection: Connection, mark: Mark, loss: Loss) -> None:
    """Keep the loss as a gap, in the run it happened to."""
    runs = select(func.max(run.c.id)).where(run.c.id <= mark.run_id)
    run_id = connection.execute(runs).scalar()
    if run_id is None:
        return
    values = {"started_us": loss.since_us, "ended_us": time.time_ns() // 1000, "exchanges": loss.exchanges}
    connection.execute(insert(gap), {"run_id": run_id, "reason": loss.reason, **values})


def find_journal_loss(connection: Connection, mark: Mark, path: Path) -> Loss | None:
    """What was in a journal that is not there any more. `path`: of the mark; None when nothing is missing."""
    position = read_position(path)
    journal = path.with_name(path.name.removesuffix("-mark") + SUFFIX)
    if position is None or journal.exists():
        return None
    return Loss(max(1, position.max_id - largest_id(connection)), mark.committed_us, CUT)


def largest_id(connection: Connection) -> int:
    """The largest id of an exchange that is there, 0 when there is none."""
    return max(connection.execute(select(func.max(column))).scalar() or 0 for column in (exchange.c.id, intent.c.id))
