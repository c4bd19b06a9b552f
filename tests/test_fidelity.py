"""docs/fidelity.md: nothing that is known of the contract goes without a word."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from addons.options import OPTIONS
from gateway.rules import RULES
from tests.conformance.cases import load_cases

ROOT = Path(__file__).resolve().parent.parent
MAKER = runpy.run_path(str(ROOT / "docs" / "make_fidelity.py"))
KNOWN = MAKER["contract"]()
CLAIMS = MAKER["_claims"]()


def test_the_page_equals_what_the_generator_writes() -> None:
    page = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
    assert page == MAKER["page"](), "run: python docs/make_fidelity.py"


def test_ids_are_told_once() -> None:
    ids = [one.id for one in KNOWN]
    assert len(set(ids)) == len(ids)


def test_what_rules_and_cases_cite_is_known() -> None:
    cited = {one for rule in RULES.values() for one in rule.source.contract}
    cited |= {one for case in load_cases() for one in case.proves}
    assert cited - {one.id for one in KNOWN} == set()


@pytest.mark.parametrize("known", [pytest.param(one, id=one.id) for one in KNOWN])
def test_each_behaviour_has_its_fate(known: Any) -> None:
    assert known.what
    assert known.evidence
    assert set(known.evidence) <= set("SDCOIG")
    assert MAKER["fate"](known, CLAIMS[known.id]), "say `at`, `setting` or `not` in docs/contract.yaml"
    assert not (known.omitted and CLAIMS[known.id]), "a rule claims what is said not to be imitated"


@pytest.mark.parametrize("known", [pytest.param(one, id=one.id) for one in KNOWN if one.at])
def test_files_that_are_named_exist(known: Any) -> None:
    assert [path for path in known.at if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("known", [pytest.param(one, id=one.id) for one in KNOWN if one.setting])
def test_settings_that_are_named_exist(known: Any) -> None:
    assert known.setting.partition(":")[0] in {option.name for option in OPTIONS}
