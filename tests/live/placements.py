"""Where secrets turn up on the wire: one call per row, each with secrets of its own, so that a leak names its row.

Read next: test_canaries.py; ../store/placements.py (the same for single exchanges, without a proxy).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from dataclasses import dataclass
from dataclasses import field as value_of
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

import brotli  # type: ignore[import-untyped] # it ships no annotations
import zstandard

from tests.live.messages import chunk, chunked
from tests.live.scripted import Behaviour

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = b"application/json"
FORM = b"application/x-www-form-urlencoded"
TEXT = b"text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Row:
    """One call: what the client sends, what the server does, and which bytes must be nowhere afterwards.

    `resent`: `replay.py send` can send it to a server again.
    """

    request: bytes
    secrets: tuple[bytes, ...]
    behaviour: Behaviour = value_of(default_factory=Behaviour)
    resent: bool = True
    leaves: bool = False


def secret_of(name: str) -> bytes:
    """A value that belongs to one row; some of its characters need percent and JSON coding."""
    return b"Cn" + base64.b64encode(hashlib.sha256(name.encode()).digest())[:14] + b"/+7=z"


def percent(value: bytes) -> bytes:
    """A value as it stands in a query."""
    return quote_from_bytes(value, safe="").encode()


def request(*lines: bytes, target: bytes = b"/", body: bytes = b"", method: bytes = b"POST") -> bytes:
    """A request with further field lines."""
    head = (b"%b %b HTTP/1.1" % (method, target), b"Host: app.example.test", *lines)
    length = () if not body and method == b"GET" else (b"Content-Length: %d" % len(body),)
    return b"\r\n".join((*head, *length)) + b"\r\n\r\n" + body


def field(name: bytes, value: bytes) -> bytes:
    """A request with one field."""
    return request(b"%b: %b" % (name, value), method=b"GET")


def get(target: bytes) -> bytes:
    """A request for a target."""
    return request(target=target, method=b"GET")


def post(content_type: bytes, body: bytes, *lines: bytes) -> bytes:
    """A request with a body."""
    return request(b"Content-Type: " + content_type, *lines, body=body)


def answer(*lines: bytes, body: bytes = b"") -> Behaviour:
    """An answer with these field lines."""
    head = (b"HTTP/1.1 200 OK", *lines, b"Content-Length: %d" % len(body))
    return Behaviour(sends=(b"\r\n".join(head) + b"\r\n\r\n" + body,))


def typed(content_type: bytes, body: bytes, *lines: bytes) -> Behaviour:
    """An answer with a body."""
    return answer(b"Content-Type: " + content_type, *lines, body=body)


FIELDS = (
    "X-Api-Key", "Api-Key", "X-Auth-Token", "X-Csrf-Token", "X-Xsrf-Token", "X-Amz-Security-Token", "X-Goog-Api-Key",
    "X-Vault-Token", "X-Fc-Access-Key-Id", "X-Fc-Access-Key-Secret", "X-Fc-Security-Token", "X-Acs-Security-Token",
    "X-Acs-Accesskey-Id", "X-Acs-Signature", "X-Oss-Security-Token", "X-My-Session", "X-Client-Secret",
)  # fmt: skip

REQUESTS: dict[str, Callable[[bytes], bytes]] = {
    "bearer": lambda v: field(b"Authorization", b"Bearer " + v),
    "basic": lambda v: field(b"Authorization", b"Basic " + base64.b64encode(b"alice:" + v)),
    "bare": lambda v: field(b"authorization", v),
    "fc-signature": lambda v: field(b"Authorization", b"FC LTAIx:" + v),
    "acs3": lambda v: field(b"Authorization", b"ACS3-HMAC-SHA256 Credential=x,SignedHeaders=host,Signature=" + v),
    "proxy-authorization": lambda v: field(b"Proxy-Authorization", b"Bearer " + v),
    "cookie": lambda v: field(b"Cookie", b"theme=dark; sid=" + v + b"; lang=zh"),
    "cookie-quoted": lambda v: field(b"Cookie", b'a="' + v + b'"'),
    "referer": lambda v: field(b"Referer", b"https://a.example.test/x?token=" + percent(v) + b"&b=1"),
    "url-user": lambda v: field(b"X-Callback", b"https://alice:" + percent(v) + b"@a.example.test/"),
    "two-equal-fields": lambda v: request(b"X-Api-Key: a" + v, b"X-Api-Key: b" + v, method=b"GET"),
    "query-token": lambda v: get(b"/a?x=1&access_token=" + percent(v) + b"&y=2"),
    "query-raw": lambda v: get(b"/a?api_key=" + v),
    "query-name-coded": lambda v: get(b"/a?p%61ssword=" + percent(v)),
    "query-signature": lambda v: get(b"/o?OSSAccessKeyId=x&Signature=" + percent(v) + b"&Expires=1"),
    "query-oss4": lambda v: get(b"/o?x-oss-signature=" + percent(v)),
    "query-oauth-code": lambda v: get(b"/cb?code=" + percent(v) + b"&state=abc"),
    "query-saml": lambda v: get(b"/cb?SAMLResponse=" + percent(v)),
    "query-lower-hex": lambda v: get(b"/a?token=" + percent(v).lower()),
    "json": lambda v: post(JSON, json.dumps({"user": "alice", "password": v.decode(), "n": 1}).encode()),
    "json-escaped-slash": lambda v: post(JSON, b'{"secret":"' + v.replace(b"/", b"\\/") + b'"}'),
    "json-nested": lambda v: post(JSON, b'{"credentials": {"user": "a", "list": [{"x": "' + v + b'"}]}}'),
    "json-camel": lambda v: post(JSON, b'{"a": [{"accessKeySecret": "' + v + b'"}]}'),
    "json-name-escaped": lambda v: post(JSON, b'{"pass\\u0077ord": "' + v + b'"}'),
    "json-in-json": lambda v: post(JSON, json.dumps({"body": json.dumps({"apiKey": v.decode()})}).encode()),
    "json-untyped": lambda v: request(body=b'{"refresh_token": "' + v + b'"}'),
    "form": lambda v: post(FORM, b"user=alice&password=" + percent(v) + b"&n=1"),
    "form-name-coded": lambda v: post(FORM, b"client%5Fsecret=" + percent(v)),
    "multipart": lambda v: post(
        b"multipart/form-data; boundary=xx",
        b'--xx\r\nContent-Disposition: form-data; name="password"\r\n\r\n' + v + b"\r\n--xx--\r\n",
    ),
    "multipart-typed": lambda v: post(
        b"multipart/form-data; boundary=xx",
        b'--xx\r\nContent-Disposition: form-data; name="id_token"\r\nContent-Type: text/plain\r\n\r\n'
        + v
        + b"\r\n--xx--\r\n",
    ),
    "xml": lambda v: post(b"text/xml", b"<login><password>" + v + b"</password></login>"),
    "yaml": lambda v: post(b"application/yaml", b"user: a\napi_key: " + v + b"\n"),
    "gzip": lambda v: post(JSON, gzip.compress(b'{"token":"' + v + b'"}', mtime=0), b"Content-Encoding: gzip"),
    "gzip-undeclared": lambda v: post(b"application/gzip", gzip.compress(b"password=" + v, mtime=0)),
    "binary": lambda v: post(b"application/octet-stream", b"\0\1\2password=" + v + b"\0\xff"),
    "chunked": lambda v: request(b"Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
    + chunked((b'{"tok', b'en":"' + v[:5], v[5:] + b'"}')),
    "large": lambda v: post(JSON, b'{"pad":"%b","token":"%b","more":"%b"}' % (b"p" * 300_000, v, b"q" * 9000)),
    "asynchronous": lambda v: request(b"X-Fc-Invocation-Type: Async", b"X-Vault-Token: " + v, body=b"token=" + v),
    "api": lambda v: request(
        b"Authorization: Bearer " + v,
        b"X-Fc-Log-Type: Tail",
        target=b"/2023-03-30/functions/web/invocations?sig=" + percent(v),
        body=b'{"secret":"' + v + b'"}',
    ),
}  # fmt: skip

REFUSED: dict[str, Callable[[bytes], bytes]] = {
    "refused-head-too-large": lambda v: request(b"Authorization: Bearer " + v, b"X-Pad: " + b"p" * 9000, method=b"GET"),
    "refused-target-too-long": lambda v: get(b"/?token=" + percent(v) + b"&pad=" + b"p" * 9000),
    "refused-trace": lambda v: request(b"Cookie: sid=" + v, method=b"TRACE"),
    "malformed-field": lambda v: b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + v + b"\r\nno colon\r\n\r\n",
    "malformed-cookie": lambda v: b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1; sid=" + v + b"\r\nB\0d: 1\r\n\r\n",
    "malformed-target": lambda v: b"GET /?token=" + percent(v) + b" HTTP/9\r\nHost: a\r\n\r\n",
    "malformed-bare-cr": lambda v: b"GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: " + v + b"\rX: 1\r\n\r\n",
    "malformed-chunk": lambda v: (
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        + chunk(b'{"token":"' + v + b'"}')
        + b"zz\r\n"
    ),
}

ANSWERS: dict[str, Callable[[bytes], Behaviour]] = {
    "set-cookie": lambda v: answer(b"Set-Cookie: sid=" + v + b"; Path=/; HttpOnly", b"Set-Cookie: b=2" + v),
    "answer-token-field": lambda v: answer(b"X-Auth-Token: " + v),
    "location": lambda v: answer(b"Location: /next?access_token=" + percent(v)),
    "answer-json": lambda v: typed(JSON, b'{"access_token": "' + v + b'", "token_type": "bearer"}'),
    "answer-form": lambda v: typed(FORM, b"oauth_token_secret=" + percent(v)),
    "answer-gzip": lambda v: typed(JSON, gzip.compress(b'{"token":"' + v + b'"}', mtime=0), b"Content-Encoding: gzip"),
    "answer-deflate": lambda v: typed(JSON, zlib.compress(b'{"token":"' + v + b'"}'), b"Content-Encoding: deflate"),
    "answer-brotli": lambda v: typed(JSON, brotli.compress(b'{"token":"' + v + b'"}'), b"Content-Encoding: br"),
    "answer-zstd": lambda v: typed(JSON, zstandard.compress(b'{"token":"' + v + b'"}'), b"Content-Encoding: zstd"),
    "answer-gzip-undeclared": lambda v: typed(JSON, gzip.compress(b'{"token":"' + v + b'"}', mtime=0)),
    "answer-gzip-cut": lambda v: typed(JSON, gzip.compress(b'{"token":"%b"}' % v, 0)[:-6], b"Content-Encoding: gzip"),
    "answer-text": lambda v: typed(TEXT, b"curl -H 'Authorization: Bearer " + v + b"' http://a.example.test/"),
    "answer-page": lambda v: typed(b"text/html", b'<a href="/x?token=' + percent(v) + b'">next</a>'),
    "answer-trailer": lambda v: Behaviour(
        sends=(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            chunked((b"ok",), b"X-Auth-Token: %b\r\n" % v),
        )
    ),
    "answer-cut": lambda v: Behaviour(
        sends=(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n", b'{"token":"' + v),
        then="close",
    ),
    "answer-malformed": lambda v: Behaviour(
        sends=(b"HTTP/1.1 2x0 OK\r\nSet-Cookie: sid=" + v + b"\r\n\r\n",), then="close"
    ),
}  # fmt: skip

SHAPES: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "jwt": (b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ", lambda v: field(b"X-Trace", v)),
    "access-key-id": (b"LTAI5tCanaryCanary47Qx", lambda v: field(b"X-Caller", v)),
    "sts-key-id": (b"STS.NUcanaryCanary4711", lambda v: post(JSON, b'{"caller":"' + v + b'"}')),
    "aws-key-id": (b"AKIACANARY4711CANARY", lambda v: get(b"/?who=" + v)),
    "github": (b"ghp_canaryCanary4711canaryCanary4711", lambda v: post(TEXT, b"see " + v + b" there")),
    "card": (b"4539578763621486", lambda v: post(JSON, b'{"paid_with":"' + v + b'"}')),
}

SSE = b'data: {"n": 1}\n\ndata: {"n": 2, "token": "%b", "m": 3}\n\n'


def split_stream(at: int) -> tuple[bytes, Behaviour]:
    """An event stream cut in two chunks at this distance from its secret's start; the secret."""
    value = secret_of(f"stream-{at}")
    text = SSE % value
    cut = text.index(value) + at
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return value, Behaviour(sends=(head + chunk(text[:cut]), chunk(text[cut:]), b"0\r\n\r\n"))


def _rows() -> dict[str, Row]:
    rows = {f"field-{name.lower()}": Row(field(name.encode(), secret_of(name)), (secret_of(name),)) for name in FIELDS}
    rows |= {name: Row(make(secret_of(name)), (secret_of(name),)) for name, make in REQUESTS.items()}
    rows |= {name: Row(make(secret_of(name)), (secret_of(name),), resent=False) for name, make in REFUSED.items()}
    for name, tell in ANSWERS.items():
        rows[name] = Row(get(b"/" + name.encode()), (secret_of(name),), tell(secret_of(name)))
    rows |= {name: Row(make(value), (value,)) for name, (value, make) in SHAPES.items()}
    for at in range(-2, len(secret_of("")) + 2):
        value, behaviour = split_stream(at)
        rows[f"stream-cut-at-{at}"] = Row(get(b"/stream"), (value,), behaviour)
    for name, form in ECHOES.items():
        value = secret_of(name)
        rows[name] = Row(field(b"X-Api-Key", value), (value,), typed(TEXT, b"you sent " + form(value) + b", thanks"))
    value = secret_of("left")
    half = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\npassword=" + value + b"&"
    rows["client-left"] = Row(half, (value,), resent=False, leaves=True)
    return rows


ECHOES: dict[str, Callable[[bytes], bytes]] = {
    "echo-raw": lambda v: v,
    "echo-percent": percent,
    "echo-base64": base64.b64encode,
    "echo-hex": lambda v: v.hex().encode(),
}

ROWS = _rows()

CONTROL_TARGET = (
    b"/read?author=Ada&passage=12&secretary=Bob&tokenizer=bpe&max_tokens=16&keyboard=us&design=flat&code=404&monkey=1"
)
CONTROL_BODY = (
    b'{"author": "Ada Control", "tokenizer": "bpe", "secretary": "Bob Control", "passage": "the text of it", '
    b'"keyboard": "qwerty", "token_type": "bearer", "code": "CN", "phone": "13800138000"}'
)
CONTROL = Row(
    request(b"Content-Type: application/json", b"X-Author: Ada", target=CONTROL_TARGET, body=CONTROL_BODY), ()
)
