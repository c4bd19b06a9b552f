"""The replay comparison as a card."""

from __future__ import annotations

import pytest

from audit import replays, texts
from audit.model import Found, Replay
from audit.words import Span


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("same", texts.REPLAY_SAME), ("different", texts.REPLAY_DIFFERENT), ("missing", texts.REPLAY_MISSING)],
)
def test_verdicts_have_words(verdict: str, words: object) -> None:
    assert replays.card(Replay(verdict)).verdict == words


def test_a_verdict_of_a_newer_version_is_shown_as_it_is() -> None:
    assert replays.card(Replay("puzzling")).verdict.en == "puzzling"


def test_both_sides_are_marked_where_they_differ() -> None:
    card = replays.card(Replay("different", (Found("body.role", "value", '"dev"', '"owner"'),)))
    assert card.rows[0].recorded == (Span('"'), Span("dev", "mark"), Span('"'))
    assert card.rows[0].now == (Span('"'), Span("owner", "mark"), Span('"'))


def test_a_side_that_has_nothing_shows_a_dash() -> None:
    row = replays.card(Replay("different", (Found("headers.etag", "removed", "x", None),))).rows[0]
    assert row.now == (Span("—"),)


def test_what_may_differ_is_named_once_and_is_no_row() -> None:
    volatile = Found("headers.date", "expected-volatile", "a", "b", forgiven=True)
    card = replays.card(Replay("same", (volatile, volatile)))
    assert (card.rows, card.forgiven) == ((), ("headers.date",))


def test_thousands_of_differences_are_cut() -> None:
    card = replays.card(Replay("different", (Found("x", "value", "1", "2"),) * 5000))
    assert len(card.rows) == 100
    assert card.cut == texts.PARTS_CUT.format(shown=100)
