"""The mix of calls that real servers get, and what of an answer must be the same whether it came through us or not.

Read next: apps/ (the servers), test_servers.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import http.client

# What the gateway answers for: the rules that claim these are res.strip.reserved, reply.own.*, reply.add.request-id.
OF_THE_GATEWAY = {"connection", "keep-alive", "date", "server", "transfer-encoding", "x-fc-request-id"}
MULTIPART = "multipart/form-data; boundary=cut"
FORM = (
    b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
    + b"line\n" * 5000
    + b"\r\n--cut--\r\n"
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `chunked`: its body has no length; `status`: what a server of ours answers."""

    method: str
    target: str
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    chunked: bool = False

    @property
    def id(self) -> str:
        """As a test's id."""
        return (
            f"{self.method} {self.target}{' chunked' if self.chunked else ''}{' known' if self.status == 304 else ''}"
        )


JSON = {"Content-Type": "application/json"}
CALLS: tuple[Call, ...] = (
    Call("GET", "/json?q=a%20b&q2=%E4%BD%A0"),
    Call("HEAD", "/json?q=1"),
    Call("POST", "/echo", body=b'{"a": [1, 2]}', headers=JSON),
    Call("PUT", "/echo", body=bytes(range(256)) * 1000, headers={"Content-Type": "application/octet-stream"}),
    Call("PATCH", "/echo", body=b"", headers=JSON),
    Call("POST", "/form", body=FORM, headers={"Content-Type": MULTIPART}),
    Call("GET", "/cookies", headers={"Cookie": "a=1; b=2", "Accept-Language": "zh-CN"}),
    Call("GET", "/redirect", status=302),
    Call("DELETE", "/thing", status=204),
    Call("GET", "/crash", status=500),
    Call("GET", "/no-such-page", status=404),
    Call("GET", "/large"),
    Call("GET", "/stream"),
    Call("GET", "/fresh"),
    Call("GET", "/fresh", status=304, headers={"If-None-Match": '"v1"'}),
)
CHUNKED = Call("POST", "/echo", body=b"in pieces" * 1000, headers={"Content-Type": "text/plain"}, chunked=True)


@dataclass(frozen=True, slots=True)
class Got:
    """What a client sees of an answer; `own` are the lines that the server answers for, in their order."""

    status: int
    own: tuple[tuple[str, str], ...]
    body: bytes


def make(connection: http.client.HTTPConnection, call: Call) -> Got:
    """Make the call on a connection, which may be used again."""
    body = (call.body[start : start + 1000] for start in range(0, len(call.body), 1000)) if call.chunked else call.body
    connection.request(call.method, call.target, body or None, call.headers, encode_chunked=call.chunked)
    answer = connection.getresponse()
    own = tuple(pair for pair in answer.getheaders() if pair[0].lower() not in OF_THE_GATEWAY)
    return Got(answer.status, own, answer.read())
