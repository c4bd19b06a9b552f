from __future__ import annotations

from dataclasses import replace

from gateway.facts import Ingress, InvocationType, LogType
from gateway.rules import samples, whens


def test_doors() -> None:
    assert whens.ALWAYS.ingresses == set(Ingress) - {Ingress.EGRESS}
    assert whens.HTTP.ingresses | whens.API.ingresses | {Ingress.HOOK} == whens.ALWAYS.ingresses
    assert whens.DEFAULT_DOMAIN.ingresses | whens.CUSTOM_DOMAIN.ingresses == whens.HTTP.ingresses


def test_conditions_on_facts() -> None:
    assert whens.TAIL.test is not None
    assert whens.TAIL.test(samples.TAIL)
    both = samples.call(Ingress.API, log_type=LogType.TAIL, invocation_type=InvocationType.ASYNC)
    assert not whens.TAIL.test(both)
    assert whens.LAST.test is not None
    assert whens.LAST.test(replace(samples.CUSTOM, facts=replace(samples.CUSTOM.facts, close=True)))
    refused = whens.refused_for("x", "zh", "en").test
    assert refused is not None
    assert not refused(samples.CUSTOM)
