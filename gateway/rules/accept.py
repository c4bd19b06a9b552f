"""How an asynchronous call is accepted. Contract section 12. Read next: ../core.py (Accept)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.config import Evidence
from gateway.errors import REASONS
from gateway.messages import Response
from gateway.ops import answer
from gateway.rule import Answer, Example, Rule, Source, Text
from gateway.rules import samples, sources, whens

if TYPE_CHECKING:
    from gateway.rule import Call


# CTL-4: how FC3 and FC2 call the name of a task.
TASK_FIELDS = (b"x-fc-async-task-id", b"x-fc-stateful-async-invocation-id")


def accepted(call: Call) -> Answer:
    """202 without a body: the call will be made, its result goes nowhere. A task keeps the name it was given."""
    named = tuple(line for line in call.request.headers if line[0].lower() in TASK_FIELDS)
    return Answer(Response(202, REASONS[202], ((b"Content-Length", b"0"), *named)))


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
