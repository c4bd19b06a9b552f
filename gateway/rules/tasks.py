"""The asynchronous-task API: list, get and stop the accepted calls of a function. Contract ASYNC-11, ASYNC-12.

The queue has answered already (`Facts.found`); these rules put it into FC's words.
Must not know: the queue. Read next: ../task_answer.py, ../task_query.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.config import Evidence
from gateway.errors import REASONS, refuse
from gateway.facts import ApiFamily, Ingress
from gateway.messages import Response
from gateway.ops import answer
from gateway.rule import Answer, Example, Rule, Source, Text, When
from gateway.rules import samples, sources
from gateway.task_answer import ALREADY_ENDED, NOT_FOUND, found_word, list_body, task_body, unpacked
from gateway.task_query import is_question, place_of, question_of

if TYPE_CHECKING:
    from gateway.messages import Request
    from gateway.rule import Call

# FC2's codes were seen in published programs, and AsyncTaskNotFound too; the other two of FC3 are formed like them.
CODES = {
    (NOT_FOUND, ApiFamily.FC3): (404, "AsyncTaskNotFound"),
    (NOT_FOUND, ApiFamily.FC2): (404, "StatefulAsyncInvocationNotFound"),
    (ALREADY_ENDED, ApiFamily.FC3): (412, "AsyncTaskAlreadyCompleted"),
    (ALREADY_ENDED, ApiFamily.FC2): (412, "StatefulAsyncInvocationAlreadyCompleted"),
}
SENTENCES = {NOT_FOUND: "does not exist", ALREADY_ENDED: "has ended already"}


def told(call: Call) -> Answer:
    """What the queue found, in the members of the API family that asked."""
    found = unpacked(call.facts.found or b"{}")
    if "tasks" in found:
        return _json(list_body(found, call))
    if "task" in found:
        return _json(task_body(found["task"], call))
    word = found["word"]
    if word not in SENTENCES:
        return Answer(Response(200, REASONS[200], ((b"Content-Length", b"0"),)))
    status, code = CODES[word, call.facts.api_family]
    return refuse(call, status, code, f"the asynchronous task '{place_of(call.request).task}' {SENTENCES[word]}")


def _json(members: dict[str, Any]) -> Answer:
    body = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    headers = ((b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(body)))
    return Answer(Response(200, REASONS[200], headers, body))


def refuse_question(request: Request, call: Call) -> Request | Answer:
    """Refuse a question with a parameter that has no meaning."""
    asked = question_of(request)
    return refuse(call, 400, "InvalidArgument", asked) if isinstance(asked, str) else request


API = frozenset({Ingress.API})
ASKS = When(
    Text("关于异步任务的 API 调用", "API calls about asynchronous tasks"),
    API,
    lambda call: is_question(call.request, call.facts),
)
ANSWERED = When(
    Text("关于异步任务的 API 调用", "API calls about asynchronous tasks"),
    API,
    lambda call: call.facts.found is not None,
)

LISTING = samples.request(target=b"/2023-03-30/functions/web/async-tasks?limit=0")
GETTING = samples.request(target=b"/2023-03-30/functions/web/async-tasks/job-1")

QUESTION = Rule(
    id="req.refuse.task-query",
    summary=Text(
        "异步任务查询中不可能的参数回答 400",
        "An impossible parameter of a question about tasks is answered with 400",
    ),
    why=Text(
        "limit 是 1 到 100，状态和排序只有公开的值。",
        "The limit is 1 to 100; status and order have the published values alone.",
    ),
    source=Source(("ASYNC-11", "ASYNC-13"), sources.TASKS, "请求参数"),
    evidence=Evidence.DOCUMENTED,
    op=refuse_question,
    when=ASKS,
    examples=(Example(LISTING, "400 InvalidArgument", replace(samples.API, request=LISTING)),),
)

TOLD = Rule(
    id="req.answer.tasks",
    summary=Text(
        "异步任务的查询和停止由网关的队列回答",
        "Questions about asynchronous tasks, and orders to stop one, are answered from the gateway's queue",
    ),
    why=Text(
        "录制中的队列知道每次异步调用的状态；参数内容不回答，它们在各次调用里。",
        "The queue in the recording knows the state of each accepted call. Payloads are not told; they are in the "
        "exchanges.",
    ),
    source=Source(("ASYNC-11", "ASYNC-12", "ASYNC-13"), sources.TASKS, "返回参数"),
    evidence=Evidence.DOCUMENTED,
    op=answer(told),
    when=ANSWERED,
    examples=(
        Example(
            GETTING,
            "404 AsyncTaskNotFound",
            replace(samples.call(Ingress.API, found=found_word(NOT_FOUND)), request=GETTING),
        ),
    ),
)
