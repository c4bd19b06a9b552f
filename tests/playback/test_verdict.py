"""A verdict follows from the heaviest finding and the gate."""

from __future__ import annotations

import pytest

from playback.findings import RANKS, Finding, Kind, Rank
from playback.verdict import ExitCode, Verdict, judge


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_every_kind_has_a_rank(kind: Kind) -> None:
    assert Finding(kind, "x").rank is RANKS[kind]


@pytest.mark.parametrize(
    ("kind", "gate", "verdict"),
    [
        pytest.param(Kind.VOLATILE, Rank.LOW, Verdict.SAME, id="forgiven under every gate"),
        pytest.param(Kind.NOISE, Rank.FORGIVEN, Verdict.SAME, id="a gate below all still forgives noise"),
        pytest.param(Kind.ORDER, Rank.LOW, Verdict.DIFFERENT, id="order under a strict gate"),
        pytest.param(Kind.ADDED, Rank.MEDIUM, Verdict.SAME, id="a new field is a warning"),
        pytest.param(Kind.VALUE, Rank.MEDIUM, Verdict.DIFFERENT, id="a value"),
        pytest.param(Kind.VALUE, Rank.HIGH, Verdict.SAME, id="a value under a lax gate"),
        pytest.param(Kind.REMOVED, Rank.HIGH, Verdict.DIFFERENT, id="removed"),
        pytest.param(Kind.STATUS, Rank.HIGH, Verdict.DIFFERENT, id="status"),
    ],
)
def test_the_gate_decides(kind: Kind, gate: Rank, verdict: Verdict) -> None:
    assert judge((Finding(kind, "x", "old", "new"),), gate) is verdict


def test_nothing_found_is_the_same() -> None:
    assert judge(()) is Verdict.SAME


def test_no_answer_now_is_missing() -> None:
    lost = Finding(Kind.TRANSPORT, "answer", "200", None)
    assert judge((Finding(Kind.STATUS, "status"), lost)) is Verdict.MISSING


def test_an_answer_where_none_was_is_different() -> None:
    assert judge((Finding(Kind.TRANSPORT, "answer", "closed", "200"),)) is Verdict.DIFFERENT


def test_exit_codes_are_the_promised_numbers() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "SAME": 0,
        "DIFFERENT": 1,
        "USAGE": 2,
        "UNREADABLE": 3,
        "UNREACHABLE": 4,
        "NOTHING_SELECTED": 5,
    }
