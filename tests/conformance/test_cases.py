"""The cases themselves: what must be covered is, and a slip in a file is refused."""

from __future__ import annotations

import re

import pytest

from gateway.rules import RULES
from tests.conformance.cases import Case, build, expand, load_cases
from tests.conformance.shells import SHELLS

# The contract's table of conformance vectors.
VECTORS = set(range(1, 27))


def test_every_vector_has_its_case() -> None:
    assert {case.vector for case in load_cases()} >= VECTORS


def test_the_rules_that_cases_name_exist() -> None:
    named = {rule for case in load_cases() for rule in (*case.kept.rules, *case.kept.advice)}
    assert named <= set(RULES)


def test_every_rule_is_proved_by_a_case() -> None:
    proved = {rule for case in load_cases() for rule in (*case.kept.rules, *case.kept.advice)}
    assert [rule for rule in RULES if rule not in proved] == [], "write a case that names them under `kept`"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in load_cases()])
def test_a_case_names_rules_of_the_contract_and_known_shells(case: Case) -> None:
    assert case.proves
    for rule in case.proves:
        assert re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*-?[0-9]*", rule)
    assert case.shells
    assert set(case.shells) <= {*SHELLS, "core"}


def test_a_mistyped_key_is_refused() -> None:
    with pytest.raises(AssertionError, match="unknown keys \\['stauts'\\]"):
        build(Case, {"id": "x", "proves": ["X-1"], "got": {"stauts": 200}}, "here")


def test_a_value_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(AssertionError, match="'200' is not int"):
        build(Case, {"id": "x", "proves": ["X-1"], "got": {"status": "200"}}, "here")


def test_each_row_of_each_becomes_a_case() -> None:
    row = {
        "id": "x-<name>",
        "proves": ["X-1"],
        "each": [{"name": "a", "status": 400, "lines": ["A: 1"]}, {"name": "b", "status": 200, "lines": []}],
        "ask": {"headers": "<lines>", "target": "/<name>"},
        "got": {"status": "<status>"},
    }
    first, second = expand(row, "here")
    assert (first.id, first.ask.target, first.ask.headers, first.got.status) == ("x-a", "/a", ("A: 1",), 400)
    assert (second.id, second.ask.target, second.ask.headers, second.got.status) == ("x-b", "/b", (), 200)
