"""What happens to the server's answer on HTTP calls: limits, redirects, the fields that are FC's own.

Contract section 6. Must not know: what the gateway adds to every reply (reply.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config import KIB, Evidence
from gateway.errors import UNHANDLED, refuse
from gateway.hop import hop_fields
from gateway.messages import Response, get
from gateway.ops import drop_prefix, drop_trailers, limit, without_fields
from gateway.rule import Answer, Example, Rule, Source, Text, When
from gateway.rules import samples, sources, whens
from gateway.rules.failure import function_failed
from gateway.rules.sizes import fields_size
from gateway.upgrade import FIELDS, SWITCHING, is_opened

if TYPE_CHECKING:
    from gateway.rule import Call

APK_TYPE = b"application/vnd.android.package-archive"


def largest_fields(call: Call) -> int:
    """The largest legal size of all response fields, in bytes."""
    return call.config.limits.response_headers


def bad_response(call: Call, size: int) -> Answer:
    """The function's answer is over a limit: its fault, and billed (contract ERR-H-7)."""
    text = f"the total size of the response headers exceeds maximum allowed size ({largest_fields(call)} bytes): "
    return refuse(call, 502, "BadResponse", f"{text}it has {size} bytes", UNHANDLED)


def forbid_redirect(response: Response, call: Call) -> Response | Answer:
    """Refuse a redirect: any 3xx that says where to go; 304 is not one, whatever fields it has."""
    if response.status // 100 != 3 or response.status == 304 or get(response.headers, b"location") is None:
        return response
    text = "The external redirect is forbidden, please use custom domain endpoint"
    return refuse(call, 400, "ExternalRedirectForbidden", text)


def forbid_apk(response: Response, call: Call) -> Response | Answer:
    """Refuse to hand out an Android package."""
    kind = (get(response.headers, b"content-type") or b"").partition(b";")[0].strip().lower()
    if kind != APK_TYPE:
        return response
    text = "The distribution of APK files is forbidden, please use custom domain endpoint"
    return refuse(call, 400, "ApkDownloadForbidden", text)


def forbid_switch(response: Response, call: Call) -> Response | Answer:
    """Refuse 101 where no WebSocket was asked for: a client that did not ask cannot read what would follow."""
    if is_opened(response, call.request, call.facts):
        return response
    text = "the function switched protocols (101) although the request was no WebSocket handshake"
    return function_failed(call, "BadResponse", text)


def strip_reserved(response: Response, _call: Call) -> Response:
    """Drop the fields that FC reserves; those of a WebSocket that was opened are the client's (contract PROTO-WS)."""
    return without_fields(response, RESERVED - FIELDS if response.status == SWITCHING else RESERVED)


def switches(call: Call) -> bool:
    """Whether the server answered 101."""
    return call.response is not None and call.response.status == SWITCHING


def strip_hop(response: Response, _call: Call) -> Response:
    """Drop what the server says of its own connection, but for the fields that FC reserves by name."""
    return without_fields(response, hop_fields(response.headers) - RESERVED)


RESERVED = frozenset({b"connection", b"date", b"keep-alive", b"server", b"upgrade"})

LIMIT_HEADERS = Rule(
    id="res.limit.headers",
    summary=Text(
        "响应头超过 8 KB 时回答 502 BadResponse",
        "Response headers over 8 KB are answered with 502 BadResponse",
    ),
    why=Text(
        "计算服务自己的所有字段名和值，不含网关加入的字段；正好 8192 字节仍合法。",
        "The server's own names and values count, without what the gateway adds; 8192 bytes are still legal.",
    ),
    source=sources.limits("RESP-LIM-1", "ERR-H-7"),
    evidence=Evidence.DOCUMENTED,
    op=limit(fields_size, largest_fields, bad_response),
    when=whens.HTTP,
    examples=(Example(samples.response((b"X-Big", b"a" * 8 * KIB)), "502 BadResponse", samples.CUSTOM),),
)

REDIRECT = Rule(
    id="res.redirect.default-domain",
    summary=Text(
        "默认域名上的重定向变为 400 ExternalRedirectForbidden",
        "A redirect on the default domain becomes 400 ExternalRedirectForbidden",
    ),
    why=Text(
        "2025-04-01 起生效；自定义域名不受影响，304 也不受影响。",
        "In force since 2025-04-01; custom domains are not affected, nor is 304.",
    ),
    source=Source(("RESP-3XX-1",), sources.TRIGGERS, "默认域名"),
    evidence=Evidence.OBSERVED,
    op=forbid_redirect,
    when=whens.DEFAULT_DOMAIN,
    examples=(
        Example(
            samples.response((b"Location", b"/login"), status=302, reason=b"Found"),
            "400 ExternalRedirectForbidden",
            samples.DEFAULT,
        ),
    ),
)

APK = Rule(
    id="res.apk",
    summary=Text(
        "默认域名上的 APK 下载变为 400",
        "An Android package on the default domain becomes 400",
    ),
    why=Text(
        "2024-06-10 之后新建的触发器不再分发 APK；错误码没有公开。",
        "Triggers made after 2024-06-10 hand out no APK files. The status is published, the code is not.",
    ),
    source=Source(("RESP-APK-1",), sources.TRIGGERS, "使用限制"),
    evidence=Evidence.DOCUMENTED,
    op=forbid_apk,
    when=whens.DEFAULT_DOMAIN,
    examples=(Example(samples.response((b"Content-Type", APK_TYPE)), "400 ApkDownloadForbidden", samples.DEFAULT),),
)

SWITCHED = When(Text("服务回答 101 的调用", "calls that the server answers with 101"), test=switches)

SWITCH = Rule(
    id="res.refuse.switch",
    summary=Text(
        "没有 WebSocket 握手却得到 101 时回答 502 BadResponse",
        "A 101 without a WebSocket handshake is answered with 502 BadResponse",
    ),
    why=Text(
        "只有 WebSocket 可以升级；没有请求升级的客户端读不懂 101 之后的字节。",
        "Only a WebSocket may switch protocols; a client that did not ask cannot read the bytes after a 101.",
    ),
    source=Source(("PROTO-WS", "PROTO-1"), sources.WEBSOCKET, "WebSocket"),
    evidence=Evidence.ASSUMED,
    op=forbid_switch,
    when=SWITCHED,
    examples=(
        Example(
            samples.response((b"Upgrade", b"h2c"), (b"Connection", b"Upgrade"), status=101),
            "502 BadResponse",
            replace(samples.CUSTOM, response=samples.response(status=101)),
        ),
    ),
    needed=True,
)

STRIP_HOP = Rule(
    id="res.strip.hop",
    summary=Text(
        "服务的逐跳字段不传给客户端",
        "The server's hop-by-hop headers do not reach the client",
    ),
    why=Text(
        "它们只说明服务与网关之间的连接。",
        "They speak of the connection between server and gateway alone.",
    ),
    source=sources.rfc9110("7.6.1", "RESP-HDR-1", "PROTO-1"),
    evidence=Evidence.ASSUMED,
    op=strip_hop,
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.response((b"Connection", b"X-Hop"), (b"X-Hop", b"1"), (b"X-App", b"1")),
            samples.response((b"Connection", b"X-Hop"), (b"X-App", b"1")),
            samples.CUSTOM,
        ),
    ),
    needed=True,
)

STRIP_X_FC = Rule(
    id="res.strip.x-fc",
    summary=Text(
        "服务的 x-fc- 开头的字段不传给客户端",
        "Server headers that begin with x-fc- do not reach the client",
    ),
    why=Text(
        "这个前缀归函数计算所有；x-fc-status 由平台读取，用于统计成败。",
        "The prefix is FC's own; the platform reads x-fc-status for its count of failures.",
    ),
    source=sources.limits("RESP-HDR-1", "RESP-ST-1"),
    evidence=Evidence.DOCUMENTED,
    op=drop_prefix(b"x-fc-"),
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.response((b"X-Fc-Status", b"404"), (b"X-App", b"1")),
            samples.response((b"X-App", b"1")),
            samples.CUSTOM,
        ),
    ),
)

STRIP_RESERVED = Rule(
    id="res.strip.reserved",
    summary=Text(
        "保留的响应头不传给客户端：connection、date、keep-alive、server、upgrade",
        "Reserved headers do not reach the client: connection, date, keep-alive, server, upgrade",
    ),
    why=Text(
        "网关不支持服务自定义这些字段；Date 由网关重写，content-length 由网关分帧。",
        "The gateway does not support them as custom headers; it writes Date itself, and frames the body itself.",
    ),
    source=sources.limits("RESP-HDR-1", "RESP-HDR-2", "RESP-HDR-3"),
    evidence=Evidence.DOCUMENTED,
    op=strip_reserved,
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.response((b"Server", b"Werkzeug"), (b"X-App", b"1")),
            samples.response((b"X-App", b"1")),
            samples.CUSTOM,
        ),
    ),
)

STRIP_TRAILERS = Rule(
    id="res.strip.trailers",
    summary=Text(
        "响应尾部字段不传给客户端",
        "Trailer fields of a response do not reach the client",
    ),
    why=Text(
        "没有任何来源表明函数计算会转发它们。",
        "No source shows FC passing them on.",
    ),
    source=sources.rfc9110("6.5.1", "PROTO-1"),
    evidence=Evidence.ASSUMED,
    op=drop_trailers,
    when=whens.ALWAYS,
    examples=(Example(replace(samples.response(), trailers=((b"X-Sum", b"1"),)), samples.response(), samples.CUSTOM),),
    needed=True,
)
