"""Header lists side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.headers import Pair, align, first_difference, reordered

if TYPE_CHECKING:
    from gateway.messages import Headers

A1, A2, B, C = (b"A", b"1"), (b"A", b"2"), (b"B", b"x"), (b"C", b"y")
CASES = [
    pytest.param((), (), [], id="nothing"),
    pytest.param((A1, B), (A1, B), [(A1, A1), (B, B)], id="equal"),
    pytest.param((A1,), (A2,), [(A1, A2)], id="changed"),
    pytest.param((A1,), ((b"a", b"1"),), [(A1, (b"a", b"1"))], id="spelling"),
    pytest.param((A1, B), (B,), [(A1, None), (B, B)], id="removed"),
    pytest.param((B,), (A1, B), [(B, B), (None, A1)], id="added"),
    pytest.param((A1, A2, B), (A2, B), [(A1, None), (A2, A2), (B, B)], id="a-repeat-removed-leaves-its-equal-paired"),
    pytest.param((A1, A1), (A1,), [(A1, A1), (A1, None)], id="one-of-two-equal-lines"),
    pytest.param((A1, A2), (A2, A1), [(A1, A1), (A2, A2)], id="repeats-swapped"),
    pytest.param((A1, B, A2), (A1, C, B, A2), [(A1, A1), (B, B), (A2, A2), (None, C)], id="interleaved"),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_lines_are_paired(before: Headers, after: Headers, expected: list[tuple[object, object]]) -> None:
    assert [(pair.before, pair.after) for pair in align(before, after)] == expected


lines = st.lists(st.tuples(st.sampled_from([b"A", b"a", b"B"]), st.sampled_from([b"1", b"2"])), max_size=12).map(tuple)


@given(lines, lines)
def test_every_line_is_there_once(before: Headers, after: Headers) -> None:
    pairs = align(before, after)
    assert tuple(pair.before for pair in pairs if pair.before) == before
    assert sorted(pair.after for pair in pairs if pair.after) == sorted(after)
    assert all(p.before[0].lower() == p.after[0].lower() for p in pairs if p.before and p.after)


@given(lines)
def test_a_list_aligned_with_itself_is_all_the_same(headers: Headers) -> None:
    assert all(pair.same for pair in align(headers, headers))


def test_thousands_of_repeats_are_paired_by_position() -> None:
    many = tuple((b"A", str(n).encode()) for n in range(5000))
    assert align(many, many[1:])[0] == Pair(many[0], many[1])


def test_order_alone_is_told_from_change() -> None:
    assert reordered((A1, B), (B, A1))
    assert not reordered((A1, B), (A1, B))
    assert not reordered((A1, B), (B, A2))


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_the_first_difference_is_where_a_walk_finds_it(one: bytes, two: bytes) -> None:
    walked = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    assert first_difference(one, two) == walked
