"""A report's numbers are computed once, and its plain form holds them all."""

from __future__ import annotations

import json

import pytest

from playback.findings import Finding, Kind, Rank
from playback.report import Report, finding_line
from playback.verdict import ExitCode, Outcome, Verdict

VOLATILE = Finding(Kind.VOLATILE, "headers.date")
ADDED = Finding(Kind.ADDED, "headers.x", None, "1")
NOISE = Finding(Kind.NOISE, "body.id", rule="uuid-1")
VALUE = Finding(Kind.VALUE, "body.a", "1", "2")
LOST = Finding(Kind.TRANSPORT, "answer", "answered 200", None, "closed")
OUTCOMES = (
    Outcome(1, "GET", "/", Verdict.SAME, (VOLATILE, ADDED, NOISE)),
    Outcome(2, "GET", "/", Verdict.DIFFERENT, (VALUE, VALUE, ADDED)),
    Outcome(3, "GET", "/", Verdict.MISSING, (LOST,)),
    Outcome(4, "GET", "/", Verdict.SAME, skipped="never sent"),
)


def report(*outcomes: Outcome, stopped: str = "") -> Report:
    return Report("send", "fc.db", "2026.11", Rank.MEDIUM, outcomes, stopped)


def test_the_numbers_count_every_outcome_and_finding_once() -> None:
    plain = report(*OUTCOMES).plain()
    assert plain["summary"] == {
        "selected": 4,
        "same": 1,
        "different": 1,
        "missing": 1,
        "skipped": 1,
        "warnings": 2,
        "suppressed": 2,
        "kinds": {"expected-volatile": 1, "added": 2, "value": 2, "transport": 1, "noise": 1},
        "noise": {"uuid-1": 1},
    }


def test_the_plain_form_is_json_and_complete() -> None:
    plain = report(*OUTCOMES).plain()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["schema"] == 1
    assert plain["fail_on"] == "medium"
    outcomes = plain["outcomes"]
    assert isinstance(outcomes, list)
    assert [outcome["verdict"] for outcome in outcomes] == ["same", "different", "missing", "skipped"]
    assert outcomes[1]["findings"][0] == {
        "kind": "value",
        "rank": "medium",
        "path": "body.a",
        "recorded": "1",
        "now": "2",
        "note": "",
        "rule": "",
    }


@pytest.mark.parametrize(
    ("outcomes", "stopped", "code"),
    [
        pytest.param(OUTCOMES[:1], "", ExitCode.SAME, id="same"),
        pytest.param(OUTCOMES[:2], "", ExitCode.DIFFERENT, id="different"),
        pytest.param(OUTCOMES[2:3], "", ExitCode.DIFFERENT, id="missing"),
        pytest.param(OUTCOMES[3:], "", ExitCode.NOTHING_SELECTED, id="all skipped"),
        pytest.param((), "", ExitCode.NOTHING_SELECTED, id="none"),
        pytest.param(OUTCOMES[:1], "died", ExitCode.UNREACHABLE, id="stopped"),
    ],
)
def test_the_exit_code_follows(outcomes: tuple[Outcome, ...], stopped: str, code: ExitCode) -> None:
    assert report(*outcomes, stopped=stopped).exit_code is code


@pytest.mark.parametrize(
    ("finding", "line"),
    [
        pytest.param(VALUE, "value  body.a  1 -> 2", id="both sides"),
        pytest.param(ADDED, "added  headers.x  nothing -> 1", id="new"),
        pytest.param(LOST, "transport  answer  answered 200 -> nothing  (closed)", id="lost"),
        pytest.param(VOLATILE, "expected-volatile  headers.date", id="no sides"),
        pytest.param(NOISE, "noise  body.id  (uuid-1)", id="rule"),
        pytest.param(
            Finding(Kind.VALUE, "body\x1b[2J", "a\nb", "\u202e"),
            "value  body\\x1b[2J  a\\x0ab -> <RIGHT-TO-LEFT OVERRIDE>",
            id="hostile",
        ),
        pytest.param(Finding(Kind.VALUE, "", note="more"), "value  everywhere  (more)", id="no place"),
    ],
)
def test_a_finding_is_one_line_of_safe_text(finding: Finding, line: str) -> None:
    assert finding_line(finding) == line
