"""Changes of the queue as rows, inside the transaction of the exchanges that they go with.

Called from the committer with one line; a commit without asynchronous calls does not come here.
Must not know: the event loop. Read next: tasks.py, committer.py.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from gateway.task import ENDED, TaskState
from store.dialects import insert_missing
from store.overview import readable
from store.schema import destination, task, task_event
from store.tasks import LEASE_US, Accepted, NameTaken, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from store.tasks import Stop, TaskChange


PENDING = select(task.c.exchange_id).where(task.c.due_us.is_not(None))
"""The accepted calls that are still to be delivered."""


def write(connection: Connection, changes: Sequence[TaskChange], run_id: int) -> None:
    """Write all of them. Raises NameTaken before anything else when a new task's name is another's."""
    accepted = [each for each in changes if isinstance(each, Accepted)]
    if accepted:
        _accept(connection, accepted, run_id)
    for each in changes:
        if isinstance(each, Step):
            _step(connection, each, run_id)
        elif not isinstance(each, Accepted):
            _stop(connection, each)


def _accept(connection: Connection, accepted: Sequence[Accepted], run_id: int) -> None:
    names = Counter(_key(each) for each in accepted)
    if len(names) < len(accepted):
        last = {_key(each): each.exchange_id for each in reversed(accepted)}  # of equal names the first may have it
        raise NameTaken(frozenset(each.exchange_id for each in accepted) - frozenset(last.values()))
    rows = [_row(each, run_id) for each in accepted]
    ids = [each.exchange_id for each in accepted]
    connection.execute(insert_missing(connection.dialect.name, task), rows)
    there = set(connection.execute(select(task.c.exchange_id).where(task.c.exchange_id.in_(ids))).scalars())
    if len(there) != len(ids):
        raise NameTaken(frozenset(set(ids) - there))
    events = [_event(each.exchange_id, each.progress.accepted_us, TaskState.ENQUEUED) for each in accepted]
    connection.execute(insert(task_event), events)


def _key(each: Accepted) -> tuple[str, str, str]:
    return readable(each.function), readable(each.service), each.name


def _row(each: Accepted, run_id: int) -> dict[str, Any]:
    progress = each.progress
    function, service, name = _key(each)
    return {
        "exchange_id": each.exchange_id,
        "name": name,
        "function": function,
        "service": service,
        "qualifier": readable(each.qualifier),
        **columns(progress),
        "accepted_us": progress.accepted_us,
        "error": "",
        "run_id": run_id if each.held else None,
        "lease_us": progress.accepted_us + LEASE_US if each.held else None,
    }


def columns(progress: Any) -> dict[str, Any]:  # noqa: ANN401 - a Progress; its fields are columns
    """What a task's row says of its progress."""
    return {
        "state": progress.state.value,
        "due_us": progress.due_us,
        "attempts": progress.attempts,
        "function_errors": progress.function_errors,
        "system_errors": progress.system_errors,
        "system_since_us": progress.system_since_us,
    }


def _step(connection: Connection, each: Step, run_id: int) -> None:
    # On a server another proxy may have taken it over, after a lease ran out: then this one has no more say.
    mine = task.c.exchange_id == each.exchange_id
    if connection.dialect.name == "postgresql":
        mine &= task.c.run_id == run_id
    found = connection.execute(select(task.c.state, task.c.started_us).where(mine).with_for_update()).one_or_none()
    if found is None or found.state in ENDED:
        return
    values = columns(each.progress) | {"error": each.error}
    if found.state == TaskState.STOPPING and each.progress.state not in ENDED:
        stays = each.progress.state is TaskState.RUNNING
        values["state"] = TaskState.STOPPING.value if stays else TaskState.STOPPED.value
        values["due_us"] = each.progress.due_us if stays else None
    _settle(connection, each, values, found.started_us, run_id)


def _settle(connection: Connection, each: Step, values: dict[str, Any], started_us: int | None, run_id: int) -> None:
    state = values["state"]
    if each.attempt_id:
        values["attempt_id"] = each.attempt_id
    if state == TaskState.RUNNING:
        values |= {"started_us": started_us or each.at_us, "run_id": run_id, "lease_us": each.at_us + LEASE_US}
    elif state != TaskState.STOPPING:
        values |= {"run_id": None, "lease_us": None}
    if state in ENDED:
        values["ended_us"] = each.at_us
    connection.execute(update(task).where(task.c.exchange_id == each.exchange_id).values(**values))
    connection.execute(insert(task_event), [_event(each.exchange_id, each.at_us, state, each.error)])
    if state in ENDED and each.target:
        row = {
            "exchange_id": each.exchange_id,
            "attempt_id": each.attempt_id or None,
            "condition": each.condition,
            "target": each.target,
            "made_us": each.at_us,
        }
        connection.execute(insert_missing(connection.dialect.name, destination), [row])


def _stop(connection: Connection, each: Stop) -> None:
    mine = task.c.exchange_id == each.exchange_id
    state = connection.execute(select(task.c.state).where(mine).with_for_update()).scalar()
    if state is None or state in ENDED or state == TaskState.STOPPING:
        return
    under_way = state == TaskState.RUNNING
    values: dict[str, Any] = {"state": (TaskState.STOPPING if under_way else TaskState.STOPPED).value}
    if not under_way:
        values |= {"due_us": None, "ended_us": each.at_us, "run_id": None, "lease_us": None}
    connection.execute(update(task).where(mine).values(**values))
    connection.execute(insert(task_event), [_event(each.exchange_id, each.at_us, values["state"])])


def _event(exchange_id: int, at_us: int, state: str, detail: str = "") -> dict[str, Any]:
    return {"exchange_id": exchange_id, "at_us": at_us, "state": str(state), "detail": detail}


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Forget the tasks of exchanges that retention removes."""
    for table in (destination, task_event, task):
        connection.execute(delete(table).where(table.c.exchange_id.in_(ids)))
