"""The queue of accepted calls as a proxy reads it: what is due, what a call was, what a task has come to.

Every method waits for the database: call them in a thread. A SQLite file has one recorder, and all of its queue is
that one's; on a PostgreSQL server several share it, each taking rows that no other holds (SKIP LOCKED) for as long
as its lease lasts. Must not know: deliveries. Read next: task_rows.py, task_lists.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update

from gateway.messages import BodyRef
from gateway.task import Progress, TaskState
from store.errors import Missing
from store.explained import explained
from store.reader import Reader
from store.recovery import close_killed_runs
from store.schema import exchange, run, task
from store.tasks import LEASE_US
from store.unsealing import Unsealer

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement

    from gateway.facts import Facts
    from gateway.messages import Request
    from store.recording import Recording


@dataclass(frozen=True, slots=True)
class Due:
    """A task whose time has come. `broken`: the latest delivery never ended, because its proxy did."""

    exchange_id: int
    function: str
    progress: Progress
    broken: bool = False


class TaskQueue:
    """The queue of one recording, for the run that records into it."""

    def __init__(self, recording: Recording, run_id: int, seal: str = "on") -> None:
        """`recording`: its reading twin, where there is one (recording.py), so that no read holds up a commit.

        `seal`: what this run does with secrets; discarded ones cannot be read again (`discards`).
        """
        self._recording = recording
        self.discards = seal == "discard"
        self._run_id = run_id
        self.is_shared = recording.dialect == "postgresql"

    def claim(self, now_us: int, most: int, busy: Collection[int], full: Collection[str] = ()) -> list[Due]:
        """At most this many tasks that are due, the longest waiting first; `busy` ones are in our hands already.

        `full`: functions that take no more calls now. Raises a RecordingError.
        """
        wanted = select(task).where(task.c.due_us <= now_us, *_others(busy, full))
        wanted = wanted.order_by(task.c.due_us, task.c.exchange_id).limit(most)
        if self.is_shared:
            free = or_(task.c.run_id.is_(None), task.c.run_id == self._run_id, task.c.lease_us < now_us)
            wanted = wanted.where(free).with_for_update(skip_locked=True)
        with explained(self._recording.place), self._recording.engine.begin() as connection:
            rows = connection.execute(wanted).all()
            if self.is_shared and rows:
                ours = task.c.exchange_id.in_([row.exchange_id for row in rows])
                held = {"run_id": self._run_id, "lease_us": now_us + LEASE_US}
                connection.execute(update(task).where(ours).values(**held))
        found = [_due(row) for row in rows]
        if self.is_shared and any(each.broken for each in found):
            close_killed_runs(self._recording.engine)
        return found

    def next_due_us(self, busy: Collection[int], full: Collection[str] = ()) -> int | None:
        """When the next task is due; None when there is none. Raises a RecordingError."""
        earliest = select(func.min(task.c.due_us)).where(*_others(busy, full))
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            found = connection.execute(earliest).scalar()
        return None if found is None else int(found)

    def renew(self, now_us: int, busy: Collection[int]) -> set[int]:
        """Hold on to what is under way; returns which of it somebody wants stopped. Raises a RecordingError."""
        ours = task.c.exchange_id.in_(busy), task.c.run_id == self._run_id
        with explained(self._recording.place), self._recording.engine.begin() as connection:
            connection.execute(update(task).where(*ours).values(lease_us=now_us + LEASE_US))
            stopping = select(task.c.exchange_id).where(*ours, task.c.state == TaskState.STOPPING.value)
            return set(connection.execute(stopping).scalars())

    def waiting(self) -> int:
        """How many tasks have not ended. Raises a RecordingError."""
        pending = select(func.count()).select_from(task).where(task.c.due_us.is_not(None))
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            return int(connection.execute(pending).scalar() or 0)

    def accepted(self, exchange_id: int) -> tuple[Request, Facts]:
        """What a client sent when its call was accepted, as it was on the wire, and the call's facts.

        Raises a RecordingError: Missing when the key of the recording is not here, or its secrets were discarded.
        """
        place = self._recording.place
        reader = Reader(self._recording)
        found = reader.exchange(exchange_id)
        if found is None or found.client.request is None:
            raise Missing("the accepted call is not there any more", place)
        keeper: Reader | Unsealer = reader
        if sealed := self._sealed_in(exchange_id):
            if sealed == "discard":
                raise Missing("its secrets were discarded (fc_seal=discard)", place)
            keeper = Unsealer(self._recording)
            found = keeper.unseal(found)
        request = found.client.request
        if request is None:
            raise Missing("the accepted call is not there any more", place)
        if isinstance(request.body, BodyRef):
            request = replace(request, body=b"".join(keeper.body_pieces(request.body)))
        return request, found.facts

    def _sealed_in(self, exchange_id: int) -> str:
        """How the secrets of an exchange are kept, "" when it has none that are sealed."""
        wanted = select(run.c.seal).join(exchange, exchange.c.run_id == run.c.id)
        wanted = wanted.where(exchange.c.id == exchange_id, exchange.c.sealed_values > 0)
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            return str(connection.execute(wanted).scalar() or "")


def _others(busy: Collection[int], full: Collection[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return task.c.exchange_id.not_in(busy), task.c.function.not_in(full)


def _due(row: Any) -> Due:  # noqa: ANN401 - a SQLAlchemy row
    state = TaskState(row.state)
    progress = Progress(
        state=state,
        accepted_us=row.accepted_us,
        due_us=row.due_us,
        attempts=row.attempts,
        function_errors=row.function_errors,
        system_errors=row.system_errors,
        system_since_us=row.system_since_us,
    )
    broken = state in (TaskState.RUNNING, TaskState.STOPPING)
    return Due(row.exchange_id, row.function, progress, broken)
