"""Where secrets turn up in traffic: one exchange per row, with the canary in one place."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import brotli  # type: ignore[import-untyped] # it ships no annotations
import zstandard

from gateway.config import Config
from gateway.core import on_interim
from gateway.exchange import Interim
from gateway.messages import Request, Response
from tests.store.samples import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange

CANARY = b"Zx9-canary/47+Q"
JWT = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"
PEM = b"-----BEGIN RSA PRIVATE KEY-----\nMIICanaryCanaryCanary\n-----END RSA PRIVATE KEY-----"
KEY_ID = b"LTAI5tCanaryCanary47Qx"

JSON = b"application/json"
FORM = b"application/x-www-form-urlencoded"


def request_header(name: bytes, value: bytes) -> Exchange:
    exchange = sample(1)
    request = Request(b"GET", b"/", ((b"Host", b"a.test"), (name, value)))
    return replace(
        exchange, client=replace(exchange.client, request=request), server=replace(exchange.client, request=request)
    )


def response_header(name: bytes, value: bytes) -> Exchange:
    exchange = sample(1)
    return replace(exchange, client=replace(exchange.client, response=Response(200, b"OK", ((name, value),), b"hello")))


def target(value: bytes) -> Exchange:
    return sample(1, target=value)


def body(content_type: bytes, value: bytes, coding: bytes = b"") -> Exchange:
    exchange = sample(1)
    headers = ((b"Content-Type", content_type), *(((b"Content-Encoding", coding),) if coding else ()))
    request = Request(b"POST", b"/", headers, value)
    return replace(
        exchange, client=replace(exchange.client, request=request), server=replace(exchange.client, request=request)
    )


def answer(content_type: bytes, value: bytes, coding: bytes = b"") -> Exchange:
    exchange = sample(1)
    headers = ((b"Content-Type", content_type), *(((b"Content-Encoding", coding),) if coding else ()))
    return replace(exchange, client=replace(exchange.client, response=Response(200, b"OK", headers, value)))


def log(text: bytes) -> Exchange:
    exchange = sample(1)
    return replace(exchange, log=text, facts=replace(exchange.facts, log_tail=text[-4096:]))


def raw(text: bytes) -> Exchange:
    return replace(sample(1), raw=text)


def echoed(value: bytes) -> Exchange:
    """A secret header that comes back in the answer in another form."""
    exchange = request_header(b"X-Api-Key", CANARY)
    assert exchange.client.request
    response = Response(200, b"OK", ((b"Content-Type", b"text/plain"),), b"you sent " + value + b", thank you")
    return replace(exchange, client=replace(exchange.client, response=response))


C = CANARY
PERCENT = quote(C, safe="").encode()
BASIC = base64.b64encode(b"alice:" + C)
DOCUMENT = json.dumps({"user": "alice", "password": C.decode(), "n": 1}).encode()
FIELDS = b"user=alice&password=" + PERCENT + b"&n=1"
MULTIPART = b'--xx\r\nContent-Disposition: form-data; name="password"\r\n\r\n' + C + b"\r\n--xx--\r\n"
NESTED = json.dumps({"body": json.dumps({"apiKey": C.decode()}), "path": "/login"}).encode()


def early(reason: bytes, *headers: tuple[bytes, bytes]) -> Exchange:
    """A 1xx head that came before the answer, and the transform that says why no client got it."""
    head = Response(103, reason, headers)
    exchange = sample(1)
    kept_back = on_interim(head, exchange.facts, Config())
    return replace(exchange, interim=(Interim(head, 5),), transforms=(*exchange.transforms, *kept_back))


PLACEMENTS: dict[str, Callable[[], Exchange]] = {
    "authorization-bearer": lambda: request_header(b"Authorization", b"Bearer " + C),
    "authorization-basic": lambda: request_header(b"Authorization", b"Basic " + BASIC),
    "authorization-bare": lambda: request_header(b"authorization", C),
    "authorization-fc": lambda: request_header(b"Authorization", b"FC " + KEY_ID + b":" + C),
    "authorization-acs3": lambda: request_header(
        b"Authorization", b"ACS3-HMAC-SHA256 Credential=" + KEY_ID + b",SignedHeaders=host,Signature=" + C
    ),
    "proxy-authorization": lambda: request_header(b"Proxy-Authorization", b"Basic " + BASIC),
    "cookie-one": lambda: request_header(b"Cookie", b"sid=" + C),
    "cookie-second": lambda: request_header(b"Cookie", b"theme=dark; sid=" + C + b"; lang=zh"),
    "cookie-quoted": lambda: request_header(b"Cookie", b'sid="' + C + b'"'),
    "set-cookie": lambda: response_header(b"Set-Cookie", b"sid=" + C + b"; Path=/; HttpOnly"),
    "early-set-cookie": lambda: early(b"Early Hints", (b"Set-Cookie", b"sid=" + C)),
    "early-authorization": lambda: early(b"", (b"Authorization", b"Bearer " + JWT)),
    "early-reason": lambda: early(b"try " + JWT),
    "x-api-key": lambda: request_header(b"X-API-Key", C),
    "api-key": lambda: request_header(b"api-key", C),
    "x-auth-token": lambda: request_header(b"X-Auth-Token", C),
    "x-csrf-token": lambda: request_header(b"X-CSRF-Token", C),
    "x-xsrf-token": lambda: request_header(b"X-XSRF-TOKEN", C),
    "x-amz-security-token": lambda: request_header(b"X-Amz-Security-Token", C),
    "x-goog-api-key": lambda: request_header(b"X-Goog-Api-Key", C),
    "x-vault-token": lambda: request_header(b"X-Vault-Token", C),
    "x-fc-access-key-id": lambda: request_header(b"X-Fc-Access-Key-Id", C),
    "x-fc-access-key-secret": lambda: request_header(b"X-Fc-Access-Key-Secret", C),
    "x-fc-security-token": lambda: request_header(b"X-Fc-Security-Token", C),
    "x-acs-security-token": lambda: request_header(b"x-acs-security-token", C),
    "x-acs-signature": lambda: request_header(b"x-acs-signature", C),
    "x-oss-security-token": lambda: request_header(b"x-oss-security-token", C),
    "header-by-word": lambda: request_header(b"X-My-Session-Token", C),
    "header-with-jwt": lambda: request_header(b"X-Trace", b"a " + JWT + b" z"),
    "header-with-key-id": lambda: request_header(b"X-Caller", KEY_ID),
    "header-referer": lambda: request_header(b"Referer", b"https://a.test/x?token=" + PERCENT + b"&b=1"),
    "header-location": lambda: response_header(b"Location", b"/next?access_token=" + PERCENT),
    "header-url-user": lambda: request_header(b"X-Callback", b"https://alice:" + PERCENT + b"@a.test/"),
    "log-result": lambda: response_header(b"X-Fc-Log-Result", base64.b64encode(b"start\npassword=" + C + b"\nend")),
    "query-token": lambda: target(b"/a?x=1&token=" + PERCENT),
    "query-raw": lambda: target(b"/a?api_key=" + C),
    "query-escaped-name": lambda: target(b"/a?p%61ssword=" + PERCENT),
    "query-upper-case": lambda: target(b"/a?PASSWORD=" + PERCENT),
    "query-signature": lambda: target(b"/o?OSSAccessKeyId=" + KEY_ID + b"&Signature=" + PERCENT + b"&Expires=1"),
    "query-oss4": lambda: target(b"/o?x-oss-signature=" + PERCENT),
    "query-oauth-code": lambda: target(b"/cb?code=" + PERCENT + b"&state=abc"),
    "query-id-token": lambda: target(b"/cb?id_token=" + JWT),
    "json-password": lambda: body(JSON, DOCUMENT),
    "json-camel-case": lambda: body(JSON, b'{"accessKeySecret": "' + C + b'"}'),
    "json-client-secret": lambda: body(JSON, b'{"client_secret":"' + C + b'"}'),
    "json-escaped-name": lambda: body(JSON, b'{"pass\\u0077ord": "' + C + b'"}'),
    "json-nested": lambda: body(JSON, b'{"credentials": {"user": "a", "list": ["' + C + b'"]}}'),
    "json-in-json": lambda: body(JSON, NESTED),
    "json-large": lambda: body(JSON, b'{"pad": "' + b"p" * 5000 + b'", "token": "' + C + b'"}'),
    "json-answer": lambda: answer(JSON, b'{"access_token": "' + C + b'", "token_type": "bearer"}'),
    "json-saml": lambda: body(JSON, b'{"SAMLResponse": "' + C + b'"}'),
    "json-no-type": lambda: body(b"", DOCUMENT),
    "form-password": lambda: body(FORM, FIELDS),
    "form-escaped-name": lambda: body(FORM, b"client%5Fsecret=" + PERCENT),
    "form-assertion": lambda: body(FORM, b"grant_type=x&assertion=" + PERCENT),
    "multipart-password": lambda: body(b"multipart/form-data; boundary=xx", MULTIPART),
    "xml-element": lambda: body(b"text/xml", b"<login><password>" + C + b"</password></login>"),
    "yaml-line": lambda: body(b"application/yaml", b"user: a\napi_key: " + C + b"\n"),
    "text-jwt": lambda: answer(b"text/plain", b"here: " + JWT + b"\n"),
    "text-pem": lambda: answer(b"text/plain", PEM + b"\n"),
    "text-bearer": lambda: answer(b"text/plain", b"curl -H 'Authorization: Bearer " + C + b"'"),
    "gzip-json": lambda: answer(JSON, gzip.compress(DOCUMENT, mtime=0), b"gzip"),
    "gzip-undeclared": lambda: answer(JSON, gzip.compress(DOCUMENT, mtime=0)),
    "deflate-json": lambda: answer(JSON, zlib.compress(DOCUMENT), b"deflate"),
    "brotli-json": lambda: answer(JSON, brotli.compress(DOCUMENT), b"br"),
    "zstd-json": lambda: answer(JSON, zstandard.compress(DOCUMENT), b"zstd"),
    "binary": lambda: body(b"application/octet-stream", b"\0\1\2" + C + b"\0"),
    "sse": lambda: answer(b"text/event-stream", b'data: {"n": 1}\n\ndata: {"token": "' + C + b'"}\n\n'),
    "log-line": lambda: log(b"2026 INFO login password=" + C + b" ok\n"),
    "log-json": lambda: log(b'{"msg": "in", "secret": "' + C + b'"}\n'),
    "raw-head": lambda: raw(b"GET / HTTP/1.1\r\nAuthorization: Bearer " + C + b"\r\nbad head\r\n\r\n"),
    "raw-target": lambda: raw(b"GET /?token=" + PERCENT + b" HTTP/9\r\n\r\n"),
    "echo-raw": lambda: echoed(C),
    "echo-percent": lambda: echoed(PERCENT),
    "echo-base64": lambda: echoed(base64.b64encode(C)),
    "echo-hex": lambda: echoed(C.hex().encode()),
}

CONTROL = (
    b"/read?author=Ada&passage=12&secretary=Bob&tokenizer=bpe&max_tokens=16&session_count=3&keyboard=us&design=flat"
    b"&code=404&monkey=1&signal=5&pinned=true"
)
CONTROL_JSON = (
    b'{"author": "Ada", "tokenizer": "bpe", "secretary": "Bob", "passage": "the text", "max_tokens": 16, '
    b'"token_type": "bearer", "code": "CN", "order": 20261122184614, "phone": "13800138000", "keyword": "tea"}'
)
