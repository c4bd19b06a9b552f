from __future__ import annotations

from gateway.facts import Ingress
from gateway.rule import DOORS
from gateway.rules import samples


def test_there_is_a_sample_of_every_door() -> None:
    assert {one.facts.ingress for one in (samples.CUSTOM, samples.DEFAULT, samples.API, samples.HOOK)} == DOORS
    assert samples.call(Ingress.API, qualifier="q").facts.qualifier == "q"
