"""Questions to the asynchronous-task API, read from a request: which tasks, or which one, or stop it.

Contract ASYNC-11, ASYNC-13, CTL-4. Must not know: the queue that answers. Read next: task_answer.py, target.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from gateway.facts import ApiFamily, Ingress
from gateway.messages import get
from gateway.target import APP, Kind, Place, place, split_absolute
from gateway.task import TaskState

if TYPE_CHECKING:
    from gateway.facts import Facts
    from gateway.messages import Request

TASK_FIELDS = (b"x-fc-async-task-id", b"x-fc-stateful-async-invocation-id")
"""How FC3 and FC2 call the name of a task (contract CTL-4)."""

ENABLE = b"x-fc-stateful-async-invocation-enable"
"""FC2: this call is a task although its function's calls are not (contract CTL-5)."""

NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_-]{0,127}")

QUESTIONS = frozenset({Kind.TASKS, Kind.TASK, Kind.STOP_TASK})
MOST = 100
USUAL = 20
STATUSES = (*(state.value for state in TaskState), "Dequeued")
ORDERS = ("asc", "desc")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the queue. Times: milliseconds since the epoch. `task` is "" for a list.

    `after`: the token that the page before ended with.
    """

    function: str
    service: str
    task: str = ""
    stop: bool = False
    qualifier: str = ""
    prefix: str = ""
    status: str = ""
    limit: int = USUAL
    oldest_first: bool = False
    begin_ms: int = 0
    end_ms: int = 0
    after: str = ""


def name_of(request: Request) -> bytes | None:
    """The name that a caller gives to its task, None when it gives none."""
    return next((value for name in TASK_FIELDS if (value := get(request.headers, name)) is not None), None)


def place_of(request: Request) -> Place:
    """What a request's path is to FC, in whichever form it came."""
    target = request.target
    if not target.startswith(b"/") and (absolute := split_absolute(target)):
        target = absolute[1]
    return place(target, request.method)


def is_question(request: Request, facts: Facts) -> bool:
    """Whether a call asks about tasks. Calls that are no questions learn it by their method."""
    asks = facts.ingress is Ingress.API and request.method in (b"GET", b"PUT") and not facts.refusal
    return asks and place_of(request).kind in QUESTIONS


def question_of(request: Request) -> Question | str:
    """The question that a request asks, or what is wrong with it, as a sentence."""
    where = place_of(request)
    if where.kind not in QUESTIONS:
        where = APP
    asked = dict(parse_qsl(request.target.partition(b"?")[2].decode("latin-1")))
    wrong = _wrong(asked)
    if wrong:
        return wrong
    return Question(
        function=where.function,
        service=where.service,
        task=where.task,
        stop=where.kind is Kind.STOP_TASK,
        qualifier=where.qualifier,
        prefix=asked.get("prefix") or asked.get("invocationIdPrefix", ""),
        status=asked.get("status", ""),
        limit=int(asked.get("limit", USUAL)),
        oldest_first=asked.get("sortOrderByTime") == "asc",
        begin_ms=int(asked.get("startedTimeBegin", 0)),
        end_ms=int(asked.get("startedTimeEnd", 0)),
        after=asked.get("nextToken", ""),
    )


def _wrong(asked: dict[str, str]) -> str:
    for name in ("limit", "startedTimeBegin", "startedTimeEnd"):
        if name in asked and not (asked[name].isascii() and asked[name].isdecimal() and len(asked[name]) < 17):
            return f"the value '{asked[name]}' of {name} is no whole number"
    if not 1 <= int(asked.get("limit", USUAL)) <= MOST:
        return f"the value '{asked['limit']}' of limit is not possible: 1 to {MOST}"
    for name, legal in (("status", STATUSES), ("sortOrderByTime", ORDERS)):
        if asked.get(name, "") not in ("", *legal):
            return f"the value '{asked[name]}' of {name} is not known: use {', '.join(legal)}"
    return ""


def task_field(family: ApiFamily) -> bytes:
    """The header that carries a task's name in answers of an API family."""
    return b"X-Fc-Async-Task-Id" if family is ApiFamily.FC3 else b"X-Fc-Stateful-Async-Invocation-Id"
