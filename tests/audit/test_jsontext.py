"""JSON laid out without a value changed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import jsontext

PRETTY = [
    pytest.param('{"a":1,"b":[]}', '{\n  "a": 1,\n  "b": []\n}', id="object"),
    pytest.param("[]", "[]", id="empty-array"),
    pytest.param("{ }", "{}", id="empty-object-with-a-space"),
    pytest.param('["\\u674e\\u96f7"]', '[\n  "李雷"\n]', id="escapes-become-characters"),
    pytest.param('["\\ud83d\\ude00"]', '[\n  "😀"\n]', id="a-pair-of-surrogates"),
    pytest.param('["\\ud83d"]', '[\n  "\\ud83d"\n]', id="half-a-pair-stays-an-escape"),
    pytest.param('{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}', id="repeated-keys-stay"),
    pytest.param("[1.0,1e999,1234567890.50]", "[\n  1.0,\n  1e999,\n  1234567890.50\n]", id="numbers-as-sent"),
    pytest.param('["a,b:{c}"]', '[\n  "a,b:{c}"\n]', id="punctuation-inside-a-string"),
    pytest.param('"text"', None, id="a-bare-string-is-text"),
    pytest.param("{broken", None, id="no-json"),
    pytest.param("", None, id="empty"),
    pytest.param("[" * 100 + "]" * 100, None, id="too-deep"),
    pytest.param("[" * 100_000, None, id="deeper-than-the-stack"),
]


@pytest.mark.parametrize(("given_text", "expected"), PRETTY)
def test_pretty(given_text: str, expected: str | None) -> None:
    assert jsontext.pretty(given_text) == expected


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(values, max_size=4), st.booleans())
def test_the_values_are_those_that_were_sent(sent: list[object], ascii_only: bool) -> None:
    laid_out = jsontext.pretty(json.dumps(sent, ensure_ascii=ascii_only))
    assert laid_out is not None
    assert json.loads(laid_out) == sent


def test_values_are_compared_apart_from_white_space_and_order() -> None:
    assert jsontext.same_values(b'{"a":1,"b":2}', b'{ "b": 2, "a": 1 }')
    assert not jsontext.same_values(b"[1]", b"[2]")
    assert not jsontext.same_values(b"no", b"json")


def test_unescaped_text_is_searchable() -> None:
    assert jsontext.unescaped('"\\u97e9\\ud800x"') == '"韩\\ud800x"'
