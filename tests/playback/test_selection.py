"""The filter language chooses exchanges by what they are, and refuses what it does not know."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from gateway.exchange import Exchange, Failure, Timings
from playback.selection import BadFilter, parse_filter
from tests.playback.recorded import get, ok, post, record

INVOKE = b"/2023-03-30/functions/web/invocations"
EXCHANGES = record(
    [
        (get(b"/hello?name=x", (b"X-Fc-A", b"1")), lambda _: ok()),
        (post(INVOKE, b"{}"), lambda _: ok(status=404)),
        (get(b"/" + b"x" * 5000), lambda _: ok()),
        (get(b"/dead", method=b"DELETE"), lambda _: Failure.CLOSED),
        (post(INVOKE, b"{}", (b"X-Fc-Invocation-Type", b"Async")), lambda _: ok()),
    ]
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("", [1, 2, 3, 4, 5, 6], id="everything"),
        pytest.param("status:>=400", [3, 4], id="at least"),
        pytest.param("status:4xx", [3], id="a hundred"),
        pytest.param("status:200", [1, 2, 6], id="exact"),
        pytest.param("status:<300 status:>200", [5], id="both terms"),
        pytest.param("server:404", [2], id="the server's status"),
        pytest.param("id:2-3", [2, 3], id="range"),
        pytest.param("id:<=1", [1], id="at most"),
        pytest.param("time:>3", [1, 2, 3, 4, 5, 6], id="milliseconds"),
        pytest.param("method:POST", [2, 5, 6], id="method"),
        pytest.param("-method:POST", [1, 3, 4], id="negated"),
        pytest.param("header:X-Fc-A:*", [1], id="a header of the client's"),
        pytest.param("header:X-FC-CONTROL-PATH:*/invoke", [2, 6], id="a header that the gateway added"),
        pytest.param("body:HELLO", [1, 2, 6], id="a body, without regard to case"),
        pytest.param("-body:hello status:200", [], id="no such body"),
        pytest.param("path:/hel", [1], id="part of a path"),
        pytest.param("path:*name=x", [1], id="glob"),
        pytest.param("rule:req.strip.*", [1], id="rule"),
        pytest.param("function:web", [1, 2, 3, 4, 5, 6], id="function"),
        pytest.param("mode:api", [2, 5, 6], id="API"),
        pytest.param("mode:http", [1, 3, 4], id="HTTP"),
        pytest.param("mode:async", [5, 6], id="asynchronous"),
        pytest.param("mode:sync", [1, 2, 3, 4], id="synchronous"),
        pytest.param("mode:default", [], id="default domain"),
        pytest.param("mode:domain", [1, 3, 4], id="custom domain"),
        pytest.param("is:rejected", [3], id="rejected"),
        pytest.param("is:failed", [4], id="failed"),
        pytest.param("is:differs", [2], id="status differs"),
        pytest.param("is:delivery", [6], id="delivery"),
        pytest.param("is:changed -mode:api", [1, 4], id="changed"),
        pytest.param("state:refused", [3], id="state"),
        pytest.param("HELLO", [1], id="free text"),
        pytest.param("1-00000002", [2], id="request id"),
        pytest.param("'example.test' invalidargument", [3], id="quoted words, host and code"),
        pytest.param("http://x", [], id="a colon in free text"),
    ],
)
def test_a_filter_chooses(text: str, ids: list[int]) -> None:
    wanted = parse_filter(text)
    assert [exchange.id for exchange in EXCHANGES if wanted(exchange)] == ids


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("stats:200", "did you mean 'status:'", id="mistyped term"),
        pytest.param("is:reject", "did you mean 'rejected'", id="mistyped value"),
        pytest.param("mode:zzzz", "there are http, default", id="nothing near"),
        pytest.param("status:ok", "is no number", id="no number"),
        pytest.param("'open", "open quote", id="open quote"),
    ],
)
def test_what_means_nothing_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadFilter, match=r"\A[^\n]*\Z") as refused:
        parse_filter(text)
    assert told in str(refused.value)


def test_a_body_is_searched_as_it_reads() -> None:
    told = replace(EXCHANGES[0], client=replace(EXCHANGES[0].client, response=ok(b'"\\u97e9\\ud83d\\ude00"')))
    assert parse_filter("body:韩😀")(told)


def test_an_unreadable_request_is_chosen_by_what_is_known() -> None:
    broken: Exchange = replace(EXCHANGES[0], client=replace(EXCHANGES[0].client, request=None), timings=Timings())
    for text in ("method:GET", "path:/", "time:>=0", "hello"):
        assert not parse_filter(text)(broken)
    assert parse_filter("1-00000001")(broken)


def test_a_compressed_body_is_searched_as_text() -> None:
    packed = gzip.compress("größe".encode())
    exchanges = record([(get(b"/"), lambda _: ok(packed, (b"Content-Encoding", b"gzip")))])
    assert [exchange.id for exchange in exchanges if parse_filter("body:größe")(exchange)] == [1]


def test_a_sealed_compressed_body_is_found_by_its_copy() -> None:
    (exchange,) = record([(get(b"/"), lambda _: ok(b"\x1f\x8b******", (b"Content-Encoding", b"gzip")))])
    told = replace(exchange, readable=((1, b'{"city": "Hangzhou"}'),))
    assert parse_filter("body:hangzhou")(told)
    assert not parse_filter("body:hangzhou")(exchange)
