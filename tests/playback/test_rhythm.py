"""A streamed answer keeps its rhythm when its bytes come when they came, however the network cuts them."""

from __future__ import annotations

import pytest

from gateway.exchange import Piece
from playback.findings import Finding, Kind
from playback.rhythm import SLACK_US, compare_rhythm

THEN = [Piece(10, 5_000), Piece(20, 1_005_000), Piece(30, 2_005_000)]


def shifted(pieces: list[Piece], by_us: int) -> list[Piece]:
    return [Piece(piece.end, piece.at_us + by_us) for piece in pieces]


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(THEN, id="equal"),
        pytest.param(shifted(THEN, 9_000_000), id="a later start"),
        pytest.param([Piece(4, 0), Piece(10, 10), Piece(25, 1_000_000), Piece(30, 2_000_000)], id="other cuts"),
        pytest.param([Piece(10, 0), Piece(20, 1_000_000 + SLACK_US), Piece(30, 2_000_000)], id="a little late"),
        pytest.param([], id="nothing came"),
        pytest.param([Piece(10, 0)], id="fewer bytes: the bodies differ"),
    ],
)
def test_these_are_the_same_rhythm(now: list[Piece]) -> None:
    assert compare_rhythm(THEN, now) == ()


def test_an_answer_that_comes_at_once_lost_its_rhythm() -> None:
    note = "byte 20, piece 2 of 3, counted from the first"
    assert compare_rhythm(THEN, [Piece(30, 0)]) == (Finding(Kind.TIMING, "rhythm", "1 s", "0 s", note),)


def test_an_answer_that_stalls_lost_its_rhythm() -> None:
    (found,) = compare_rhythm(THEN, [Piece(10, 0), Piece(20, 5_040_000), Piece(30, 5_100_000)])
    assert (found.recorded, found.now) == ("1 s", "5 s")
