"""The engine reports what a rule did, whatever the rule says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.changes import Leg, Part, Transform
from gateway.config import Config, Evidence
from gateway.engine import Notes, Table, change, describe, is_enforced, lines_between, minus, run, transforms
from gateway.messages import Headers, Request, Response
from gateway.ops import add_headers, answer, drop
from gateway.rule import Answer, Op, Rule
from gateway.rules import RULES, samples, whens

A, B, C = (b"A", b"1"), (b"B", b"2"), (b"C", b"3")


def rule(op: Op, **change: object) -> Rule:
    row = RULES["req.strip.x-fc"]
    more = {"op": op, "when": whens.ALWAYS, **change}
    return replace(row, **more)  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize(
    ("before", "after", "went", "came"),
    [
        pytest.param((A, B), (A, B), (), (), id="same"),
        pytest.param((A,), (A, B), (), (B,), id="added"),
        pytest.param((A, B, C), (A, C), (B,), (), id="dropped"),
        pytest.param((A, B), (C, B), (A,), (C,), id="changed"),
        pytest.param((A, A), (A,), (A,), (), id="repeat"),
        pytest.param((), (A,), (), (A,), id="from-nothing"),
        pytest.param((A, B), (B, A, C), (), (C,), id="moved-and-added"),
    ],
)
def test_the_lines_that_went_and_came(before: Headers, after: Headers, went: Headers, came: Headers) -> None:
    assert lines_between(before, after) == (went, came)


def test_minus_takes_each_line_away_once() -> None:
    assert minus((A, B, A, C), (A, C, C)) == (B, A)


def test_one_transform_for_each_part_that_differs() -> None:
    before = Request(b"GET", b"/", (A,), b"", b"HTTP/1.0", (B,))
    after = Request(b"POST", b"/x", (C,), b"x", b"HTTP/1.1")
    found = {one.part: (one.before, one.after) for one in transforms("r", Leg.REQUEST, before, after)}
    assert found == {
        Part.HEADERS: ((A,), (C,)),
        Part.TRAILERS: ((B,), ()),
        Part.METHOD: (b"GET", b"POST"),
        Part.TARGET: (b"/", b"/x"),
        Part.VERSION: (b"HTTP/1.0", b"HTTP/1.1"),
        Part.BODY: (b"", b"x"),
    }


def test_a_status_is_told_as_it_stands_in_the_line() -> None:
    (found,) = transforms("r", Leg.RESPONSE, Response(400, b"Bad Request"), Response(200))
    assert found == Transform("r", Leg.RESPONSE, Part.STATUS, b"400 Bad Request", b"200")


def test_another_object_that_says_the_same_is_no_change() -> None:
    before = Request(b"GET", b"/", (A,))
    assert transforms("r", Leg.REQUEST, before, replace(before, headers=(*before.headers,), body=b"")) == []
    assert transforms("r", Leg.REQUEST, before, replace(before, headers=tuple(before.headers))) == []


@pytest.mark.parametrize(
    ("evidence", "line", "needed", "enforced"),
    [
        pytest.param(Evidence.DOCUMENTED, Evidence.DOCUMENTED, False, True, id="on-the-line"),
        pytest.param(Evidence.OBSERVED, Evidence.DOCUMENTED, False, False, id="below"),
        pytest.param(Evidence.OBSERVED, Evidence.ASSUMED, False, True, id="above"),
        pytest.param(Evidence.ASSUMED, Evidence.OBSERVED, False, False, id="assumed"),
        pytest.param(Evidence.ASSUMED, Evidence.DOCUMENTED, True, True, id="needed"),
    ],
)
def test_the_evidence_line(evidence: Evidence, line: Evidence, needed: bool, enforced: bool) -> None:
    assert is_enforced(rule(drop(b"a"), evidence=evidence, needed=needed), line) is enforced


def test_below_the_line_nothing_changes_and_the_advice_says_what_would_have() -> None:
    table = Table(Leg.REQUEST, rule(drop(b"a"), evidence=Evidence.ASSUMED))
    notes, request = Notes(), Request(b"GET", b"/", (A, B))
    assert run(table, request, samples.CUSTOM, notes) is request
    assert [one.text for one in notes.advice] == ["-A: 1"]
    assert run(table, Request(b"GET", b"/", (B,)), samples.CUSTOM, notes).headers == (B,)  # type: ignore[union-attr] # no answer
    assert len(notes.advice) == 1


def test_advice_tells_an_answer_by_its_name() -> None:
    assert describe(Request(b"GET", b"/"), Answer(Response(400), "InvalidArgument")) == "400 InvalidArgument"
    assert describe(Request(b"GET", b"/", (A,)), Request(b"GET", b"/", (B, (b"\xff", b"")))) == "-A: 1; +B: 2; +\\xff: "


def test_an_answer_ends_the_walk() -> None:
    told = Answer(Response(403), "AccessDenied")
    table = Table(Leg.REQUEST, rule(answer(lambda _call: told)), rule(drop(b"a")))
    notes = Notes()
    assert run(table, Request(b"GET", b"/", (A,)), samples.CUSTOM, notes) is told
    assert [(one.part, one.after) for one in notes.transforms] == [(Part.MESSAGE, b"403 AccessDenied")]


def test_a_table_that_only_changes_may_not_answer() -> None:
    table = Table(Leg.REQUEST, rule(answer(lambda _call: Answer(Response(403)))))
    with pytest.raises(TypeError, match=r"req\.strip\.x-fc answered"):
        change(table, Request(b"GET", b"/"), samples.CUSTOM, Notes())


def test_a_rule_that_cannot_apply_at_a_door_is_not_even_looked_at() -> None:
    def broken(message: Request, _call: object) -> Request:
        raise AssertionError(message)

    table = Table(Leg.REQUEST, rule(broken, when=whens.API), rule(add_headers(lambda _call: (A,))))
    assert change(table, Request(b"GET", b"/"), samples.CUSTOM, Notes()).headers == (A,)
    assert set(table.rows) == {(door, line) for door in whens.ALWAYS.ingresses for line in Evidence}
    assert Config().evidence in Evidence
