"""A HAR says what happened in the format's own fields, and the whole exchange beside them."""

from __future__ import annotations

import gzip
import io
import json
from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy.io import FlowReader

from formats.har import MOST_BODY, Source, render
from formats.plain import from_plain
from gateway.exchange import Exchange, Timings
from gateway.messages import BodyRef, Headers, Request, Response
from playback.decoding import decoded
from tests.playback.recorded import get, ok, post, record
from tests.store.strategies import exchanges as any_exchange

SOURCE = Source(lambda ref: [b"x" * ref.size], decoded)


def har(exchanges: list[Exchange], side: str = "client") -> bytes:
    return b"".join(render(exchanges, side, SOURCE, dict))


def entries(exchanges: list[Exchange], side: str = "client") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(har(exchanges, side))["log"]["entries"]
    return found


def call(request: Request, response: Response) -> dict[str, Any]:
    (found,) = entries(record([(request, lambda _: response)]))
    return found


def test_the_clients_view_stands_in_the_standard_fields() -> None:
    request = get(b"/a%20b?x=1&y=%E4%B8%AD", (b"Cookie", b"a=1; b=2"), (b"X-Fc-A", b"1"))
    entry = call(request, ok(b"hello", (b"Set-Cookie", b"c=3; Path=/"), (b"Content-Type", b"text/plain")))
    assert entry["request"]["method"] == "GET"
    assert entry["request"]["url"] == "http://example.test/a%20b?x=1&y=%E4%B8%AD"
    assert entry["request"]["queryString"] == [{"name": "x", "value": "1"}, {"name": "y", "value": "中"}]
    assert entry["request"]["cookies"] == [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    assert {"name": "X-Fc-A", "value": "1"} in entry["request"]["headers"]
    head = b"GET /a%20b?x=1&y=%E4%B8%AD HTTP/1.1\r\nHost: example.test\r\nCookie: a=1; b=2\r\nX-Fc-A: 1\r\n\r\n"
    assert entry["request"]["headersSize"] == len(head)
    assert "postData" not in entry["request"]
    assert entry["response"]["cookies"] == [{"name": "c", "value": "3"}]
    assert entry["response"]["content"] == {"mimeType": "text/plain", "size": 5, "compression": 0, "text": "hello"}
    assert entry["startedDateTime"] == "2027-01-15T08:00:01.000000Z"


def test_the_servers_view_can_stand_there_instead() -> None:
    exchanges = record([(get(b"/"), lambda _: ok()), (get(b"/" + b"x" * 5000), lambda _: ok())])
    (entry,) = entries(exchanges, "server")
    assert {"name": "x-fc-request-id", "value": "1-00000001"} in entry["request"]["headers"]


@pytest.mark.parametrize(
    ("body", "data"),
    [
        pytest.param(b"a=1", {"text": "a=1"}, id="text"),
        pytest.param(b"\xff\0", {"text": "/wA=", "encoding": "base64", "_encoding": "base64"}, id="binary"),
    ],
)
def test_a_request_body_is_held_without_loss(body: bytes, data: dict[str, str]) -> None:
    entry = call(post(b"/", body, (b"Content-Type", b"x/y")), ok())
    assert entry["request"]["postData"] == {"mimeType": "x/y", **data}
    assert entry["request"]["bodySize"] == len(body)


@pytest.mark.parametrize(
    ("fields", "body", "content"),
    [
        pytest.param(((b"Content-Encoding", b"gzip"),), gzip.compress(b"hello" * 99), {"size": 495}, id="decoded"),
        pytest.param((), b"\xff", {"size": 1, "text": "/w==", "encoding": "base64"}, id="binary"),
        pytest.param(
            ((b"Content-Encoding", b"odd"),), b"abc", {"size": 3, "text": "YWJj", "encoding": "base64"}, id="unknown"
        ),
    ],
)
def test_a_response_body_is_decoded_where_that_can_be_done(
    fields: Headers, body: bytes, content: dict[str, object]
) -> None:
    entry = call(get(b"/"), ok(body, *fields))
    assert {key: entry["response"]["content"].get(key) for key in content} == content
    assert entry["response"]["bodySize"] == len(body)


def with_body(size: int) -> Exchange:
    (exchange,) = record([(get(b"/"), lambda _: ok())])
    response = exchange.client.response
    assert response is not None
    large = replace(response, body=BodyRef(b"d" * 32, size))
    return replace(exchange, client=replace(exchange.client, response=large))


def test_a_large_body_is_loaded_and_a_huge_one_left_out_and_said() -> None:
    (entry,) = entries([with_body(7)])
    assert entry["response"]["content"]["text"] == "x" * 7
    (entry,) = entries([with_body(MOST_BODY + 1)])
    assert entry["response"]["content"] == {"mimeType": "", "size": MOST_BODY + 1, "comment": "left out: too large"}


def test_times_are_milliseconds_that_add_up() -> None:
    (exchange,) = record([(get(b"/"), lambda _: ok())])
    (entry,) = entries([replace(exchange, timings=Timings(100, 500, 2500, 3000, 3500))])
    assert {key: entry["timings"][key] for key in ("send", "wait", "receive")} == {
        "send": 0.5,
        "wait": 2.0,
        "receive": 1.0,
    }
    assert entry["time"] == 3.5


@settings(max_examples=50)
@given(any_exchange)
def test_any_exchange_gives_a_har_that_holds_it(exchange: Exchange) -> None:
    if exchange.client.request is None:
        assert entries([exchange]) == []
        return
    (entry,) = entries([exchange])
    told = from_plain(Exchange, entry["_fc"]["exchange"])
    assert (told.server, told.transforms, told.facts) == (exchange.server, exchange.transforms, exchange.facts)
    assert all(value >= 0 for key, value in entry["timings"].items() if key in {"send", "wait", "receive"})


@settings(max_examples=30)
@given(st.binary(max_size=30), st.binary(max_size=30))
def test_bodies_come_back_from_the_standard_fields(sent: bytes, got: bytes) -> None:
    entry = call(post(b"/", b"x" + sent), ok(got))
    data, content = entry["request"]["postData"], entry["response"]["content"]
    assert (b64decode(data["text"]) if "encoding" in data else data["text"].encode()) == b"x" + sent
    assert (b64decode(content["text"]) if "encoding" in content else content["text"].encode()) == got


def test_mitmproxy_opens_it() -> None:
    exchanges = record(
        [
            (get(b"/a?b=c"), lambda _: ok(b"hello", (b"Content-Type", b"text/plain"))),
            (post(b"/b", b"text"), lambda _: ok(b"\xff\0", status=201)),
        ]
    )
    flows: list[Any] = list(FlowReader(io.BytesIO(har(exchanges))).stream())
    assert [(flow.request.method, flow.request.path, flow.response.status_code) for flow in flows] == [
        ("GET", "/a?b=c", 200),
        ("POST", "/b", 201),
    ]
    assert flows[1].request.content == b"text"
    assert flows[1].response.content == b"\xff\0"


def test_no_exchange_is_an_empty_har() -> None:
    assert json.loads(har([]))["log"]["entries"] == []
