"""Every rule shows itself at work, and its row is complete in both languages."""

from __future__ import annotations

import re

import pytest

from gateway.rule import Answer, Example, Rule
from gateway.rules import RULES, RULES_VERSION, TABLES

ADDERS = ("invoke.add.", "reply.add.", "reply.own.connection", "reply.own.date", "req.add.context")

CASES = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in RULES.values()
    for number, example in enumerate(rule.examples)
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_the_example_of_a_rule_is_what_its_op_does(rule: Rule, example: Example) -> None:
    assert example.call.facts.ingress in rule.when.ingresses
    assert rule.when.test is None or rule.when.test(example.call)
    after = rule.op(example.before, example.call)
    assert (after.name.decode() if isinstance(after, Answer) else after) == example.after


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_an_op_that_has_nothing_to_do_gives_the_same_object_back(rule: Rule, example: Example) -> None:
    after = rule.op(example.before, example.call)
    if isinstance(after, Answer) or rule.id.startswith(ADDERS):
        return
    assert rule.op(after, example.call) is after


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_row_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+", rule.id)
    for text in (rule.summary, rule.why, rule.when.name):
        assert re.search(r"[\u4e00-\u9fff]", text.zh), text
        assert text.en.isascii(), text
        assert not re.search(r"[\u4e00-\u9fff][,;:]", text.zh), "full-width punctuation after Chinese"
    assert rule.source.url.startswith("https://")
    assert rule.source.contract or rule.id.startswith("tool.")
    assert rule.examples
    assert rule.since <= RULES_VERSION


def test_ids_are_unique() -> None:
    rows = [rule for table in TABLES for rule in table.rules]
    assert len({rule.id for rule in rows}) == len(rows) == len(RULES)
