"""An exchange becomes plain values and comes back exactly; what is not one is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.plain import BadPlain, bytes_of, from_plain, text_of, to_plain
from gateway.exchange import Exchange
from tests.playback.recorded import get, ok, record
from tests.store.strategies import exchanges


@settings(max_examples=60)
@given(exchanges)
def test_an_exchange_comes_back_exactly(exchange: Exchange) -> None:
    text = json.dumps(to_plain(exchange))
    assert from_plain(Exchange, json.loads(text)) == exchange


@given(st.binary())
def test_bytes_come_back_exactly(data: bytes) -> None:
    assert bytes_of(text_of(data)) == data


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain\r\n\t", "plain\r\n\t"),
        ("中".encode(), "中"),
        (b"\xff", "base64:/w=="),
        (b"\x1b[m", "base64:G1tt"),
        (b"base64:x", "base64:YmFzZTY0Ong="),
    ],
)
def test_text_is_written_as_text(data: bytes, text: str) -> None:
    assert text_of(data) == text


GET = {"method": "GET", "target": "/"}
(SAMPLE,) = record([(get(b"/"), lambda _: ok())])


def changed(**members: object) -> dict[str, Any]:
    return {**to_plain(SAMPLE), **members}


@pytest.mark.parametrize(
    ("plain", "told"),
    [
        pytest.param([], "exchange is no object", id="no object"),
        pytest.param({}, "exchange lacks a member", id="empty"),
        pytest.param(changed(more=1), "'more' that this version does not know", id="unknown member"),
        pytest.param(changed(id="1"), "exchange.id is not", id="text for a number"),
        pytest.param(changed(id=True), "exchange.id is not", id="True for a number"),
        pytest.param(changed(state="odd"), "exchange.state: 'odd' is unknown", id="unknown state"),
        pytest.param(changed(log="base64:%%"), "exchange.log is no text", id="bad base64"),
        pytest.param(changed(log="\ud800"), "exchange.log is no text", id="half a character"),
        pytest.param(changed(pieces={}), "exchange.pieces is no list", id="no list"),
        pytest.param(changed(pieces=[{"end": 1}]), r"exchange.pieces\[0\] lacks", id="half a piece"),
        pytest.param(changed(client={"request": {**GET, "headers": [["a"]]}}), "request", id="half a field"),
        pytest.param(changed(client={"request": {**GET, "body": {"sha256": "x", "size": 1}}}), "request", id="digest"),
    ],
)  # fmt: skip
def test_what_is_no_exchange_is_refused(plain: object, told: str) -> None:
    with pytest.raises(BadPlain, match=told):
        from_plain(Exchange, plain)
