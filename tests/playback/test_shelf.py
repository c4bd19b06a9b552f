"""The n-th repeat gets the n-th answer, per request; what follows the last one is chosen."""

from __future__ import annotations

import pytest

from playback.keys import Keys
from playback.shelf import End, Entry, Shelf, Tier

A, A2, B = Keys(b"a", b"A"), Keys(b"a2", b"A"), Keys(b"b", b"B")


def shelf(*keys: Keys, end: End = End.FAIL, strict: bool = False, ignoring: bool = False, reusable: int = 0) -> Shelf:
    made = Shelf(end, strict, ignoring)
    for number, key in enumerate(keys, 1):
        made.add(Entry(number, key, "GET", "/", reusable=number == reusable))
    return made


def taken(made: Shelf, *keys: Keys) -> list[int]:
    return [found[0].number if (found := made.take(key)) else 0 for key in keys]


@pytest.mark.parametrize(
    ("end", "numbers"),
    [
        pytest.param(End.FAIL, [1, 2, 3, 0, 0], id="fail"),
        pytest.param(End.LAST, [1, 2, 3, 3, 3], id="last"),
        pytest.param(End.CYCLE, [1, 2, 3, 1, 2], id="cycle"),
    ],
)
def test_what_follows_the_last_answer_is_chosen(end: End, numbers: list[int]) -> None:
    assert taken(shelf(A, A, A, end=end), A, A, A, A, A) == numbers


def test_repeats_are_counted_for_each_request() -> None:
    assert taken(shelf(A, B, A, B), B, A, A, B) == [2, 1, 3, 4]


def test_an_exact_match_goes_before_one_of_the_same_meaning() -> None:
    assert taken(shelf(A, A2), A2, A2, A2) == [2, 1, 0]


def test_exact_matching_serves_nothing_else() -> None:
    assert taken(shelf(A, strict=True), A2, A) == [0, 1]


def test_a_reusable_one_answers_any_number_of_times() -> None:
    assert taken(shelf(A, reusable=1), A, A, A) == [1, 1, 1]


@pytest.mark.parametrize(
    ("key", "ignoring", "tier"),
    [(A, True, Tier.EXACT), (A2, False, Tier.CANONICAL), (A2, True, Tier.VOLATILE)],
)
def test_how_it_matched_is_told(key: Keys, ignoring: bool, tier: Tier) -> None:
    found = shelf(A, ignoring=ignoring).take(key)
    assert found is not None
    assert found[1] is tier


def test_used_up_is_told_apart_from_never_recorded() -> None:
    made = shelf(A)
    assert taken(made, A) == [1]
    assert made.has_answered(A)
    assert not made.has_answered(B)


def test_entries_come_in_order_of_arrival_with_their_uses() -> None:
    made = shelf(A, B, A)
    taken(made, A)
    assert [(entry.number, entry.uses) for entry in made.entries()] == [(1, 1), (2, 0), (3, 0)]
