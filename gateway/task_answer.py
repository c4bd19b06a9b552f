"""Answers of the asynchronous-task API: what the queue says, and how FC3 and FC2 spell it.

Between queue and rules an answer travels as JSON in `Facts.found`, so that it is recorded and a replay can give
it again. Payloads are left out: they are in the exchanges, sealed there (docs/async.md).
Must not know: the queue. Read next: rules/tasks.py, task_query.py.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from gateway.facts import ApiFamily

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.rule import Call

NOT_FOUND = "not-found"
ALREADY_ENDED = "already-ended"
STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """A state that a task came into. `at_us`: microseconds since the epoch."""

    id: int
    at_us: int
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TaskTold:
    """One task as the queue tells it. Times: microseconds since the epoch, None when not reached."""

    name: str
    request_id: str
    qualifier: str
    state: str
    attempts: int
    accepted_us: int
    started_us: int | None
    ended_us: int | None
    error: str
    events: tuple[TaskEvent, ...] = ()


def found_tasks(tasks: Sequence[TaskTold], next_token: str) -> bytes:
    """The answer to a question for a list."""
    return _packed({"tasks": [asdict(task) for task in tasks], "next": next_token})


def found_task(task: TaskTold) -> bytes:
    """The answer to a question for one task."""
    return _packed({"task": asdict(task)})


def found_word(word: str) -> bytes:
    """An answer without a task: NOT_FOUND, ALREADY_ENDED or STOPPED."""
    return _packed({"word": word})


def _packed(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def unpacked(found: bytes) -> dict[str, Any]:
    """What `Facts.found` says."""
    told = json.loads(found)
    return dict(told)


def list_body(told: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """The members of a list answer."""
    key = "tasks" if call.facts.api_family is ApiFamily.FC3 else "invocations"
    token = {"nextToken": told["next"]} if told["next"] else {}
    return {key: [task_body(task, call) for task in told["tasks"]], **token}


def task_body(task: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """The members of a task (contract ASYNC-12); what nothing here knows is left out."""
    is_fc3 = call.facts.api_family is ApiFamily.FC3
    facts, config = call.facts, call.config
    names = {
        True: {
            "taskId": task["name"],
            "functionArn": f"acs:fc:{config.region}:{config.account_id}:functions/{facts.function}",
            "taskErrorMessage": task["error"],
        },
        False: {
            "invocationId": task["name"],
            "functionName": facts.function,
            "serviceName": facts.service,
            "invocationErrorMessage": task["error"],
        },
    }[is_fc3]
    return {
        **names,
        "requestId": task["request_id"],
        "qualifier": task["qualifier"],
        "status": task["state"],
        "alreadyRetriedTimes": max(0, task["attempts"] - 1),
        **_times(task),
        "events": [_event(each) for each in task["events"]],
    }


def _event(each: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "eventId": each["id"],
        "eventDetail": each["detail"],
        "status": each["state"],
        "timestamp": _ms(each["at_us"]),
    }


def _times(task: Mapping[str, Any]) -> dict[str, int]:
    started, ended = task["started_us"], task["ended_us"]
    told = {"startedTime": _ms(task["accepted_us"] if started is None else started)}
    if ended is not None:
        told["endTime"] = _ms(ended)
    if started is not None and ended is not None:
        told["durationMs"] = _ms(ended - started)
    return told


def _ms(us: int) -> int:
    return us // 1000
