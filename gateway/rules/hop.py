"""The hop between gateway and server: what belongs to the client's connection stays behind, the rest is framed anew.

Contract sections 4 and 16. Must not know: FC's own fields (request.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config import Evidence
from gateway.framing import frame_request
from gateway.hop import ALWAYS, hop_fields
from gateway.messages import Request, get
from gateway.ops import drop, drop_trailers, with_field, with_headers, without_fields
from gateway.rule import Example, Rule, Text
from gateway.rules import samples, sources, whens
from gateway.target import split_absolute
from gateway.upgrade import FIELDS, is_handshake

if TYPE_CHECKING:
    from gateway.rule import Call


def strip_hop(request: Request, call: Call) -> Request:
    """Drop the fields that belong to the client's connection, those that Connection names among them.

    A WebSocket handshake is meant for the server: its Connection and Upgrade stay (contract PROTO-WS).
    """
    names = hop_fields(request.headers)
    if names is not ALWAYS and is_handshake(request, call.facts):
        names -= FIELDS
    return without_fields(request, names)


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


STRIP_HOP = Rule(
    id="req.strip.hop",
    summary=Text(
        "connection、keep-alive 及其他逐跳字段不传给服务",
        "connection, keep-alive and the other hop-by-hop headers do not reach the server",
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
