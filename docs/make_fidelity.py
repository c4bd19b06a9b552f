# ruff: noqa: INP001 - a script beside the page that it writes
"""Writes docs/fidelity.md from contract.yaml, the rules and the conformance cases: `python docs/make_fidelity.py`.

A test compares the two. Must not know: how rules run or cases are played. Read next: contract.yaml, make_rules.py.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gateway.config import Evidence  # noqa: E402 - the path is set above
from gateway.rules import RULES  # noqa: E402 - the same
from tests.conformance.cases import load_cases  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.rule import Rule
    from tests.conformance.cases import Case

INTRO = """# 与线上的接近程度 How like the cloud

本页由 `python docs/make_fidelity.py` 生成：函数计算网关的每一条已知行为在这里如何处理，以及每条规则的来源、依据和用例。
没有一条与线上服务对照测量过；`./run conformance --against URL` 可以对照（见 [探针](../examples/probe/README.md)）。

This page is written by `python docs/make_fidelity.py`: what becomes here of each known behaviour of Function Compute's
gateway, and source, evidence and cases of each rule. None of it was measured against the live service;
`./run conformance --against URL` measures it (see [the probe](../examples/probe/README.md)).

Evidence: **S** the product page, **D** another published page, **C** source of an SDK or tool, **O** a published
capture or log, **I** inferred, **G** a guess. Several letters: its parts are known in different ways.
"""


@dataclass(frozen=True, slots=True)
class Known:
    """One id of the contract: what is known, how well, and what becomes of it where no rule claims it."""

    id: str
    family: str
    evidence: str
    what: str
    at: tuple[str, ...] = ()
    setting: str = ""
    omitted: str = ""


def contract() -> tuple[Known, ...]:
    """Every row of contract.yaml."""
    families: dict[str, dict[str, dict[str, Any]]] = YAML(typ="safe").load(
        (ROOT / "docs" / "contract.yaml").read_text()
    )
    return tuple(_known(family, name, row) for family, rows in families.items() for name, row in rows.items())


def _known(family: str, name: str, row: dict[str, Any]) -> Known:
    words = {"at": tuple(row.pop("at", ())), "omitted": row.pop("not", "")}
    return Known(name, family, **row, **words)


def page() -> str:
    """The whole of docs/fidelity.md."""
    known, cases = contract(), load_cases()
    parts = [INTRO, _numbers(known, cases)]
    by_rule, by_contract = _cases_by(cases)
    claimed = _claims()
    for family in dict.fromkeys(one.family for one in known):
        parts.append(f"## {family[0].upper()}{family[1:]}\n")
        parts.append("| id | evidence | what | here | cases |\n|---|---|---|---|---|")
        parts += [
            f"| {one.id} | {'/'.join(one.evidence)} | {one.what} | {fate(one, claimed[one.id])} "
            f"| {_count(by_contract[one.id])} |"
            for one in known
            if one.family == family
        ]
        parts.append("")
    parts += ["## Rules and their cases\n", "| rule | evidence | source | cases |\n|---|---|---|---|"]
    parts += [_rule_row(rule, by_rule[rule.id]) for rule in RULES.values()]
    return "\n".join(parts) + "\n"


def _cases_by(cases: Iterable[Case]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Ids of cases by the rules that must speak in them, and by what they prove of the contract."""
    by_rule, by_contract = defaultdict(list), defaultdict(list)
    for case in cases:
        for rule in (*case.kept.rules, *case.kept.advice):
            by_rule[rule].append(case.id)
        for one in case.proves:
            by_contract[one].append(case.id)
    return by_rule, by_contract


def _claims() -> dict[str, list[Rule]]:
    """The rules that name each id of the contract."""
    claimed = defaultdict(list)
    for rule in RULES.values():
        for one in rule.source.contract:
            claimed[one].append(rule)
    return claimed


def fate(known: Known, rules: list[Rule]) -> str:
    """What becomes of it here; "" when nobody says."""
    parts = []
    for way in dict.fromkeys(_way(rule) for rule in rules):
        chosen = [rule for rule in rules if _way(rule) == way]
        parts.append(f"{way}: " + ", ".join(f"[{rule.id}](rules.md#{_anchor(rule.id)})" for rule in chosen))
    if known.at:
        parts.append("built in: " + ", ".join(f"[{path}](../{path})" for path in known.at))
    if known.setting:
        parts.append(f"a setting: {known.setting}")
    if known.omitted:
        parts.append(f"**not imitated**: {known.omitted}")
    return "; ".join(parts)


def _way(rule: Rule) -> str:
    """How far a rule goes when nobody changes a setting."""
    if rule.advisory:
        return "advised"
    if rule.needed or rule.evidence is Evidence.DOCUMENTED:
        return "enforced"
    return f"advised, enforced under fc_evidence={rule.evidence}"


def _anchor(rule_id: str) -> str:
    return rule_id.replace(".", "")


def _numbers(known: tuple[Known, ...], cases: tuple[Case, ...]) -> str:
    proved = {one for case in cases for one in case.proves}
    omitted = sum(bool(one.omitted) for one in known)
    return (
        f"{len(known)} behaviours, {omitted} of them not imitated, each with its reason; {len(RULES)} rules, each "
        f"proved by at least one of {len(cases)} conformance cases, which name {len(proved)} of the behaviours.\n"
    )


def _rule_row(rule: Rule, cases: list[str]) -> str:
    source = f"[{rule.source.section}]({rule.source.url})" if rule.source.url else rule.source.section
    named = ", ".join(dict.fromkeys(cases))
    contract_ids = f" ({', '.join(rule.source.contract)})" if rule.source.contract else ""
    return f"| [{rule.id}](rules.md#{_anchor(rule.id)}) | {rule.evidence} | {source}{contract_ids} | {named} |"


def _count(cases: list[str]) -> str:
    return str(len(cases)) if cases else ""


if __name__ == "__main__":
    (ROOT / "docs" / "fidelity.md").write_text(page(), encoding="utf-8")
