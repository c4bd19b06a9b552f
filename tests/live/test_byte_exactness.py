"""What no rule claims is identical on both sides, byte for byte, through the real proxy."""

from __future__ import annotations

import gzip
import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.live.messages import chunk, chunked
from tests.live.rawclient import RawClient
from tests.live.recorded import assert_same_message
from tests.live.scripted import Behaviour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.messages import Headers
    from tests.live.messages import Message
    from tests.live.pool import Stage, Stages

EVERY_BYTE = bytes(range(256))
OBS_TEXT = bytes(range(0x80, 0x100))

# Fields that belong to one hop or to FC: names that rules may claim (contract REQ-HDR-1, REQ-HDR-2, RESP-HDR-1).
OF_A_HOP = (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"upgrade", b"transfer-encoding")
CLAIMED_REQUEST = frozenset({*OF_A_HOP, b"expect", b"host", b"content-length"})
CLAIMED_RESPONSE = frozenset({*OF_A_HOP, b"content-length", b"date", b"server"})


def unclaimed(headers: Headers, claimed: frozenset[bytes]) -> Headers:
    """The lines that no rule may touch."""
    return tuple(
        line for line in headers if line[0].lower() not in claimed and not line[0].lower().startswith(b"x-fc-")
    )


def lines(headers: Headers) -> bytes:
    return b"".join(b"%b: %b\r\n" % line for line in headers)


def call(
    client: RawClient, stage: Stage, request: bytes, answer: bytes, method: bytes = b"GET"
) -> tuple[Message, Message]:
    """One call; what the server got and what the client got."""
    stage.server.script(Behaviour((answer,)))
    client.send(request)
    got = client.answer(method)
    return stage.server.wait_for(1)[-1].whole, got


def assert_recorded(stage: Stage, last: int, *, request: bytes, seen: Message, sent: bytes, got: Message) -> None:
    """The newest exchange holds both sides' bytes, and a rule for every difference."""
    recorded = stage.proxy.recorded
    (found,) = recorded.after(last)
    recorded.assert_no_silent_change(found)
    exchange = recorded.on_the_wire(found)
    assert exchange.client.request is not None
    assert exchange.server is not None
    assert exchange.client.request.target in request
    assert_same_message(exchange.server.request, seen.as_request())
    assert_same_message(exchange.client.response, got.as_response())
    assert exchange.server.response is not None
    assert recorded.body(exchange.server.response.body) in sent or b"chunked" in sent.lower()


CHUNKS = chunked((EVERY_BYTE, b"\r\n", b"0"))
EXTENDED_CHUNKS = b"005;a=b\r\nhello\r\n00\r\n\r\n"
DECODED = {CHUNKS: EVERY_BYTE + b"\r\n0", EXTENDED_CHUNKS: b"hello"}

HEAD = b"Host: app.example.test\r\n"

REQUESTS = [
    pytest.param(b"GET //a//b HTTP/1.1\r\n" + HEAD + b"\r\n", id="double-slashes"),
    pytest.param(b"GET /a%2fb/%2F%41 HTTP/1.1\r\n" + HEAD + b"\r\n", id="encoded-slashes"),
    pytest.param(b"GET /a/./b/../c/.. HTTP/1.1\r\n" + HEAD + b"\r\n", id="dot-segments"),
    pytest.param(b"GET /? HTTP/1.1\r\n" + HEAD + b"\r\n", id="empty-query"),
    pytest.param(b"GET /a?b?c=%zz&&=;#x HTTP/1.1\r\n" + HEAD + b"\r\n", id="odd-query"),
    pytest.param(
        b"GET /" + OBS_TEXT + b"?" + OBS_TEXT + b" HTTP/1.1\r\n" + HEAD + b"\r\n", id="target-bytes-over-0x80"
    ),
    pytest.param(b'GET /{}|\\^`"<> HTTP/1.1\r\n' + HEAD + b"\r\n", id="target-odd-ascii"),
    pytest.param(
        b"GET / HTTP/1.1\r\nx-B: 1\r\nHOST: app.example.test\r\nX-b: 2\r\nx-b:3\r\n\r\n", id="repeats-and-spelling"
    ),
    pytest.param(b"GET / HTTP/1.1\r\n" + HEAD + b"X-Empty:\r\nX-Blank: \t \r\nX-Empty: \r\n\r\n", id="empty-values"),
    pytest.param(b"GET / HTTP/1.1\r\n" + HEAD + b"X-Bytes: a" + OBS_TEXT + b"\tz\r\n\r\n", id="value-bytes-over-0x80"),
    pytest.param(b"GET / HTTP/1.1\r\n" + HEAD + b"!#$%&'*+-.^_`|~9: token\r\n\r\n", id="name-of-every-token-sign"),
    pytest.param(b"GET / HTTP/1.1\r\n" + HEAD + b'Cookie: a=1; b="2"\r\nCookie: c\r\n\r\n', id="two-cookie-lines"),
    pytest.param(
        b"POST / HTTP/1.1\r\n" + HEAD + b"content-LENGTH: 256\r\n\r\n" + EVERY_BYTE, id="binary-body-odd-length-name"
    ),
    pytest.param(
        b"POST / HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS,
        id="binary-body-chunked",
    ),
    pytest.param(
        b"PUT / HTTP/1.1\r\n" + HEAD + b"transfer-encoding: Chunked\r\n\r\n" + EXTENDED_CHUNKS,
        id="chunk-extensions",
    ),
    pytest.param(b"DELETE /x HTTP/1.1\r\n" + HEAD + b"Content-Length: 0\r\n\r\n", id="no-body-with-length"),
]


@pytest.mark.parametrize("tls", [pytest.param(False, id="fc"), pytest.param(True, id="tls")])
@pytest.mark.parametrize("request_bytes", REQUESTS)
def test_a_request_reaches_the_server_as_it_was_sent(stage: Stage, request_bytes: bytes, tls: bool) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    last = stage.proxy.recorded.newest()
    with RawClient(stage.proxy.port, tls=tls) as client:
        seen, got = call(client, stage, request_bytes, answer)
    head, _, body = request_bytes.partition(b"\r\n\r\n")
    first, *own = head.split(b"\r\n")
    sent = tuple((name, value.strip(b" \t")) for name, _, value in (line.partition(b":") for line in own))
    assert seen.head.first == first
    assert unclaimed(seen.head.headers, CLAIMED_REQUEST) == unclaimed(sent, CLAIMED_REQUEST)
    assert seen.body == DECODED.get(body, body)
    assert_recorded(stage, last, request=request_bytes, seen=seen, sent=answer, got=got)


ZIPPED = gzip.compress(b"hello" * 1000, mtime=0)

ANSWERS = [
    pytest.param(b"HTTP/1.1 200 Everything\xff fine\r\nContent-Length: 256\r\n\r\n" + EVERY_BYTE, id="binary-body"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(ZIPPED) + ZIPPED, id="gzip"
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 7\r\n\r\nnot br!", id="coding-that-lies"
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked((ZIPPED[:9], ZIPPED[9:])), id="gzip-chunked"
    ),
    pytest.param(
        b"HTTP/1.1 404 \r\nSet-Cookie: a=1\r\nX-a: 1\r\nset-cookie: b=2\r\nX-A:\r\nX-B: a" + OBS_TEXT
        + b"\r\nContent-Length: 0\r\n\r\n",
        id="repeats-spelling-and-bytes",
    ),
    pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nCONTENT-TYPE: x\r\n\r\nok", id="odd-length-name"),
    pytest.param(b"HTTP/1.1 302 Found\r\nLocation: //a/../b?%2f\r\nContent-Length: 0\r\n\r\n", id="location"),
]  # fmt: skip


@pytest.mark.parametrize("tls", [pytest.param(False, id="fc"), pytest.param(True, id="tls")])
@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_reaches_the_client_as_it_was_sent(stage: Stage, answer: bytes, tls: bool) -> None:
    request = b"GET / HTTP/1.1\r\n" + HEAD + b"\r\n"
    last = stage.proxy.recorded.newest()
    with RawClient(stage.proxy.port, tls=tls) as client:
        seen, got = call(client, stage, request, answer)
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *own = head.split(b"\r\n")
    sent = tuple((name, value.strip(b" \t")) for name, _, value in (line.partition(b":") for line in own))
    assert got.head.first == first
    assert unclaimed(got.head.headers, CLAIMED_RESPONSE) == unclaimed(sent, CLAIMED_RESPONSE)
    assert got.body == (ZIPPED if b"chunked" in head else body)
    assert_recorded(stage, last, request=request, seen=seen, sent=answer, got=got)


TOKEN = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=12).map(str.encode)
NAMES = TOKEN.filter(
    lambda name: name.lower() not in CLAIMED_REQUEST | CLAIMED_RESPONSE and not name.lower().startswith(b"x-fc-")
)
VALUES = st.binary(max_size=20).map(
    lambda raw: bytes(byte for byte in raw if byte == 9 or 32 <= byte != 127).strip(b" \t")
)
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=6).map(tuple)
API = re.compile(rb"/+(?:2023-03-30|2021-04-06|2016-08-15)(?:/|\Z)")
"""Paths of the InvokeFunction API are no HTTP calls; Hypothesis reads our sources and knows the dates."""
TARGETS = (
    st.binary(max_size=40)
    .map(lambda raw: b"/" + bytes(byte for byte in raw if 32 < byte != 127))
    .filter(lambda target: not API.match(target))
)
BODIES = st.lists(st.binary(min_size=1, max_size=600), max_size=4)


def framed(first: bytes, host: bytes, headers: Headers, pieces: list[bytes], *, chunks: bool) -> bytes:
    """A message with its body in chunks or with its length."""
    head = first + b"\r\n" + host + lines(headers)
    if chunks:
        return head + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(chunk(piece) for piece in pieces) + b"0\r\n\r\n"
    body = b"".join(pieces)
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.fixture(scope="module")
def connection(stages: Stages) -> Iterator[tuple[Stage, RawClient]]:
    """One client connection for a long series of calls."""
    stage = stages.get()
    with RawClient(stage.proxy.port) as client:
        yield stage, client


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One call: what is asked, what is told, either in chunks or with a length."""

    method: bytes
    target: bytes
    asked: Headers
    body: list[bytes]
    asked_in_chunks: bool
    status: int
    told: Headers
    result: list[bytes]
    told_in_chunks: bool

    @property
    def request(self) -> bytes:
        first = b"%b %b HTTP/1.1" % (self.method, self.target)
        return framed(first, HEAD, self.asked, self.body, chunks=self.asked_in_chunks)

    @property
    def answer(self) -> bytes:
        return framed(b"HTTP/1.1 %d Some reason" % self.status, b"", self.told, self.result, chunks=self.told_in_chunks)


SAMPLES = st.builds(
    Sample,
    method=st.sampled_from([b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS"]),
    target=TARGETS,
    asked=FIELDS,
    body=BODIES,
    asked_in_chunks=st.booleans(),
    status=st.sampled_from([200, 201, 299, 400, 404, 500, 503, 599, 999]),
    told=FIELDS,
    result=BODIES,
    told_in_chunks=st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(sample=SAMPLES)
def test_whatever_is_sent_arrives(connection: tuple[Stage, RawClient], sample: Sample) -> None:
    stage, client = connection
    last = stage.proxy.recorded.newest()
    seen, got = call(client, stage, sample.request, sample.answer, sample.method)
    assert seen.head.first == b"%b %b HTTP/1.1" % (sample.method, sample.target)
    assert unclaimed(seen.head.headers, CLAIMED_REQUEST) == sample.asked
    assert seen.body == b"".join(sample.body)
    assert got.head.first == b"HTTP/1.1 %d Some reason" % sample.status
    assert unclaimed(got.head.headers, CLAIMED_RESPONSE) == sample.told
    assert got.body == b"".join(sample.result)
    assert_recorded(stage, last, request=sample.request, seen=seen, sent=sample.answer, got=got)
