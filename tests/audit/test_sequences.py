"""Two recordings on one page: a row, an article and a place in the totals for each call of either."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit import render, sequences, texts
from audit.model import Found, Replay
from audit.page import render_sequences
from audit.sequences import LISTED, Pairing, Sides, Totals
from tests.audit import hostile, sample
from tests.audit.conftest import META, SOURCES

if TYPE_CHECKING:
    from audit.overview import StepPage
    from gateway.exchange import Exchange

CALLS = sample.exchanges()
SIDES = Sides(SOURCES, SOURCES, ("before.db", "after.db"))
SAME = Replay("same")
STATUS = Replay("different", (Found("status", "status", "200", "502"), Found("headers.date", "", "1", "2", "", True)))

PAIRINGS = (
    Pairing("same", CALLS[0], CALLS[0], False, SAME),
    Pairing("changed", CALLS[0], CALLS[2], True, STATUS),
    Pairing("reordered", CALLS[3], CALLS[3], True, SAME),
    Pairing("missing", CALLS[1], None, False, SAME),
    Pairing("extra", None, CALLS[4], False, SAME),
)


def test_the_same_recordings_give_the_same_bytes() -> None:
    assert render_sequences(PAIRINGS, SIDES, META) == render_sequences(PAIRINGS, SIDES, META)


ROWS = [
    pytest.param(0, "200", "", "= same", 0, id="same"),
    pytest.param(1, "502", "200", "~ changed", 1, id="changed"),
    pytest.param(3, "400", "", "− missing", 0, id="missing"),
    pytest.param(4, "200", "", "+ extra", 0, id="extra"),
]


@pytest.mark.parametrize(("place", "status", "was", "mode", "changed"), ROWS)
def test_a_row_says_what_became_of_the_call(place: int, status: str, was: str, mode: str, changed: int) -> None:
    row = sequences.row(place + 1, PAIRINGS[place], SIDES)
    assert (row.status, row.server_status, row.mode.en, row.counts.changed) == (status, was, mode, changed)


def test_the_filter_finds_calls_by_what_became_of_them() -> None:
    flags = [sequences.entry(number, each, SIDES).flags for number, each in enumerate(PAIRINGS, 1)]
    assert flags == [("same",), ("changed", "reordered"), ("reordered",), ("missing",), ("extra",)]
    assert {flag for found in flags for flag in found} == set(texts.CAME)


def test_a_call_of_one_recording_alone_leaves_the_other_column_empty() -> None:
    page = sequences.step(4, PAIRINGS[3], SIDES)
    assert (page.right, page.found) == (None, None)
    assert page.cards[0].void_server == texts.NOTHING_HERE
    assert page.cards[0].void_client is None


def test_the_table_tells_first_what_is_not_the_same() -> None:
    totals = Totals(("a", "b"))
    for number in range(1, LISTED + 11):
        each = PAIRINGS[1] if number > LISTED else PAIRINGS[0]
        totals.add(each, replace(_step(PAIRINGS[0]), id=number, level="chg" if number > LISTED else "ok"))
    found = totals.model()
    assert (len(found.listed), found.left_out) == (LISTED, 10)
    assert sum(page.level == "chg" for page in found.listed) == 10
    assert [page.id for page in found.listed] == sorted(page.id for page in found.listed)


def _step(pairing: Pairing) -> StepPage:
    return sequences.step(1, pairing, SIDES)


@pytest.mark.parametrize("payload", hostile.PAYLOADS)
def test_recorded_words_stay_words(payload: bytes) -> None:
    evil: Exchange = hostile.carrier(1, payload)
    harmless: Exchange = hostile.carrier(1, hostile.HARMLESS)
    shown, plain = (render.step(_step(Pairing("changed", each, None, False, SAME))) for each in (evil, harmless))
    assert shown.count("<script") == plain.count("<script") == 0
    assert shown.count("<img") == plain.count("<img") == 0
