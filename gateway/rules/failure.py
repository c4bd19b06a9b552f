"""What the client is told when no usable answer came, and when the gateway must refuse for its own reasons.

Contract sections 8 and 13. A failure of the function is 502 on HTTP calls; on API calls it is a 200 that carries
X-Fc-Error-Type (API-RESP-3). Ids that begin with `tool.` are this tool's own: FC has no such answer.
Must not know: sockets, time-outs. Read next: ../core.py (on_failure), lifecycle.py (the instance's own failures).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gateway.config import Evidence
from gateway.errors import COMMON, UNHANDLED, function_error, refuse
from gateway.facts import Ingress
from gateway.lookup import function_named
from gateway.messages import Response
from gateway.ops import answer
from gateway.rule import Answer, Example, Rule, Source, Text
from gateway.rules import samples, sources, whens

if TYPE_CHECKING:
    from gateway.rule import Call


def function_failed(call: Call, code: str, message: str) -> Answer:
    """A failure of the function, by the door the call came through."""
    if call.facts.ingress is Ingress.API:
        return function_error(call, message)
    return refuse(call, 502, code, message, UNHANDLED)


def not_listening(call: Call) -> Answer:
    """FC's words for a server that its health check cannot reach (contract LIFE-START-1)."""
    port = urlsplit(function_named(call.config, call.facts.function).server).port or 9000
    text = f"Function instance health check failed on port {port} in 120 seconds{_because(call)}"
    return refuse(call, 412, "FunctionNotStarted", text)


def closed(call: Call) -> Answer:
    """FC's words for a process that is gone in the middle of a call (contract ERR-C-2)."""
    took = call.facts.duration_us // 1000
    text = f"Process exited unexpectedly before completing request (duration: {took}ms){_because(call)}"
    return function_failed(call, "FunctionExited", text)


def timed_out(call: Call) -> Answer:
    """FC's words for a function that took too long (contract TMO-2)."""
    limit = function_named(call.config, call.facts.function).timeout_s
    return function_failed(call, "FunctionTimedOut", f"Function timed out after {limit:g} seconds")


def bad_answer(call: Call) -> Answer:
    """What the server sent is not HTTP."""
    return function_failed(call, "BadResponse", f"the response of the function is not valid HTTP{_because(call)}")


def client_gone(call: Call) -> Answer:
    """FC's line for a caller that hung up; nobody reads this answer, the recording keeps it (contract NET-4)."""
    took = call.facts.duration_us // 1000
    return refuse(call, 499, "ClientClosedRequest", f"Invocation canceled by client (duration: {took}ms)", COMMON)


def malformed_request(call: Call) -> Answer:
    """What the client sent cannot be read without guessing."""
    return refuse(call, 400, "InvalidArgument", f"the request is not valid HTTP/1.1{_because(call)}")


def busy(call: Call) -> Answer:
    """Every slot of the instance is taken (contract LIFE-2CONC)."""
    most = function_named(call.config, call.facts.function).concurrency
    text = f"the function has reached its limit of {most} concurrent requests{_because(call)}"
    return refuse(call, 429, "ResourceExhausted", text)


def store_failed(call: Call) -> Answer:
    """Our own answer: the tool was told to refuse what it cannot record."""
    text = (
        f"fc-replay could not record this call, so it has no other answer (fc_on_store_failure=refuse){_because(call)}"
    )
    return refuse(call, 503, "RecordingFailed", text)


def _because(call: Call) -> str:
    return f": {call.text}" if call.text else ""


# What stands in the place of an answer that did not come.
NOTHING = Response(0)

NOT_LISTENING = Rule(
    id="fail.not-listening",
    summary=Text(
        "服务没有监听时回答 412 FunctionNotStarted",
        "A server that does not listen is answered with 412 FunctionNotStarted",
    ),
    why=Text(
        "平台的健康检查连不上端口，实例没有启动成功。",
        "The platform's health check cannot reach the port: the instance has not started.",
    ),
    source=Source(("LIFE-START-1", "LIFE-START-2"), sources.TROUBLES, "health check failed"),
    evidence=Evidence.DOCUMENTED,
    op=answer(not_listening),
    when=whens.ALWAYS,
    examples=(Example(NOTHING, "412 FunctionNotStarted", samples.CUSTOM),),
    needed=True,
)

CLOSED = Rule(
    id="fail.closed",
    summary=Text(
        "服务在回答完成前断开时回答 502",
        "A server that hangs up before its answer is whole is answered with 502",
    ),
    why=Text(
        "进程在处理请求时退出；API 调用得到 200 和 X-Fc-Error-Type。",
        "The process was gone during the call; API calls get 200 and X-Fc-Error-Type. The code is not published.",
    ),
    source=Source(("NET-2", "ERR-C-2", "API-RESP-3"), sources.EXITED, "Process exited unexpectedly"),
    evidence=Evidence.DOCUMENTED,
    op=answer(closed),
    when=whens.ALWAYS,
    examples=(
        Example(NOTHING, "502 FunctionExited", samples.CUSTOM),
        Example(NOTHING, "200 UnhandledInvocationError", samples.API),
    ),
    needed=True,
)

TIMED_OUT = Rule(
    id="fail.timed-out",
    summary=Text(
        "函数超时回答 502",
        "A function that takes too long is answered with 502",
    ),
    why=Text(
        "HTTP 调用超时的状态码没有公开，502 与其他函数错误一致；API 调用得到 200 和 X-Fc-Error-Type。",
        "The status on HTTP calls is not published; 502 is that of other function errors. API calls get 200 "
        "and X-Fc-Error-Type.",
    ),
    source=Source(("TMO-2", "TMO-3", "API-RESP-3"), sources.TIMEOUT, "Function time out after"),
    evidence=Evidence.ASSUMED,
    op=answer(timed_out),
    when=whens.ALWAYS,
    examples=(
        Example(NOTHING, "502 FunctionTimedOut", samples.CUSTOM),
        Example(NOTHING, "200 UnhandledInvocationError", samples.API),
    ),
    needed=True,
)

MALFORMED_ANSWER = Rule(
    id="fail.malformed-answer",
    summary=Text(
        "服务的回答不是 HTTP 时回答 502 BadResponse",
        "An answer that is not HTTP is answered with 502 BadResponse",
    ),
    why=Text(
        "网关无法转换它读不懂的回答。",
        "The gateway cannot convert what it cannot read.",
    ),
    source=sources.http_errors("ERR-H-7"),
    evidence=Evidence.ASSUMED,
    op=answer(bad_answer),
    when=whens.ALWAYS,
    examples=(Example(NOTHING, "502 BadResponse", samples.CUSTOM),),
    needed=True,
)

CLIENT_GONE = Rule(
    id="fail.client-gone",
    summary=Text(
        "客户端离开的调用记为 499 ClientClosedRequest",
        "A call whose client left is noted as 499 ClientClosedRequest",
    ),
    why=Text(
        "客户端断开会立刻取消调用；没有人读到这个回答，它只在记录里。",
        "A client that hangs up cancels the call at once. Nobody reads this answer; it is in the recording.",
    ),
    source=Source(("NET-4",), sources.CANCELED, "Invocation canceled by client"),
    evidence=Evidence.DOCUMENTED,
    op=answer(client_gone),
    when=whens.ALWAYS,
    examples=(Example(NOTHING, "499 ClientClosedRequest", samples.CUSTOM),),
    needed=True,
)

MALFORMED_REQUEST = Rule(
    id="fail.malformed-request",
    summary=Text(
        "不是 HTTP/1.1 的请求回答 400 InvalidArgument",
        "A request that is not HTTP/1.1 is answered with 400 InvalidArgument",
    ),
    why=Text(
        "含糊的请求（例如两种长度）不会转发：网关与服务对它的理解可能不同。",
        "An ambiguous request, such as one with two lengths, is not forwarded: gateway and server might read "
        "it differently.",
    ),
    source=sources.rfc9112("2.2", "REQ-LIM-1"),
    evidence=Evidence.ASSUMED,
    op=answer(malformed_request),
    when=whens.ALWAYS,
    examples=(Example(NOTHING, "400 InvalidArgument", samples.CUSTOM),),
    needed=True,
)

BUSY = Rule(
    id="fail.busy",
    summary=Text(
        "没有空闲实例时回答 429 ResourceExhausted",
        "A call that finds no free slot is answered with 429 ResourceExhausted",
    ),
    why=Text(
        "实例的并发数已满，本地没有第二个实例。",
        "The instance takes no more calls at once, and locally there is no second one.",
    ),
    source=sources.errors("LIFE-2CONC"),
    evidence=Evidence.DOCUMENTED,
    op=answer(busy),
    when=whens.ALWAYS,
    examples=(Example(NOTHING, "429 ResourceExhausted", samples.CUSTOM),),
    needed=True,
)

STORE = Rule(
    id="tool.store",
    summary=Text(
        "无法记录的调用回答 503",
        "A call that cannot be recorded is answered with 503",
    ),
    why=Text(
        "这是 fc-replay 自己的回答，函数计算没有它：没有记录就不转发，除非 fc_on_store_failure=pass。",
        "This is fc-replay's own answer, not FC's: no recording, no forwarding, unless fc_on_store_failure=pass.",
    ),
    source=sources.rfc9110("15.6.4"),
    evidence=Evidence.ASSUMED,
    op=answer(store_failed),
    when=whens.ALWAYS,
    examples=(Example(NOTHING, "503 RecordingFailed", samples.CUSTOM),),
    needed=True,
)
