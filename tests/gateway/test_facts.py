"""Facts are recorded, in FC's own spelling where FC has one."""

from __future__ import annotations

from dataclasses import fields, replace

from gateway.facts import ApiFamily, Facts, Ingress, InvocationType, Link, LogType, Seed, answered


def test_the_recorded_words() -> None:
    assert [one.value for one in Ingress] == ["http-default", "http-custom", "api", "egress", "hook"]
    assert [one.value for one in InvocationType] == ["Sync", "Async"]
    assert [one.value for one in LogType] == ["Tail", "None"]
    assert [one.value for one in Link] == ["", "request-id", "traceparent", "time"]
    assert [one.value for one in ApiFamily] == ["fc3", "fc2"]


def test_an_ordinary_call_needs_few_facts() -> None:
    facts = Facts(Seed("1-x", 5), Ingress.HTTP_CUSTOM, "web")
    assert (facts.qualifier, facts.invocation_type, facts.log_type) == ("LATEST", InvocationType.SYNC, LogType.NONE)
    assert (facts.log_tail, facts.refusal, facts.close, facts.seed.attempt) == (None, "", False, 0)


def test_the_answer_changes_its_own_facts_alone() -> None:
    others = {field.name: field.name for field in fields(Facts) if field.name not in {"seed", "ingress", "link"}}
    facts = Facts(Seed("1-x", 5), Ingress.API, link=Link.TIME, **others)  # type: ignore[arg-type] # any value will do
    assert answered(facts, 7, 8, b"9") == replace(facts, answered_us=7, duration_us=8, log_tail=b"9")
