"""FC's own fields in a request: the orders that a caller gives, the prefix that is reserved, the context that is added.

Contract sections 4, 5 and 7. Must not know: refusals (refusal.py), the hop (hop.py), API calls (invoke.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway import context
from gateway.config import Evidence
from gateway.ops import add_headers, drop, drop_lines, drop_prefix
from gateway.rule import Example, Rule, Source, Text
from gateway.rules import samples, sources, whens

if TYPE_CHECKING:
    from gateway.messages import Header


def poses_as_context(line: Header) -> bool:
    """Whether a field of another name becomes an x-fc-* field where underscores count as dashes."""
    name = line[0].lower()
    return not name.startswith(b"x-fc-") and name.replace(b"_", b"-").startswith(b"x-fc-")


INVOCATION_TYPE = Rule(
    id="req.ctl.invocation-type",
    summary=Text(
        "X-Fc-Invocation-Type 由网关读取，不传给服务",
        "X-Fc-Invocation-Type is read by the gateway and does not reach the server",
    ),
    why=Text(
        "它决定同步还是异步调用，是给函数计算的指令，不是请求的一部分。",
        "It chooses between a synchronous and an asynchronous call: an order to FC, not a part of the request.",
    ),
    source=sources.http_call("CTL-1", "REQ-HDR-2", "REQ-HDR-3"),
    evidence=Evidence.DOCUMENTED,
    op=drop(b"x-fc-invocation-type"),
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.request((b"X-Fc-Invocation-Type", b"Sync"), (b"X-App", b"1")),
            samples.request((b"X-App", b"1")),
            samples.CUSTOM,
        ),
    ),
)

LOG_TYPE = Rule(
    id="req.ctl.log-type",
    summary=Text(
        "X-Fc-Log-Type 由网关读取，不传给服务",
        "X-Fc-Log-Type is read by the gateway and does not reach the server",
    ),
    why=Text(
        "Tail 要求在响应里返回本次调用最后 4 KB 日志。",
        "Tail asks for the last 4 KB of the log of this call in the answer.",
    ),
    source=sources.http_call("CTL-2", "REQ-HDR-2", "REQ-HDR-3"),
    evidence=Evidence.DOCUMENTED,
    op=drop(b"x-fc-log-type"),
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.request((b"x-fc-log-type", b"Tail"), (b"X-App", b"1")),
            samples.request((b"X-App", b"1")),
            samples.CUSTOM,
        ),
    ),
)

ASYNC_DELAY = Rule(
    id="req.ctl.async-delay",
    summary=Text(
        "X-Fc-Async-Delay 由网关读取，不传给服务",
        "X-Fc-Async-Delay is read by the gateway and does not reach the server",
    ),
    why=Text(
        "它推迟一次异步调用，单位为秒（0 到 3600）。",
        "It postpones an asynchronous call by seconds, 0 to 3600.",
    ),
    source=Source(("CTL-3", "ASYNC-4"), sources.ASYNC, "异步调用"),
    evidence=Evidence.DOCUMENTED,
    op=drop(b"x-fc-async-delay"),
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.request((b"X-Fc-Async-Delay", b"10"), (b"X-App", b"1")),
            samples.request((b"X-App", b"1")),
            samples.CUSTOM,
        ),
    ),
)

ASYNC_TASK = Rule(
    id="req.ctl.async-task-id",
    summary=Text(
        "异步任务的名称由网关读取，不传给服务",
        "The name of an asynchronous task is read by the gateway and does not reach the server",
    ),
    why=Text(
        "调用方用它查询、停止一个异步任务。FC3 与 FC2 的字段名不同。",
        "Callers look up and stop a task by it. FC3 and FC2 have different headers for it.",
    ),
    source=Source(("CTL-4", "CTL-5"), sources.FC3_API, "请求参数"),
    evidence=Evidence.DOCUMENTED,
    op=drop(b"x-fc-async-task-id", b"x-fc-stateful-async-invocation-id", b"x-fc-stateful-async-invocation-enable"),
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.request((b"X-Fc-Async-Task-Id", b"job-1"), (b"X-App", b"1")),
            samples.request((b"X-App", b"1")),
            samples.CUSTOM,
        ),
    ),
)

STRIP_X_FC = Rule(
    id="req.strip.x-fc",
    summary=Text(
        "客户端发来的 x-fc- 开头的字段不传给服务",
        "Client headers that begin with x-fc- do not reach the server",
    ),
    why=Text(
        "这个前缀归函数计算所有：服务看到的 x-fc- 字段必须只来自网关，否则任何人都能冒充账号。",
        "The prefix is FC's own: what the server sees under it must come from the gateway alone, or anybody "
        "could pose as any account.",
    ),
    source=sources.limits("REQ-HDR-2", "REQ-HDR-4"),
    evidence=Evidence.DOCUMENTED,
    op=drop_prefix(b"x-fc-"),
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.request((b"X-Fc-Account-Id", b"evil"), (b"X-App", b"1")),
            samples.request((b"X-App", b"1")),
            samples.CUSTOM,
        ),
    ),
)

UNDERSCORES = Rule(
    id="req.strip.x-fc-underscore",
    summary=Text(
        "x_fc_ 开头的字段会被 WSGI 应用当作 x-fc- 字段",
        "Headers that begin with x_fc_ look like x-fc- headers to WSGI applications",
    ),
    why=Text(
        "它们是另外的名字，因此照样传递；但 WSGI 和 CGI 把 _ 与 - 视为相同，客户端可以借此冒充上下文。",
        "They are other names, so they pass; but WSGI and CGI fold _ and - together, and a client could pose "
        "as the context that way.",
    ),
    source=sources.limits("REQ-HDR-4"),
    evidence=Evidence.ASSUMED,
    op=drop_lines(poses_as_context),
    when=whens.ALWAYS,
    examples=(Example(samples.request((b"X_Fc_Account_Id", b"evil")), samples.request(), samples.CUSTOM),),
    advisory=True,
)

CONTEXT = Rule(
    id="req.add.context",
    summary=Text(
        "网关加入函数计算的上下文字段",
        "The gateway adds FC's context headers",
    ),
    why=Text(
        "服务由它们得知请求 ID、函数、账号和地域；没有值的字段也在，值为空。",
        "The server learns request id, function, account and region from them; headers without a value are "
        "present and empty.",
    ),
    source=Source(("CTX-1", "CTX-2"), sources.CONTEXT, "Common Headers"),
    evidence=Evidence.DOCUMENTED,
    op=add_headers(context.documented),
    when=whens.ALWAYS,
    examples=(Example(samples.request(), samples.request(*context.documented(samples.CUSTOM)), samples.CUSTOM),),
)

CONTEXT_OBSERVED = Rule(
    id="req.add.context-observed",
    summary=Text(
        "网关加入只在真实流量中见过的上下文字段",
        "The gateway adds the context headers that only real traffic shows",
    ),
    why=Text(
        "公开的抓包里有它们，文档里没有。",
        "Published captures have them; the documentation does not.",
    ),
    source=Source(("CTX-1", "ASYNC-8"), sources.CONTEXT, "Common Headers"),
    evidence=Evidence.OBSERVED,
    op=add_headers(context.observed),
    when=whens.ALWAYS,
    examples=(Example(samples.request(), samples.request(*context.observed(samples.CUSTOM)), samples.CUSTOM),),
)
