"""Calls an httpbin with requests and prints what it saw, as JSON: `python driver_requests.py PORT HOST`."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any

import requests
from urllib3.filepost import encode_multipart_formdata

# As files= would make it, but with a boundary that is the same in both runs.
FORM, FORM_TYPE = encode_multipart_formdata({"name": "x", "file": ("a.txt", b"line\n" * 1000)}, boundary="cut")
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    *((method, f"/{method.lower()}", {"data": b"body"}) for method in ("POST", "PUT", "PATCH", "DELETE")),
    ("GET", "/get?a=1&a=2&b=%2F&c=%E4%BD%A0", {}),
    ("HEAD", "/image/png", {}),
    ("OPTIONS", "/get", {}),
    ("POST", "/post", {"json": {"a": [1, "你好"]}}),
    ("POST", "/post", {"data": {"a": "1", "b": ["2", "3"]}}),
    ("POST", "/post", {"data": FORM, "headers": {"Content-Type": FORM_TYPE}}),
    ("POST", "/post", {"data": io.BytesIO(b"\x00\xff" * 50_000)}),
    ("GET", "/headers", {"headers": {"X-App": "1", "Accept": "*/*;q=0.1", "X-Empty": ""}}),
    ("GET", "/user-agent", {}),
    ("GET", "/cookies", {"cookies": {"a": "1", "b": "two"}}),
    ("GET", "/cookies/set?a=1&b=2", {}),
    ("GET", "/redirect/3", {}),
    ("GET", "/relative-redirect/2", {}),
    ("GET", "/redirect-to?url=/get&status_code=307", {"allow_redirects": False}),
    ("GET", "/basic-auth/amy/secret", {"auth": ("amy", "secret")}),
    ("GET", "/basic-auth/amy/secret", {"auth": ("amy", "wrong")}),
    ("GET", "/bearer", {"headers": {"Authorization": "Bearer token"}}),
    *(("GET", f"/status/{status}", {"allow_redirects": False}) for status in (200, 204, 304, 400, 404, 418, 500, 503)),
    ("GET", "/gzip", {}),
    ("GET", "/deflate", {}),
    ("GET", "/brotli", {"headers": {"Accept-Encoding": "br"}}),
    ("GET", "/bytes/5000?seed=1", {}),
    ("GET", "/stream/5", {}),
    ("GET", "/stream-bytes/5000?seed=1&chunk_size=700", {}),
    ("GET", "/range/1000", {"headers": {"Range": "bytes=10-20"}}),
    ("GET", "/drip?duration=0&numbytes=10&delay=0", {}),
    ("GET", "/links/3/0", {}),
    ("GET", "/encoding/utf8", {}),
    ("GET", "/image/png", {}),
    ("GET", "/xml", {}),
    ("GET", "/etag/v1", {"headers": {"If-None-Match": "v1"}}),
    ("GET", "/cache", {"headers": {"If-None-Match": "x"}}),
    ("GET", "/response-headers?X-A=1&X-A=2&Content-Type=text/plain", {}),
    ("GET", "/anything/a//b/../c?x=%2e", {}),
    ("POST", "/anything", {"data": (piece for piece in (b"one", b"two"))}),
]


def told(content: bytes) -> object:
    """JSON, lines of it, or text whose characters stand for bytes."""
    with contextlib.suppress(ValueError):
        return json.loads(content)
    with contextlib.suppress(ValueError):
        return [json.loads(line) for line in content.splitlines()]
    return content.decode("latin-1")


def seen(call: str, answer: requests.Response) -> dict[str, Any]:
    """What a user of requests can see of an answer."""
    return {
        "call": call,
        "status": answer.status_code,
        "reason": answer.reason,
        "history": [one.status_code for one in answer.history],
        "headers": [[name, value] for name, value in answer.raw.headers.items()],
        "json": told(answer.content),
    }


def main() -> None:
    port, host = sys.argv[1:]
    rows = []
    with requests.Session() as session:
        session.headers["Host"] = host
        for method, target, words in CALLS:
            answer = session.request(method, f"http://127.0.0.1:{port}{target}", timeout=30, **words)
            rows.append(seen(f"{method} {target}", answer))
            session.cookies.clear()
    json.dump(rows, sys.stdout)


main()
