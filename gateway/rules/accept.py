"""How an asynchronous call is accepted. Contract section 12. Read next: ../core.py (Accept)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config import Evidence
from gateway.errors import REASONS, refuse
from gateway.facts import ApiFamily, Ingress
from gateway.lookup import function_named
from gateway.messages import Response, get
from gateway.ops import answer
from gateway.rule import Answer, Example, Rule, Source, Text
from gateway.rules import samples, sources, whens
from gateway.survey import Refusal
from gateway.task_query import ENABLE, TASK_FIELDS, name_of, task_field

if TYPE_CHECKING:
    from gateway.messages import Headers
    from gateway.rule import Call


def accepted(call: Call) -> Answer:
    """202 without a body: the call will be made, its result goes nowhere. A task is told its name (ASYNC-1)."""
    named = tuple(line for line in call.request.headers if line[0].lower() in TASK_FIELDS) or _unnamed(call)
    return Answer(Response(202, REASONS[202], ((b"Content-Length", b"0"), *named)))


def _unnamed(call: Call) -> Headers:
    """In task mode a call without a name of its own has its request id for one."""
    tasks = function_named(call.config, call.facts.function).asynchronous.task
    if not tasks and get(call.request.headers, ENABLE) != b"true":
        return ()
    return ((task_field(call.facts.api_family), call.facts.seed.request_id.encode()),)


def task_exists(call: Call) -> Answer:
    """The name was given to another call of the function (contract CTL-13)."""
    name = (name_of(call.request) or b"").decode("utf-8", "backslashreplace")
    is_fc3 = call.facts.api_family is ApiFamily.FC3
    code = "AsyncTaskAlreadyExists" if is_fc3 else "StatefulAsyncInvocationAlreadyExists"
    return refuse(call, 409, code, f"an asynchronous call named '{name}' exists already")


ACCEPT = Rule(
    id="async.accept",
    summary=Text(
        "异步调用立刻得到 202，函数随后执行",
        "An asynchronous call gets 202 at once; the function runs afterwards",
    ),
    why=Text(
        "请求先存下来，至少执行一次；202 以外的状态都表示没有接受。",
        "The request is stored first and then delivered at least once. Anything but 202 means it was not accepted.",
    ),
    source=Source(("ASYNC-1", "ASYNC-2"), sources.ASYNC, "异步调用"),
    evidence=Evidence.DOCUMENTED,
    op=answer(accepted),
    when=whens.ASYNC,
    examples=(Example(samples.request(), "202", samples.ASYNC),),
)

NAMED = samples.request((b"X-Fc-Async-Task-Id", b"job-1"))

TAKEN = whens.refused_for(Refusal.TASK_EXISTS, "任务 ID 已存在的异步调用", "asynchronous calls whose task id is taken")

EXISTS = Rule(
    id="async.refuse.task-exists",
    summary=Text(
        "重复的异步任务 ID 回答 409",
        "The id of another asynchronous task is refused with 409",
    ),
    why=Text(
        "同一函数的任务 ID 不能重复，调用方可以放心地重试；状态码来自第三方的观察。",
        "A task id is taken once within a function, so that a caller may safely try again. The status was seen by "
        "others, no page lists it.",
    ),
    source=Source(("CTL-13", "CTL-4"), sources.TASKS, "异步任务"),
    evidence=Evidence.OBSERVED,
    op=answer(task_exists),
    when=whens.refused_for(
        Refusal.TASK_EXISTS, "任务 ID 已存在的异步调用", "asynchronous calls whose task id is taken"
    ),
    examples=(
        Example(
            NAMED,
            "409 AsyncTaskAlreadyExists",
            replace(samples.call(Ingress.API, refusal=Refusal.TASK_EXISTS), request=NAMED),
        ),
    ),
    needed=True,
)
