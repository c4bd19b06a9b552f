"""Two plain values are compared by key, by index and by value."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.findings import Finding, Kind
from playback.trees import compare_values
from playback.values import canonical

VALUES = st.recursive(
    st.none() | st.booleans() | st.decimals(allow_nan=False, allow_infinity=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def plain(text: str) -> Any:
    return json.loads(text, parse_int=Decimal, parse_float=Decimal)


def kinds(old: str, new: str) -> list[tuple[str, str]]:
    return [(finding.kind.value, finding.path) for finding in compare_values("body", plain(old), plain(new))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param('{"a": 1}', '{ "a":1.0}', [], id="one number in two spellings"),
        pytest.param('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', [], id="key order says nothing"),
        pytest.param('{"a": 1}', '{"a": 2}', [("value", "body.a")], id="a value"),
        pytest.param('{"a": 1}', '{"a": "1"}', [("type", "body.a")], id="number to text"),
        pytest.param('{"a": 1}', '{"a": true}', [("type", "body.a")], id="1 is not true"),
        pytest.param("[1]", "[true]", [("type", "body[0]")], id="1 is not true in a list"),
        pytest.param('{"a": 1}', '{"a": null}', [("type", "body.a")], id="null is a type"),
        pytest.param('{"a": null}', "{}", [("removed", "body.a")], id="null is not absent"),
        pytest.param("{}", '{"a": 0}', [("added", "body.a")], id="a new key"),
        pytest.param('{"a.b": [0]}', '{"a.b": [1]}', [("value", 'body["a.b"][0]')], id="a key that needs quotes"),
        pytest.param("[1, 2, 3]", "[3, 1, 2]", [("order", "body")], id="another order"),
        pytest.param("[1, 2, 3]", "[2, 3]", [("removed", "body[0]")], id="the first went"),
        pytest.param("[1, 3]", "[1, 2, 3]", [("added", "body[1]")], id="one came in the middle"),
        pytest.param("[1, 2, 3]", "[1, 9, 3]", [("value", "body[1]")], id="one changed in the middle"),
        pytest.param("[]", '[{"a": 1}]', [("added", "body[0]")], id="from empty"),
        pytest.param('[{"a": 1}, 5]', '[{"a": 2}, 5]', [("value", "body[0].a")], id="inside an element"),
        pytest.param("[1, 1, 2]", "[1, 2, 2]", [("value", "body[1]")], id="repeats count"),
        pytest.param("{}", "[]", [("type", "body")], id="object to list"),
    ],
)
def test_a_difference_has_its_kind_and_path(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(old, new) == expected


@given(VALUES)
def test_a_value_is_the_same_as_itself(value: Any) -> None:
    assert list(compare_values("body", value, value)) == []


@given(VALUES, VALUES)
def test_values_without_differences_have_one_canonical_text(one: Any, other: Any) -> None:
    assert (list(compare_values("", one, other)) == []) == (canonical(one) == canonical(other))


def test_bytes_are_shown_around_the_first_difference() -> None:
    (finding,) = compare_values("body", b"0123456789", b"01234x678")
    assert finding == Finding(
        Kind.VALUE,
        "body",
        b"123456789".hex(" "),
        b"1234x678".hex(" "),
        "10 and 9 bytes, first difference at byte 5",
    )


def test_bytes_that_begin_with_the_others_differ_where_those_end() -> None:
    (finding,) = compare_values("body", b"abc", b"abcd")
    assert finding.note == "3 and 4 bytes, first difference at byte 3"
