"""The demo's calls: one for each thing that FC's gateway does to a web function, as data.

Must not know: how they are sent or shown. Read next: demo.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LARGEST_ASYNC_BODY = 128 * 1024
CUSTOM = "shop.example.test"
DEFAULT = "web-abcdefghij.cn-hangzhou.fcapp.run"


@dataclass(frozen=True, slots=True)
class Call:
    """A request and what it shows, in English and Chinese.

    `announce`: the Content-Length to send instead of the body's own, to see an early refusal.
    """

    method: str
    target: str
    shows: str
    shows_zh: str
    headers: dict[str, str] = field(default_factory=dict)
    host: str = CUSTOM
    body: bytes = b""
    announce: int | None = None

    @property
    def is_async(self) -> bool:
        """Whether it is to be accepted and delivered afterwards."""
        return self.headers.get("X-Fc-Invocation-Type") == "Async" and len(self.body) <= LARGEST_ASYNC_BODY


CALLS = (
    Call("GET", "/hello", "custom domain: passed through", "自定义域名：透传"),
    Call(
        "GET",
        "/hello?page=2",
        "default domain: Content-Disposition: attachment is forced",
        "默认域名：强制添加 Content-Disposition: attachment",
        host=DEFAULT,
    ),
    Call(
        "POST",
        "/orders",
        "reserved request headers never reach your server",
        "系统保留的请求头不会到达您的服务",
        {"Content-Type": "application/json", "X-Fc-Account-Id": "forged", "Keep-Alive": "timeout=5", "X-Trace": "7"},
        body=b'{"item": "tea", "count": 2}',
    ),
    Call("PUT", "/a%20b//c?x=1&x=2", "the path arrives byte for byte", "路径逐字节透传", body=b"\x00\xff\x80"),
    Call(
        "GET",
        "/with-log",
        "X-Fc-Log-Type: Tail returns the last 4 KB of the log",
        "X-Fc-Log-Type: Tail 返回最后 4 KB 日志",
        {"X-Fc-Log-Type": "Tail"},
    ),
    Call(
        "POST",
        "/later",
        "asynchronous: 202 now, your server is called afterwards",
        "异步调用：立即返回 202，随后调用您的服务",
        {"X-Fc-Invocation-Type": "Async"},
        body=b"do it later",
    ),
    Call(
        "GET",
        "/headers",
        "headers over 8 KB: refused, your server is not called",
        "请求头超过 8 KB：拒绝，不会调用您的服务",
        {"X-Large": "x" * 8192},
    ),
    Call(
        "GET",
        "/path?q=" + "x" * 4096,
        "path and query over 4 KB: refused",
        "路径与查询参数超过 4 KB：拒绝",
    ),
    Call(
        "POST",
        "/upload",
        "a body announced over 32 MB: refused before it is read",
        "声明的请求体超过 32 MB：读取之前就拒绝",
        announce=32 * 1024 * 1024 + 1,
    ),
    Call(
        "POST",
        "/later",
        "asynchronous body over 128 KB: refused",
        "异步请求体超过 128 KB：拒绝",
        {"X-Fc-Invocation-Type": "Async"},
        body=b"x" * (LARGEST_ASYNC_BODY + 1),
    ),
    Call(
        "POST",
        "/2023-03-30/functions/web/invocations",
        "InvokeFunction API 3.0: your server gets POST /invoke",
        "InvokeFunction API（3.0）：您的服务收到 POST /invoke",
        {"Content-Type": "application/json"},
        body=b"hello world",
    ),
    Call(
        "POST",
        "/2016-08-15/services/demo/functions/web/invocations",
        "InvokeFunction API 2.0: status and headers of the answer are lost",
        "InvokeFunction API（2.0）：响应的状态码和响应头会丢失",
        body=b"hello world",
    ),
)
