"""What becomes of the answers before the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.changes import Leg, Part, Transform
from gateway.config import Config, Evidence
from gateway.core import on_interim
from gateway.messages import Response
from gateway.rule import DOORS
from gateway.rules import INTERIM_RULES, samples

if TYPE_CHECKING:
    from gateway.facts import Ingress

LINK = (b"Link", b"</a>")


@pytest.mark.parametrize("line", Evidence)
@pytest.mark.parametrize("ingress", sorted(DOORS))
def test_by_every_door_and_under_every_line_a_head_is_kept_back_whole(ingress: Ingress, line: Evidence) -> None:
    facts = replace(samples.CUSTOM.facts, ingress=ingress)
    told = on_interim(Response(103, b"Early Hints", (LINK, LINK)), facts, Config(evidence=line))
    lines = ((b":status", b"103 Early Hints"), LINK, LINK)
    assert told == (Transform("res.drop.interim", Leg.RESPONSE, Part.INTERIM, lines, ()),)


def test_a_head_without_reason_or_fields_is_told_too() -> None:
    (told,) = on_interim(Response(199), samples.CUSTOM.facts, Config())
    assert told.before == ((b":status", b"199"),)


def test_no_rule_of_theirs_only_advises() -> None:
    """`on_interim` gives no advice, so each has to act."""
    assert all(rule.needed and not rule.advisory for rule in INTERIM_RULES.rules)
