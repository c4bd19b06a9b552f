"""The limits of an HTTP call, and the values that a caller's orders may have.

A limit counts as the contract says (sizes.py), and is legal itself. Contract sections 3 and 7.
Must not know: whom the call is for (refusal.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.config import KIB, MIB, Evidence
from gateway.delay import DELAY, LONGEST_DELAY_S, delay_s
from gateway.errors import refuse
from gateway.facts import InvocationType, LogType
from gateway.messages import Request, get
from gateway.ops import limit
from gateway.rule import Answer, Example, Rule, Source, Text
from gateway.rules import samples, sources, whens
from gateway.rules.sizes import announced_size, fields_size, largest_body, target_size
from gateway.task_query import NAME, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.rule import Call


def unknown_value(field: str, known: tuple[str, ...]) -> Callable[[Request, Call], Request | Answer]:
    """Refuse a control field whose value FC does not know; the spelling counts (contract CTL-10)."""
    name, legal = field.lower().encode(), frozenset(value.encode() for value in known)

    def op(request: Request, call: Call) -> Request | Answer:
        value = get(request.headers, name)
        if value is None or value in legal:
            return request
        given = value.decode("utf-8", "backslashreplace")
        text = f"the value '{given}' of {field} is not known: use {' or '.join(known)}"
        return refuse(call, 400, "InvalidArgument", text)

    return op


def refuse_delay(request: Request, call: Call) -> Request | Answer:
    """Refuse a delay that is no whole number of seconds, or longer than an hour (contract CTL-11)."""
    if delay_s(request) is not None:
        return request
    given = (get(request.headers, DELAY) or b"").decode("utf-8", "backslashreplace")
    text = f"the value '{given}' of X-Fc-Async-Delay is not possible: 0 to {LONGEST_DELAY_S} seconds"
    return refuse(call, 400, "InvalidArgument", text)


def refuse_task_id(request: Request, call: Call) -> Request | Answer:
    """Refuse a task id of another form than FC's (contract CTL-4)."""
    name = name_of(request)
    if name is None or NAME.fullmatch(name):
        return request
    given = name.decode("utf-8", "backslashreplace")
    text = f"the task id '{given}' is not possible: a letter or _, then at most 127 letters, digits, _ and -"
    return refuse(call, 400, "InvalidArgument", text)


def over(what: str, most: Callable[[Call], int]) -> Callable[[Call, int], Answer]:
    """The answer to a size over its limit: the limit, its value, the actual size (contract REQ-LIM-9)."""

    def make(call: Call, size: int) -> Answer:
        text = f"{what} exceeds maximum allowed size ({most(call)} bytes): it has {size} bytes"
        return refuse(call, 400, "InvalidArgument", text)

    return make


def largest_fields(call: Call) -> int:
    """The largest legal size of all request fields, in bytes."""
    return call.config.limits.request_headers


def largest_target(call: Call) -> int:
    """The largest legal size of path and query, in bytes."""
    return call.config.limits.target


INVOCATION_TYPE = Rule(
    id="req.refuse.invocation-type",
    summary=Text(
        "未知的 X-Fc-Invocation-Type 回答 400 InvalidArgument",
        "An unknown X-Fc-Invocation-Type is answered with 400 InvalidArgument",
    ),
    why=Text(
        "只有 Sync 和 Async 有意义，大小写按文档；猜测会让调用以意外的方式执行。",
        "Sync and Async alone have a meaning, in this spelling; a guess would run the call in a way nobody asked for.",
    ),
    source=sources.http_call("CTL-10"),
    evidence=Evidence.ASSUMED,
    op=unknown_value("X-Fc-Invocation-Type", tuple(kind.value for kind in InvocationType)),
    when=whens.ALWAYS,
    examples=(Example(samples.request((b"X-Fc-Invocation-Type", b"async")), "400 InvalidArgument", samples.CUSTOM),),
    needed=True,
)

LOG_TYPE = Rule(
    id="req.refuse.log-type",
    summary=Text(
        "未知的 X-Fc-Log-Type 回答 400 InvalidArgument",
        "An unknown X-Fc-Log-Type is answered with 400 InvalidArgument",
    ),
    why=Text(
        "只有 Tail 和 None 有意义，大小写按文档。",
        "Tail and None alone have a meaning, in this spelling.",
    ),
    source=sources.http_call("CTL-10"),
    evidence=Evidence.ASSUMED,
    op=unknown_value("X-Fc-Log-Type", tuple(kind.value for kind in LogType)),
    when=whens.ALWAYS,
    examples=(Example(samples.request((b"X-Fc-Log-Type", b"All")), "400 InvalidArgument", samples.CUSTOM),),
    needed=True,
)

ASYNC_DELAY = Rule(
    id="req.refuse.async-delay",
    summary=Text(
        "不可能的 X-Fc-Async-Delay 回答 400 InvalidArgument",
        "An impossible X-Fc-Async-Delay is answered with 400 InvalidArgument",
    ),
    why=Text(
        "延迟是 0 到 3600 之间的整数秒；同步调用忽略它。",
        "A delay is a whole number of seconds from 0 to 3600; synchronous calls ignore it.",
    ),
    source=Source(("CTL-3", "CTL-11"), sources.ASYNC, "异步调用"),
    evidence=Evidence.ASSUMED,
    op=refuse_delay,
    when=whens.ASYNC,
    examples=(Example(samples.request((b"X-Fc-Async-Delay", b"3601")), "400 InvalidArgument", samples.ASYNC),),
    needed=True,
)

TASK_ID = Rule(
    id="req.refuse.task-id",
    summary=Text(
        "不可能的异步任务 ID 回答 400 InvalidArgument",
        "An impossible id of an asynchronous task is answered with 400 InvalidArgument",
    ),
    why=Text(
        "任务 ID 以字母或下划线开头，其后是字母、数字、下划线或短横线，最长 128 个字符。",
        "A task id begins with a letter or an underscore; letters, digits, underscores and hyphens follow, 128 in all.",
    ),
    source=Source(("CTL-4",), sources.TASKS, "taskId"),
    evidence=Evidence.DOCUMENTED,
    op=refuse_task_id,
    when=whens.ASYNC,
    examples=(Example(samples.request((b"X-Fc-Async-Task-Id", b"1st")), "400 InvalidArgument", samples.ASYNC),),
)

LIMIT_HEADERS = Rule(
    id="req.limit.headers",
    summary=Text(
        "请求头超过 8 KB 时回答 400 InvalidArgument",
        "Request headers over 8 KB are answered with 400 InvalidArgument",
    ),
    why=Text(
        "计算所有字段名和值的字节数，包括 Host，不计分隔符；正好 8192 字节仍合法。",
        "The bytes of all names and values count, Host among them, separators do not; 8192 are still legal.",
    ),
    source=sources.limits("REQ-LIM-1", "REQ-LIM-5", "REQ-LIM-6"),
    evidence=Evidence.DOCUMENTED,
    op=limit(fields_size, largest_fields, over("the total size of the request headers", largest_fields)),
    when=whens.HTTP,
    examples=(Example(samples.request((b"X-Big", b"a" * 8 * KIB)), "400 InvalidArgument", samples.CUSTOM),),
)

LIMIT_PATH = Rule(
    id="req.limit.path",
    summary=Text(
        "路径（含查询参数）超过 4 KB 时回答 400 InvalidArgument",
        "Path and query over 4 KB are answered with 400 InvalidArgument",
    ),
    why=Text(
        "计算请求行里原样的字节数，百分号编码不解开。",
        "The bytes count as they stand in the request line, still percent-encoded.",
    ),
    source=sources.limits("REQ-LIM-2", "REQ-LIM-7"),
    evidence=Evidence.DOCUMENTED,
    op=limit(target_size, largest_target, over("the path with its query", largest_target)),
    when=whens.HTTP,
    examples=(Example(samples.request(target=b"/?" + b"q" * 4 * KIB), "400 InvalidArgument", samples.CUSTOM),),
)

LIMIT_BODY = Rule(
    id="req.limit.body",
    summary=Text(
        "请求体超过限制时回答 400 InvalidArgument",
        "A body over its limit is answered with 400 InvalidArgument",
    ),
    why=Text(
        "同步调用 32 MB，异步调用 128 KB；分块的请求体边读边数，超过即止。",
        "32 MB for synchronous calls, 128 KB for asynchronous ones; a chunked body is counted while it comes "
        "and cut there.",
    ),
    source=sources.limits("REQ-LIM-3", "REQ-LIM-4", "REQ-LIM-8"),
    evidence=Evidence.DOCUMENTED,
    op=limit(announced_size, largest_body, over("the request body", largest_body)),
    when=whens.HTTP,
    examples=(
        Example(
            samples.request((b"Content-Length", b"%d" % (32 * MIB + 1)), method=b"POST"),
            "400 InvalidArgument",
            samples.CUSTOM,
        ),
    ),
)
