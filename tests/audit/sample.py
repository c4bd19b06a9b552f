"""A dozen telling calls, made by the gateway's own core, with fixed clocks and ids: what the audit tests render."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, field, replace
from functools import cache

from gateway.config import Config, Domain, Evidence, Function, Route
from gateway.exchange import Exchange, Failure, Piece, State, Timings, View
from gateway.facts import Seed
from gateway.messages import Body, Headers, Request, Response
from gateway.recompute import recompute
from gateway.survey import survey

CONFIG = Config(
    functions=(Function(name="hello", memory_mb=512, timeout_s=60),),
    domains=(Domain("www.example.com", (Route("/*", "hello"),)),),
    evidence=Evidence.DOCUMENTED,
)
START_US = 1_795_362_127_118_000  # 2026-11-22 15:42:07.118 UTC
DEFAULT_HOST = b"hello-abcd.cn-hangzhou.fcapp.run"
API = b"/2023-03-30/functions/hello/invocations"


@dataclass
class Call:
    """One call to be made: what the client sends, and what becomes of it."""

    target: bytes
    answer: Response | None = None
    method: bytes = b"GET"
    headers: Headers = ()
    body: Body = b""
    host: bytes = DEFAULT_HOST
    failure: Failure | None = None
    text: str = ""
    timings: Timings = field(default_factory=lambda: Timings(600, 1500, 24_900, 25_300, 27_100))
    after_ms: int = 1000
    log: bytes = b""
    pieces: tuple[Piece, ...] = ()
    parent_id: int | None = None
    attempt: int = 0
    state: State | None = None


def make(ident: int, call: Call, at_us: int) -> Exchange:
    """The exchange that the gateway's rules make of a call."""
    head = Request(call.method, call.target, ((b"Host", call.host), *call.headers), call.body)
    seed = Seed(f"1-6741f2c3-8a4d{ident:04x}-3e0b9c52d1f7", at_us, attempt=call.attempt)
    facts = replace(
        survey(head, seed, CONFIG), answered_us=at_us + call.timings.done, duration_us=call.timings.server_end
    )
    if call.log and facts.log_type.value == "Tail":
        facts = replace(facts, log_tail=call.log)
    # `recompute` derives everything else; a placeholder response says that the client got one.
    raw = Exchange(
        id=ident,
        facts=facts,
        client=View(head, Response(0)),
        server=View(head, call.answer) if call.answer or call.failure in (Failure.CLOSED, Failure.TIMED_OUT) else None,
        state=State.COMPLETE,
        failure=call.failure,
        failure_text=call.text,
        timings=call.timings,
        pieces=call.pieces,
        log=call.log,
        parent_id=call.parent_id,
        config_digest="sample",
    )
    made = recompute(raw, CONFIG)
    return replace(made, state=call.state or _state(made))


def _state(made: Exchange) -> State:
    if made.failure is not None:
        return State.TIMED_OUT if made.failure is Failure.TIMED_OUT else State.SERVER_FAILED
    return State.REFUSED if made.server is None and made.error_code else State.COMPLETE


def png() -> bytes:
    """A picture of 10 x 10 translucent pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + b"\x50\x50\xff\xc0" * 10 for _ in range(10))
    header = struct.pack(">IIBBBBB", 10, 10, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


USERS = json.dumps(
    {
        "page": 2,
        "items": [
            {"id": 4, "name": "李雷", "role": "admin"},
            {"id": 5, "name": "韩梅梅", "role": "dev"},
            {"id": 6, "name": "Ada", "role": "dev"},
        ],
        "next": None,
    }
).encode()
SSE = b"".join(b"event: token\nid: %d\ndata: %s\n\n" % (n, w) for n, w in enumerate([b"Hello", b",", b" world"], 1))
FORM = b"\r\n".join(
    (
        b"--XYZ",
        b'Content-Disposition: form-data; name="title"',
        b"",
        "报告".encode(),
        b"--XYZ",
        b'Content-Disposition: form-data; name="file"; filename="a.png"',
        b"Content-Type: image/png",
        b"",
        png(),
        b"--XYZ--",
        b"",
    )
)


def ok(body: bytes, *headers: tuple[bytes, bytes], status: int = 200, reason: bytes = b"OK") -> Response:
    """An answer of the user's server."""
    return Response(status, reason, (*headers, (b"Content-Length", str(len(body)).encode())), body)


_WERKZEUG = (
    (b"Server", b"Werkzeug/3.1.9 Python/3.10"),
    (b"Date", b"Sun, 22 Nov 2026 15:42:06 GMT"),
)
_JSON = (b"Content-Type", b"application/json; charset=utf-8")

CALLS = (
    Call(
        b"/api/users?page=2&size=3",
        ok(
            USERS,
            *_WERKZEUG,
            _JSON,
            (b"Function-Name", b"hello"),
            (b"Cache-Control", b"no-store"),
            (b"X-Fc-Trace", b"7f31"),
            (b"Connection", b"close"),
        ),
        headers=(
            (b"User-Agent", b"curl/8.10.1"),
            (b"Accept", b"application/json"),
            (b"Authorization", b"Bearer secret:5a1f0c22be90"),
            (b"Accept-Encoding", b"gzip"),
            (b"Connection", b"keep-alive"),
            (b"Keep-Alive", b"timeout=5"),
            (b"X-Fc-Debug", b"1"),
            (b"X-Fc-Log-Type", b"Tail"),
        ),
        log=b'FC Invoke Start RequestId: 1-6741f2c3\n127.0.0.1 - - "GET /api/users?page=2&size=3 HTTP/1.1" 200 -\nFC Invoke End RequestId: 1-6741f2c3\n',  # noqa: E501
    ),
    Call(
        b"/upload",
        method=b"POST",
        headers=((b"Content-Type", b"application/octet-stream"), (b"Content-Length", b"33554433")),
        body=b"PK\x03\x04\x14\x00\x08\x00\x08\x00" + bytes(32 * 1024 * 1024 + 1 - 10),
        timings=Timings(210_000, -1, -1, -1, 212_000),
    ),
    Call(
        b"/report",
        ok(
            b"<h1>report</h1>",
            (b"Content-Type", b"text/html; charset=utf-8"),
            (b"Set-Cookie", b"session=" + b"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." * 230),
        ),
        timings=Timings(500, 1200, 60_000, 60_300, 61_000),
    ),
    Call(
        API,
        ok(b'{"greeting":"hello world"}', *_WERKZEUG, _JSON),
        method=b"POST",
        host=b"1234567890123456.cn-hangzhou.fc.aliyuncs.com",
        headers=(
            (b"x-acs-action", b"InvokeFunction"),
            (b"x-acs-date", b"2026-11-22T15:42:10Z"),
            (
                b"Authorization",
                b"ACS3-HMAC-SHA256 Credential=key-id:77d0e1b2c3a4,SignedHeaders=host,Signature=secret:0c1d2e3f4a5b",
            ),
            (b"content-type", b"application/json"),
            (b"Content-Length", b"11"),
        ),
        body=b"hello world",
        timings=Timings(600, 1600, 17_000, 17_400, 19_000),
    ),
    Call(
        API,
        ok(
            b'{"errorMessage":"exception"}',
            *_WERKZEUG,
            (b"Content-Type", b"application/octet-stream"),
            status=400,
            reason=b"Bad Request",
        ),
        method=b"POST",
        host=b"1234567890123456.cn-hangzhou.fc.aliyuncs.com",
        headers=((b"content-type", b"application/octet-stream"), (b"Content-Length", b"11")),
        body=b"hello world",
        timings=Timings(600, 1600, 15_300, 15_800, 17_000),
    ),
    Call(
        b"/jobs/resize",
        method=b"POST",
        headers=(
            (b"X-Fc-Invocation-Type", b"Async"),
            (b"Content-Type", b"application/x-www-form-urlencoded"),
            (b"Content-Length", b"34"),
        ),
        body=b"file=%E7%8C%AB.png&width=320&fit=x",
        timings=Timings(400, -1, -1, -1, 1900),
    ),
    Call(
        b"/jobs/resize",
        ok(b"done", (b"Content-Type", b"text/plain")),
        method=b"POST",
        headers=(
            (b"X-Fc-Invocation-Type", b"Async"),
            (b"Content-Type", b"application/x-www-form-urlencoded"),
            (b"Content-Length", b"34"),
        ),
        body=b"file=%E7%8C%AB.png&width=320&fit=x",
        parent_id=6,
        timings=Timings(0, 300, 1_390_000, 1_398_000, 1_400_000),
    ),
    Call(
        b"/index.html",
        ok(b"<!doctype html><title>hi</title>", *_WERKZEUG, (b"Content-Type", b"text/html")),
        host=b"www.example.com",
        timings=Timings(300, 900, 9000, 9300, 9800),
    ),
    Call(
        b"/assets/logo.png",
        ok(png(), (b"Server", b"nginx/1.26"), (b"Content-Type", b"image/png")),
        host=b"www.example.com",
        timings=Timings(400, 1000, 3300, 3400, 4200),
    ),
    Call(
        b"/api/users?ids=" + b"1048576," * 512,
        timings=Timings(900, -1, -1, -1, 1400),
    ),
    Call(
        b"/chat",
        Response(200, b"OK", ((b"Content-Type", b"text/event-stream"), (b"Transfer-Encoding", b"chunked")), SSE),
        method=b"POST",
        host=b"www.example.com",
        headers=((b"Content-Type", b"multipart/form-data; boundary=XYZ"), (b"Content-Length", str(len(FORM)).encode())),
        body=FORM,
        timings=Timings(800, 1700, 120_000, 730_000, 731_000),
        pieces=(Piece(37, 130_000), Piece(70, 430_000), Piece(len(SSE), 730_000)),
    ),
    Call(
        b"/healthz",
        failure=Failure.NOT_LISTENING,
        text="connect to 127.0.0.1:9000: connection refused",
        timings=Timings(200, 700, -1, -1, 2200),
    ),
    Call(
        b"/slow",
        method=b"POST",
        headers=((b"Content-Type", b"text/plain"), (b"Content-Length", b"4")),
        body=b"ping",
        failure=Failure.CLOSED,
        text="the server closed the connection before a response",
        timings=Timings(200, 700, -1, -1, 5200),
    ),
    Call(
        b"/moved",
        ok(b"", (b"Location", b"/elsewhere"), status=302, reason=b"Found"),
        timings=Timings(200, 700, 2000, 2100, 2600),
    ),
)


@cache
def exchanges() -> tuple[Exchange, ...]:
    """The sample recording."""
    at_us, made = START_US, []
    for ident, call in enumerate(CALLS, 1):
        made.append(make(ident, call, at_us))
        at_us += call.after_ms * 1743
    return tuple(made)
