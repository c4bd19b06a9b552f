"""Tasks as lists and single ones tell them: for the task API, the audit page and the command line.

Must not know: deliveries, HTTP. Read next: schema.py (the columns), gateway/task_answer.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, select

from gateway.task_answer import TaskEvent, TaskTold
from store.explained import explained
from store.overview import readable
from store.schema import destination, exchange, task, task_event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Select

    from gateway.task_query import Question
    from store.recording import Recording


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What has become of an accepted call. Times: microseconds since the epoch, None when not reached.

    `attempt_id`: its latest delivery. `target`, `condition`: where its result would have been sent and why, "" for
    nowhere; `made_us`: when.
    """

    exchange_id: int
    name: str
    state: str
    attempts: int
    due_us: int | None
    ended_us: int | None
    error: str
    target: str = ""
    condition: str = ""
    attempt_id: int | None = None
    made_us: int = 0


class TaskLists:
    """Reads the queue of one recording. Each method waits for the database, and raises a RecordingError."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def rows(self, ids: Iterable[int] | None = None) -> dict[int, TaskRow]:
        """Tasks by the exchange of their call, all of them or those named. A recording without a queue has none."""
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            if not inspect(connection).has_table("task"):
                return {}
            wanted = select(task, destination.c.target, destination.c.condition, destination.c.made_us)
            wanted = wanted.join(destination, destination.c.exchange_id == task.c.exchange_id, isouter=True)
            if ids is not None:
                wanted = wanted.where(task.c.exchange_id.in_(list(ids)))
            return {row.exchange_id: _row(row) for row in connection.execute(wanted)}

    def find(self, asked: Question) -> tuple[int, TaskTold] | None:
        """The task that a question names, with the exchange of its call."""
        wanted = _of_function(asked).where(task.c.name == asked.task)
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            row = connection.execute(wanted).one_or_none()
            return None if row is None else (row.exchange_id, _told(connection, row))

    def page(self, asked: Question) -> tuple[list[TaskTold], str]:
        """The tasks that a question describes, and the token for more of them, "" when there are no more."""
        order = task.c.exchange_id.asc() if asked.oldest_first else task.c.exchange_id.desc()
        wanted = _described(_of_function(asked), asked).order_by(order).limit(asked.limit + 1)
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            rows = connection.execute(wanted).all()
            shown = rows[: asked.limit]
            token = str(shown[-1].exchange_id) if len(rows) > len(shown) else ""
            return [_told(connection, row) for row in shown], token


def _of_function(asked: Question) -> Select[Any]:
    wanted = select(task, exchange.c.request_id).join(exchange, exchange.c.id == task.c.exchange_id)
    return wanted.where(task.c.function == readable(asked.function), task.c.service == readable(asked.service))


def _described(wanted: Select[Any], asked: Question) -> Select[Any]:
    if asked.qualifier:
        wanted = wanted.where(task.c.qualifier == asked.qualifier)
    if asked.prefix:
        wanted = wanted.where(task.c.name.startswith(readable(asked.prefix), autoescape=True))
    if asked.status:
        wanted = wanted.where(task.c.state == asked.status)
    if asked.begin_ms:
        wanted = wanted.where(task.c.started_us >= asked.begin_ms * 1000)
    if asked.end_ms:
        wanted = wanted.where(task.c.started_us <= asked.end_ms * 1000)
    if asked.after.isdecimal():
        last = int(asked.after)
        wanted = wanted.where(task.c.exchange_id > last if asked.oldest_first else task.c.exchange_id < last)
    return wanted


def _told(connection: Connection, row: Any) -> TaskTold:  # noqa: ANN401 - a SQLAlchemy row
    events = select(task_event).where(task_event.c.exchange_id == row.exchange_id).order_by(task_event.c.id)
    found = connection.execute(events).all()
    return TaskTold(
        name=row.name,
        request_id=row.request_id,
        qualifier=row.qualifier,
        state=row.state,
        attempts=row.attempts,
        accepted_us=row.accepted_us,
        started_us=row.started_us,
        ended_us=row.ended_us,
        error=row.error,
        events=tuple(TaskEvent(at, each.at_us, each.state, each.detail) for at, each in enumerate(found, 1)),
    )


def _row(row: Any) -> TaskRow:  # noqa: ANN401 - a SQLAlchemy row
    return TaskRow(
        exchange_id=row.exchange_id,
        name=row.name,
        state=row.state,
        attempts=row.attempts,
        due_us=row.due_us,
        ended_us=row.ended_us,
        error=row.error,
        target=row.target or "",
        condition=row.condition or "",
        attempt_id=row.attempt_id,
        made_us=row.made_us or 0,
    )
