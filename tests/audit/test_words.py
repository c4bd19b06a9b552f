"""The smallest values of a page."""

from __future__ import annotations

from audit.words import Counts, Text


def test_a_sentence_is_filled_in_both_languages() -> None:
    sentence = Text("{leg}的{n} 处", "{n} in the {leg}")
    assert sentence.format(leg=Text("请求", "request"), n=2) == Text("请求的2 处", "2 in the request")


def test_counts_add_up() -> None:
    both = Counts(1, 2, 3, 1) + Counts(removed=1)
    assert both == Counts(2, 2, 3, 1)
    assert both.total == 7
