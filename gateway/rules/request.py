"""What happens to the fields of a request on its way to the server, whatever door it came by.

Contract sections 4, 5 and 7. Must not know: refusals (refusal.py), the shape of API calls (invoke.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway import context
from gateway.config import Evidence
from gateway.framing import frame_request
from gateway.hop import hop_fields
from gateway.messages import Request, get
from gateway.ops import add_headers, drop, drop_prefix, drop_trailers, with_field, with_headers, without_fields
from gateway.rule import Example, Rule, Source, Text
from gateway.rules import samples, sources, whens
from gateway.target import split_absolute

if TYPE_CHECKING:
    from gateway.rule import Call


def strip_hop(request: Request, _call: Call) -> Request:
    """Drop the fields that belong to the client's connection, those that Connection names among them."""
    return without_fields(request, hop_fields(request.headers))


def own_target(request: Request, _call: Call) -> Request:
    """Reduce `GET http://host/path` to `GET /path`; the host in the target outranks the Host field."""
    if request.target.startswith(b"/"):
        return request
    absolute = split_absolute(request.target)
    if absolute is None:
        return request
    authority, origin = absolute
    return replace(request, target=origin, headers=with_field(request.headers, b"Host", authority))


def own_version(request: Request, _call: Call) -> Request:
    """Speak HTTP/1.1 to the server."""
    return request if request.version == b"HTTP/1.1" else replace(request, version=b"HTTP/1.1")


def add_host(request: Request, call: Call) -> Request:
    """Give a request that names no host the default domain of its function."""
    if get(request.headers, b"host") is not None:
        return request
    name = f"{call.facts.function}.{call.config.region}.fcapp.run".encode()
    return with_headers(request, (*request.headers, (b"Host", name)))


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
        "Callers look up and stop a task by it. FC3 and FC2 have different fields for it.",
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
        "Client fields that begin with x-fc- do not reach the server",
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

STRIP_HOP = Rule(
    id="req.strip.hop",
    summary=Text(
        "connection、keep-alive 及其他逐跳字段不传给服务",
        "connection, keep-alive and the other hop-by-hop fields do not reach the server",
    ),
    why=Text(
        "它们只说明客户端与网关之间的连接；网关与服务之间是另一条连接。",
        "They speak of the connection between client and gateway; between gateway and server there is another.",
    ),
    source=sources.limits("REQ-HDR-1", "REQ-HDR-7"),
    evidence=Evidence.DOCUMENTED,
    op=strip_hop,
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.request((b"Connection", b"keep-alive, X-Hop"), (b"X-Hop", b"1"), (b"X-App", b"1")),
            samples.request((b"X-App", b"1")),
            samples.CUSTOM,
        ),
    ),
)

EXPECT = Rule(
    id="req.own.expect",
    summary=Text(
        "Expect: 100-continue 由网关回答，不传给服务",
        "Expect: 100-continue is answered by the gateway and does not reach the server",
    ),
    why=Text(
        "网关在检查限制之后自己发送 100；到服务时请求体已经到齐。",
        "The gateway sends the 100 itself once the limits are checked; the body has arrived when the server is called.",
    ),
    source=sources.rfc9110("10.1.1", "REQ-HDR-9"),
    evidence=Evidence.ASSUMED,
    op=drop(b"expect"),
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.request((b"Expect", b"100-continue"), (b"X-App", b"1")),
            samples.request((b"X-App", b"1")),
            samples.CUSTOM,
        ),
    ),
    needed=True,
)

TRAILERS = Rule(
    id="req.strip.trailers",
    summary=Text(
        "请求尾部字段不传给服务",
        "Trailer fields of a request do not reach the server",
    ),
    why=Text(
        "没有任何来源表明函数计算会转发它们。",
        "No source shows FC passing them on.",
    ),
    source=sources.rfc9110("6.5.1", "PROTO-1"),
    evidence=Evidence.ASSUMED,
    op=drop_trailers,
    when=whens.ALWAYS,
    examples=(Example(replace(samples.request(), trailers=((b"X-Sum", b"1"),)), samples.request(), samples.CUSTOM),),
    needed=True,
)

TARGET = Rule(
    id="req.own.target",
    summary=Text(
        "绝对形式的请求目标改为路径形式",
        "An absolute request target is reduced to its path",
    ),
    why=Text(
        "经 HTTP_PROXY 调用的 SDK 会写 http://host/path；服务应看到路径，Host 取自目标。",
        "SDKs that call through HTTP_PROXY write http://host/path; the server is to see the path, with the "
        "host of the target as Host.",
    ),
    source=sources.rfc9112("3.2.2", "REQ-HDR-5"),
    evidence=Evidence.ASSUMED,
    op=own_target,
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.request((b"Host", b"b"), target=b"http://a.test/x?y=1"),
            samples.request((b"Host", b"a.test"), target=b"/x?y=1"),
            samples.CUSTOM,
        ),
    ),
    needed=True,
)

VERSION = Rule(
    id="req.own.version",
    summary=Text(
        "网关对服务使用 HTTP/1.1",
        "The gateway speaks HTTP/1.1 to the server",
    ),
    why=Text(
        "协议版本属于每一跳；函数计算与实例之间保持长连接。",
        "The version belongs to each hop; FC keeps persistent connections to an instance.",
    ),
    source=sources.rfc9110("2.5", "PROTO-H2", "NET-1"),
    evidence=Evidence.ASSUMED,
    op=own_version,
    when=whens.ALWAYS,
    examples=(Example(replace(samples.request(), version=b"HTTP/1.0"), samples.request(), samples.CUSTOM),),
    needed=True,
)

HOST = Rule(
    id="req.add.host",
    summary=Text(
        "没有 Host 的请求得到函数的默认域名",
        "A request without Host gets the default domain of its function",
    ),
    why=Text(
        "HTTP/1.0 允许没有 Host，而 HTTP/1.1 的服务会因此拒绝请求。",
        "HTTP/1.0 allows that, and a server of HTTP/1.1 would refuse the request for it.",
    ),
    source=sources.rfc9112("3.2", "REQ-HDR-6", "DOM-0"),
    evidence=Evidence.ASSUMED,
    op=add_host,
    when=whens.HTTP,
    examples=(Example(samples.request(), samples.request((b"Host", b"web.cn-hangzhou.fcapp.run")), samples.CUSTOM),),
    needed=True,
)

CONTEXT = Rule(
    id="req.add.context",
    summary=Text(
        "网关加入函数计算的上下文字段",
        "The gateway adds FC's context fields",
    ),
    why=Text(
        "服务由它们得知请求 ID、函数、账号和地域；没有值的字段也在，值为空。",
        "The server learns request id, function, account and region from them; fields without a value are "
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
        "The gateway adds the context fields that only real traffic shows",
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

FRAMING = Rule(
    id="req.own.framing",
    summary=Text(
        "请求体的长度由网关对服务重新说明",
        "The gateway tells the server the length of the body anew",
    ),
    why=Text(
        "分帧属于每一跳：有长度的请求体带 Content-Length，分块的仍分块；API 调用的事件总是带长度。",
        "Framing belongs to each hop: a body of known length keeps Content-Length, a chunked one stays "
        "chunked; the event of an API call always has a length.",
    ),
    source=sources.rfc9112("6", "REQ-HDR-7", "API-REQ-1"),
    evidence=Evidence.ASSUMED,
    op=frame_request,
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.request((b"Transfer-Encoding", b"chunked"), method=b"POST", body=b"hi"),
            samples.request((b"Content-Length", b"2"), method=b"POST", body=b"hi"),
            samples.API,
        ),
    ),
    needed=True,
)
