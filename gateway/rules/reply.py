"""What the gateway puts on every message to the client, its own errors among them.

Contract sections 6, 14 and 16. Must not know: how the message came about.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config import Evidence
from gateway.dates import http_date
from gateway.errors import UNHANDLED
from gateway.framing import frame_reply
from gateway.messages import Response, get
from gateway.ops import add_headers, set_header
from gateway.rule import Example, Rule, Source, Text, When
from gateway.rules import samples, sources, whens

if TYPE_CHECKING:
    from gateway.messages import Headers
    from gateway.rule import Call


def request_id(call: Call) -> Headers:
    """The id under which logs and the server know this call."""
    return ((b"X-Fc-Request-Id", call.facts.seed.request_id.encode()),)


def date(call: Call) -> Headers:
    """The moment of the answer; the server's own Date is gone by now."""
    return ((b"Date", http_date(call.facts.answered_us)),)


def own_version(response: Response, _call: Call) -> Response:
    """Answer in HTTP/1.1, whatever the server speaks."""
    return response if response.version == b"HTTP/1.1" else replace(response, version=b"HTTP/1.1")


def log_result(call: Call) -> Headers:
    """The end of this call's log, in base64; nothing when the log is not known."""
    tail = call.facts.log_tail
    if tail is None:
        return ()
    return ((b"X-Fc-Log-Result", b64encode(tail[-call.config.limits.log_tail :])),)


def reports_failure(call: Call) -> bool:
    """Whether the server said by x-fc-status that the call failed (contract RESP-ST-1)."""
    return call.response is not None and get(call.response.headers, b"x-fc-status") == b"404"


FAILED = When(
    Text("服务以 x-fc-status 报告失败的 API 调用", "API calls that the server reports as failed by x-fc-status"),
    whens.API.ingresses,
    reports_failure,
)

REQUEST_ID = Rule(
    id="reply.add.request-id",
    summary=Text(
        "每个响应都带 X-Fc-Request-Id",
        "Every answer carries X-Fc-Request-Id",
    ),
    why=Text(
        "凭它可以在日志里找到这次调用；服务看到的 x-fc-request-id 是同一个值。",
        "The call is found in the logs by it; the server saw the same value as x-fc-request-id.",
    ),
    source=sources.http_call("RESP-ADD-1", "CTX-RID-3"),
    evidence=Evidence.DOCUMENTED,
    op=add_headers(request_id),
    when=whens.ALWAYS,
    examples=(Example(samples.response(), samples.response(*request_id(samples.CUSTOM)), samples.CUSTOM),),
)

VERSION = Rule(
    id="reply.own.version",
    summary=Text(
        "网关以 HTTP/1.1 回答",
        "The gateway answers in HTTP/1.1",
    ),
    why=Text(
        "协议版本属于每一跳，不属于服务。",
        "The version belongs to each hop, not to the server.",
    ),
    source=sources.rfc9110("2.5", "PROTO-H2"),
    evidence=Evidence.ASSUMED,
    op=own_version,
    when=whens.ALWAYS,
    examples=(Example(replace(samples.response(), version=b"HTTP/1.0"), samples.response(), samples.CUSTOM),),
    needed=True,
)

DATE = Rule(
    id="reply.own.date",
    summary=Text(
        "Date 由网关写",
        "The gateway writes Date",
    ),
    why=Text(
        "date 是保留字段，服务不能自定义；值是回答的时刻。",
        "date is a reserved header that the server cannot set; it is the moment of the answer.",
    ),
    source=sources.limits("RESP-HDR-2"),
    evidence=Evidence.DOCUMENTED,
    op=add_headers(date),
    when=whens.ALWAYS,
    examples=(
        Example(samples.response(), samples.response((b"Date", b"Fri, 07 Feb 2025 05:50:45 GMT")), samples.CUSTOM),
    ),
)

ATTACHMENT = Rule(
    id="res.force.attachment",
    summary=Text(
        "默认域名上强制 Content-Disposition: attachment",
        "The default domain forces Content-Disposition: attachment",
    ),
    why=Text(
        "浏览器因此下载内容而不打开它；绑定自定义域名可以解除。服务自己的值被替换。",
        "Browsers then download instead of showing; a custom domain lifts it. The server's own value is replaced.",
    ),
    source=sources.limits("RESP-CD-1", "RESP-CD-2", "RESP-CD-3"),
    evidence=Evidence.DOCUMENTED,
    op=set_header(b"Content-Disposition", lambda _call: b"attachment"),
    when=whens.DEFAULT_DOMAIN,
    examples=(
        Example(
            samples.response((b"Content-Disposition", b"inline")),
            samples.response((b"Content-Disposition", b"attachment")),
            samples.DEFAULT,
        ),
    ),
)

LOG_RESULT = Rule(
    id="reply.add.log-result",
    summary=Text(
        "X-Fc-Log-Type: Tail 得到 X-Fc-Log-Result",
        "X-Fc-Log-Type: Tail gets X-Fc-Log-Result",
    ),
    why=Text(
        "本次调用最后 4 KB 日志，base64 编码；异步调用没有。",
        "The last 4 KB of the log of this call, in base64; asynchronous calls get none.",
    ),
    source=sources.http_call("LOG-4", "RESP-ADD-4"),
    evidence=Evidence.DOCUMENTED,
    op=add_headers(log_result),
    when=whens.TAIL,
    examples=(Example(samples.response(), samples.response((b"X-Fc-Log-Result", b"aGVsbG8K")), samples.TAIL),),
)

ERROR_TYPE = Rule(
    id="reply.add.error-type",
    summary=Text(
        "报告失败的 API 调用得到 X-Fc-Error-Type",
        "An API call that the server reports as failed gets X-Fc-Error-Type",
    ),
    why=Text(
        "状态码是 200，失败只写在这个字段里；链接到 x-fc-status 是推断。",
        "The status is 200: the failure is in this header alone. Its link to x-fc-status is inferred.",
    ),
    source=Source(("API-RESP-3", "RESP-ST-1"), sources.EVENT_FUNCTION, "x-fc-status"),
    evidence=Evidence.DOCUMENTED,
    op=add_headers(lambda _call: ((b"X-Fc-Error-Type", UNHANDLED),)),
    when=FAILED,
    examples=(
        Example(
            samples.response(),
            samples.response((b"X-Fc-Error-Type", UNHANDLED)),
            replace(samples.API, response=samples.response((b"x-fc-status", b"404"))),
        ),
    ),
)

FRAMING = Rule(
    id="reply.own.framing",
    summary=Text(
        "响应体的长度由网关对客户端重新说明",
        "The gateway tells the client the length of the body anew",
    ),
    why=Text(
        "有长度的仍带长度，分块的仍分块；以断开连接结束的变为分块，HTTP/1.0 客户端除外。",
        "A length stays, chunks stay chunks; an end by closing becomes chunks, but for clients of HTTP/1.0.",
    ),
    source=sources.rfc9112("6.3", "RESP-HDR-2", "STREAM-1"),
    evidence=Evidence.ASSUMED,
    op=frame_reply,
    when=whens.ALWAYS,
    examples=(Example(samples.response(), samples.response((b"Transfer-Encoding", b"chunked")), samples.CUSTOM),),
    needed=True,
)

CONNECTION = Rule(
    id="reply.own.connection",
    summary=Text(
        "最后一个响应带 Connection: close",
        "The last answer on a connection says Connection: close",
    ),
    why=Text(
        "客户端要求断开，或使用 HTTP/1.0；此字段属于网关与客户端之间的连接。",
        "The client asked for it, or speaks HTTP/1.0; the header belongs to the connection between gateway and client.",
    ),
    source=sources.rfc9112("9.6", "RESP-HDR-1"),
    evidence=Evidence.ASSUMED,
    op=add_headers(lambda _call: ((b"Connection", b"close"),)),
    when=whens.LAST,
    examples=(
        Example(
            samples.response(),
            samples.response((b"Connection", b"close")),
            replace(samples.CUSTOM, facts=replace(samples.CUSTOM.facts, close=True)),
        ),
    ),
    needed=True,
)
