"""Messages as Hypothesis draws them: ordinary ones, with the fields that rules care about thrown in."""

from __future__ import annotations

from hypothesis import strategies as st

from gateway.messages import Request, Response

NAMES = (
    b"Host", b"Connection", b"connection", b"Keep-Alive", b"TE", b"Upgrade", b"Expect", b"X-Fc-Invocation-Type",
    b"X-Fc-Log-Type", b"x-fc-log-type", b"X-Fc-Account-Id", b"X-Fc-Status", b"Server", b"Date", b"Location",
    b"Content-Disposition", b"Content-Type", b"Cookie", b"Set-Cookie", b"X-App", b"x_fc_a", b"Origin", b"Accept",
    b"Access-Control-Allow-Origin", b"Access-Control-Request-Method", b"X-Fc-Async-Task-Id",
)  # fmt: skip
VALUES = (
    b"", b"a", b"close", b"keep-alive, X-App", b"Sync", b"Async", b"Tail", b"None", b"404", b"attachment", b"text/html",
    b"127.0.0.1:8080", b"web-abcdefghij.cn-hangzhou.fcapp.run", b"http://a.test", b"a.test", b"shop.example.test",
    b"\xff\x80",
)  # fmt: skip
TARGETS = (
    b"/", b"/a%20b?x=1&x=2", b"//a", b"/invoke", b"http://b.test/x", b"*", b"/2023-03-30/functions/web/invocations",
    b"/2016-08-15/proxy/s.prod/web/a?b", b"/2021-04-06/services/s/functions/f/invocations?qualifier=p",
    b"/2023-03-30/functions/x", b"/api/x?y", b"/gone",
)  # fmt: skip

tokens = st.from_regex(rb"[A-Za-z0-9-]{1,12}", fullmatch=True)
lines = st.tuples(st.sampled_from(NAMES) | tokens, st.sampled_from(VALUES) | st.binary(max_size=12))
fields = st.lists(lines, max_size=12).map(tuple)
bodies = st.binary(max_size=40)


@st.composite
def framed(draw: st.DrawFn) -> tuple[tuple[tuple[bytes, bytes], ...], bytes]:
    """Field lines and a body that agree, as a parser would hand them over."""
    headers = tuple(line for line in draw(fields) if line[0].lower() not in (b"content-length", b"transfer-encoding"))
    body = draw(bodies)
    kind = draw(st.sampled_from(("length", "chunks", "none")))
    if kind == "none":
        return headers, b""
    line = (b"Content-Length", b"%d" % len(body)) if kind == "length" else (b"transfer-encoding", b"chunked")
    place = draw(st.integers(0, len(headers)))
    return (*headers[:place], line, *headers[place:]), body


@st.composite
def requests(draw: st.DrawFn) -> Request:
    headers, body = draw(framed())
    method = draw(st.sampled_from((b"GET", b"POST", b"HEAD", b"OPTIONS", b"PUT", b"PURGE")))
    version = draw(st.sampled_from((b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0")))
    trailers = draw(st.lists(lines, max_size=1).map(tuple))
    target = draw(st.sampled_from(TARGETS) | st.binary(min_size=1, max_size=30))
    return Request(method, target, headers, body, version, trailers)


@st.composite
def responses(draw: st.DrawFn) -> Response:
    headers, body = draw(framed())
    status = draw(st.sampled_from((200, 200, 204, 302, 304, 400, 404, 500)))
    trailers = draw(st.lists(lines, max_size=1).map(tuple))
    version = draw(st.sampled_from((b"HTTP/1.1", b"HTTP/1.0")))
    return Response(status, draw(st.sampled_from((b"", b"OK"))), headers, body, version, trailers)
