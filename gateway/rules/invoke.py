"""How an InvokeFunction call becomes POST /invoke, and the server's answer becomes the call's result.

Contract section 11. Must not know: HTTP calls.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config import MIB, Evidence
from gateway.errors import refuse
from gateway.ops import keep_only, limit, set_header
from gateway.rule import Answer, Example, Rule, Source, Text
from gateway.rules import samples, sources, whens
from gateway.rules.sizes import announced_size, largest_body

if TYPE_CHECKING:
    from gateway.messages import Request, Response
    from gateway.rule import Call

EVENT_TYPE = b"application/octet-stream"
# API-REQ-1 prints 21.0.X.X: an address inside FC. Which one it is does not matter to the server.
HOST = b"21.0.3.4"


def set_target(request: Request, _call: Call) -> Request:
    """Call the server on the one path of API calls."""
    return replace(request, target=b"/invoke") if request.target != b"/invoke" else request


def too_large(call: Call, _size: int) -> Answer:
    """FC's sentence for an event over the limit (contract API-ERR-2)."""
    most = largest_body(call)
    return refuse(call, 400, "EntityTooLarge", f"payload size exceeds maximum allowed size ({most} bytes)")


def drop_status(response: Response, _call: Call) -> Response:
    """The caller of the API is told 200, whatever the server said."""
    return response if response.status == 200 else replace(response, status=200, reason=b"OK")


LIMIT_BODY = Rule(
    id="invoke.limit.body",
    summary=Text(
        "事件超过限制时回答 400 EntityTooLarge",
        "An event over the limit is answered with 400 EntityTooLarge",
    ),
    why=Text(
        "同步 32 MB，异步 128 KB。HTTP 调用的同一限制回答 InvalidArgument。",
        "32 MB when synchronous, 128 KB when asynchronous. The same limit on HTTP calls answers InvalidArgument.",
    ),
    source=Source(("API-ERR-2", "REQ-LIM-3", "REQ-LIM-4"), sources.PAYLOAD, "payload size"),
    evidence=Evidence.DOCUMENTED,
    op=limit(announced_size, largest_body, too_large),
    when=whens.API,
    examples=(
        Example(
            samples.request((b"Content-Length", b"%d" % (32 * MIB + 1)), method=b"POST"),
            "400 EntityTooLarge",
            samples.API,
        ),
    ),
)

TARGET = Rule(
    id="invoke.set.target",
    summary=Text(
        "服务在路径 /invoke 上收到事件",
        "The server gets the event on the path /invoke",
    ),
    why=Text(
        "API 调用没有自己的路径；函数名和版本在上下文字段里。",
        "An API call has no path of its own; function and version are in the context headers.",
    ),
    source=sources.api_call("API-REQ-1"),
    evidence=Evidence.DOCUMENTED,
    op=set_target,
    when=whens.API,
    examples=(
        Example(
            samples.request(target=b"/2023-03-30/functions/web/invocations"),
            samples.request(target=b"/invoke"),
            samples.API,
        ),
    ),
)

DROP_HEADERS = Rule(
    id="invoke.drop.headers",
    summary=Text(
        "调用方的请求头不传给服务",
        "The caller's headers do not reach the server",
    ),
    why=Text(
        "InvokeFunction 只把事件交给函数；签名、User-Agent 等属于 API 本身。",
        "InvokeFunction hands over the event alone; signature, User-Agent and the like belong to the API itself.",
    ),
    source=sources.api_call("API-REQ-3"),
    evidence=Evidence.DOCUMENTED,
    op=keep_only(b"host", b"content-type", b"content-length", b"transfer-encoding"),
    when=whens.API,
    examples=(
        Example(
            samples.request((b"User-Agent", b"sdk"), (b"Content-Length", b"0")),
            samples.request((b"Content-Length", b"0")),
            samples.API,
        ),
    ),
)

SET_HOST = Rule(
    id="invoke.set.host",
    summary=Text(
        "Host 是函数计算内部的地址",
        "Host is an address inside FC",
    ),
    why=Text(
        "产品页面的例子写作 21.0.X.X；具体数字没有公开。",
        "The product page prints 21.0.X.X; the digits are not published.",
    ),
    source=sources.api_call("API-REQ-1", "REQ-HDR-6"),
    evidence=Evidence.ASSUMED,
    op=set_header(b"Host", lambda _call: HOST),
    when=whens.API,
    examples=(Example(samples.request((b"host", b"127.0.0.1:8080")), samples.request((b"Host", HOST)), samples.API),),
    needed=True,
)

CONTENT_TYPE = Rule(
    id="invoke.set.content-type",
    summary=Text(
        "事件的类型总是 application/octet-stream",
        "The type of an event is always application/octet-stream",
    ),
    why=Text(
        "函数计算不解释事件。页面正文里的 octe-stream 是笔误，它自己的例子写的是 octet-stream。",
        "FC does not read events. The octe-stream in the page's prose is a slip; its own example has octet-stream.",
    ),
    source=sources.api_call("API-REQ-1"),
    evidence=Evidence.DOCUMENTED,
    op=set_header(b"Content-Type", lambda _call: EVENT_TYPE),
    when=whens.API,
    examples=(
        Example(
            samples.request((b"Content-Type", b"application/json")),
            samples.request((b"Content-Type", EVENT_TYPE)),
            samples.API,
        ),
    ),
)

STATUS = Rule(
    id="invoke.drop.status",
    summary=Text(
        "服务的状态码丢失，调用方得到 200",
        "The server's status is lost: the caller gets 200",
    ),
    why=Text(
        "转换过程中丢失状态码；服务的 400 与 200 在调用方看来一样。",
        "The status is lost in the conversion; a 400 of the server looks like its 200 to the caller.",
    ),
    source=sources.api_call("API-RESP-1", "API-RESP-4"),
    evidence=Evidence.DOCUMENTED,
    op=drop_status,
    when=whens.API,
    examples=(Example(samples.response(status=400, reason=b"Bad Request"), samples.response(), samples.API),),
)

RESPONSE_HEADERS = Rule(
    id="invoke.drop.response-headers",
    summary=Text(
        "服务的响应头丢失",
        "The server's response headers are lost",
    ),
    why=Text(
        "转换过程中丢失响应头；调用方只得到响应体。",
        "They are lost in the conversion; the caller gets the body alone.",
    ),
    source=sources.api_call("API-RESP-1"),
    evidence=Evidence.DOCUMENTED,
    op=keep_only(b"content-type", b"content-length", b"transfer-encoding"),
    when=whens.API,
    examples=(
        Example(
            samples.response((b"X-App", b"1"), (b"Content-Length", b"0")),
            samples.response((b"Content-Length", b"0")),
            samples.API,
        ),
    ),
)

RESPONSE_TYPE = Rule(
    id="invoke.set.response-type",
    summary=Text(
        "结果的类型总是 application/octet-stream",
        "The type of a result is always application/octet-stream",
    ),
    why=Text(
        "服务的 Content-Type 已经丢失；有的 SDK 会解析 application/json，而结果是原样的字节。",
        "The server's Content-Type is lost; some SDKs would parse application/json, and a result is bytes as they are.",
    ),
    source=sources.api_call("API-RESP-1", "API-SDK-2"),
    evidence=Evidence.ASSUMED,
    op=set_header(b"Content-Type", lambda _call: EVENT_TYPE),
    when=whens.API,
    examples=(
        Example(
            samples.response((b"Content-Type", b"text/html")),
            samples.response((b"Content-Type", EVENT_TYPE)),
            samples.API,
        ),
    ),
    needed=True,
)
