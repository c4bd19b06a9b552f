"""What the client is told when the instance itself fails: at its start, in its initializer, in the middle of a call.

Contract sections 8.3 and 13. These rules speak when the program is ours to watch; of a server that somebody else
starts only the connection is known (failure.py). The sentence is FC's and comes ready with the failure, because it
holds what the program printed. Must not know: processes. Read next: ../../instance/spec.py (the sentences).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.config import Evidence
from gateway.errors import INITIALIZATION, function_error, refuse
from gateway.ops import answer
from gateway.rule import Answer, Example, Rule, Source, Text
from gateway.rules import samples, sources, whens
from gateway.rules.failure import NOTHING, function_failed

if TYPE_CHECKING:
    from gateway.rule import Call, Op


def _not_started(code: str) -> Op:
    """412 with one of FC's codes for a start that failed (contract LIFE-START-2)."""

    def op(_nothing: object, call: Call) -> Answer:
        return refuse(call, 412, code, call.text)

    return op


def exited(call: Call) -> Answer:
    """FC's words for a process that ended in the middle of a call, with its exit code (contract ERR-C-2)."""
    took = call.facts.duration_us // 1000
    text = f"Process exited unexpectedly before completing request (duration: {took}ms): {call.text}"
    return function_failed(call, "FunctionExited", text)


def initializer_failed(call: Call) -> Answer:
    """200 with a field and a message, whichever the door (contract LIFE-HOOK-2)."""
    return function_error(call, call.text, INITIALIZATION)


def _start_row(name: str, code: str, summary: Text, why: Text) -> Rule:
    return Rule(
        id=f"fail.{name}",
        summary=summary,
        why=why,
        source=Source(("LIFE-START-1", "LIFE-START-2"), sources.TROUBLES, "Failed to start function instance"),
        evidence=Evidence.DOCUMENTED,
        op=_not_started(code),
        when=whens.ALWAYS,
        examples=(Example(NOTHING, f"412 {code}", samples.CUSTOM),),
        needed=True,
    )


FILE_MISSING = _start_row(
    "file-missing",
    "CAFileNotFound",
    Text(
        "启动命令不存在时回答 412 CAFileNotFound",
        "A start command that is not there is answered with 412 CAFileNotFound",
    ),
    Text(
        "平台找不到要执行的文件，或者它不能执行。",
        "The platform does not find the file to execute, or it cannot be executed.",
    ),
)

EXITED_AT_START = _start_row(
    "exited-at-start",
    "CAExited",
    Text("进程启动后就退出时回答 412 CAExited", "A process that ends before it serves is answered with 412 CAExited"),
    Text(
        "进程在端口可用之前退出，无论退出码是多少；消息里有它最后的输出。",
        "The process ended before its port answered, whatever its exit code; the message holds its last output.",
    ),
)

NOT_STARTED = _start_row(
    "not-started",
    "FunctionNotStarted",
    Text(
        "实例没有按时就绪时回答 412 FunctionNotStarted",
        "An instance that is not ready in time is answered with 412 FunctionNotStarted",
    ),
    Text(
        "进程在运行，但健康检查在启动时限内没有成功；消息里有它最后的输出。",
        "The process runs, but its health check did not succeed within the start-up time; the message holds its "
        "last output.",
    ),
)

INITIALIZER = Rule(
    id="fail.initializer",
    summary=Text(
        "初始化失败时回答 200 和 X-Fc-Error-Type: InitializationError",
        "A failed initializer is answered with 200 and X-Fc-Error-Type: InitializationError",
    ),
    why=Text(
        "POST /initialize 没有返回 2xx，或超时；下一次调用使用新的实例。",
        "POST /initialize did not answer 2xx, or not in time; the next call gets a new instance.",
    ),
    source=Source(("LIFE-HOOK-2",), sources.HOOKS, "Initializer"),
    evidence=Evidence.DOCUMENTED,
    op=answer(initializer_failed),
    when=whens.ALWAYS,
    examples=(
        Example(NOTHING, "200 InitializationError", samples.CUSTOM),
        Example(NOTHING, "200 InitializationError", samples.API),
    ),
    needed=True,
)

EXITED = Rule(
    id="fail.exited",
    summary=Text(
        "进程在处理请求时退出，回答 502",
        "A process that ends during a call is answered with 502",
    ),
    why=Text(
        "消息里有退出码，137 是内存不足。API 调用得到 200 和 X-Fc-Error-Type。错误码没有公开。",
        "The message holds the exit code; 137 is out of memory. API calls get 200 and X-Fc-Error-Type. The code is "
        "not published.",
    ),
    source=Source(("ERR-C-2", "LIFE-START-2", "API-RESP-3"), sources.EXITED, "Process exited unexpectedly"),
    evidence=Evidence.DOCUMENTED,
    op=answer(exited),
    when=whens.ALWAYS,
    examples=(
        Example(NOTHING, "502 FunctionExited", samples.CUSTOM),
        Example(NOTHING, "200 UnhandledInvocationError", samples.API),
    ),
    needed=True,
)
