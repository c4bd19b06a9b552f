"""A plan says what the rules say, to the first call with a head and to every later one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import core, plan
from gateway.changes import Forward, Reply
from gateway.config import Config, Evidence
from gateway.messages import BodyRef, Request, Response
from gateway.plan import HEADS, VARIANTS, Plans
from gateway.survey import survey
from tests.gateway.cases import CASES, Case, get, post
from tests.gateway.drawn import requests, responses
from tests.gateway.test_properties import configs
from tests.gateway.walker import ARRIVED_US, OK, SEED

if TYPE_CHECKING:
    from gateway.facts import Seed

TIMES = 5
"""Often enough that everything has been worked out with gaps, and told from them."""


def seed(number: int) -> Seed:
    return replace(SEED, request_id=f"1-67a59f35-150c1267-{number:012x}", arrived_us=ARRIVED_US + number * 1_234_567)


def same_as_core(
    plans: Plans, asked: tuple[Request, Response], config: Config, number: int, tail: bytes | None = None
) -> None:
    """One call through plan and core; both must say the same at every step."""
    request, response = asked
    head = replace(request, body=b"", trailers=())
    ours = plans.of(head, seed(number))
    facts = ours.facts(seed(number))
    assert facts == survey(head, seed(number), config)
    assert ours.body_limit == core.body_limit(head, facts, config)
    assert not ours.passes(facts) or core.on_request_head(head, facts, config) is None
    assert ours.on_request_head(facts) == core.on_request_head(head, facts, config)
    # Whatever comes when everything is worked out: the parts that change are not the same as when it was.
    facts = replace(facts, answered_us=ARRIVED_US + number * 3_456_789, duration_us=number * 700_000, log_tail=tail)
    assert ours.on_request(request, facts) == core.on_request(request, facts, config)
    assert ours.on_response(response, request, facts) == core.on_response(response, request, facts, config)


@given(requests(), responses(), configs, st.none() | st.just(b"log\n"))
def test_a_plan_never_says_anything_else_than_the_rules(
    request: Request, response: Response, config: Config, tail: bytes | None
) -> None:
    plans = Plans(config)
    for number in range(TIMES):
        same_as_core(plans, (request, response), config, number, tail)


@given(requests(), responses(), st.lists(st.binary(max_size=3), min_size=TIMES, max_size=TIMES))
def test_bodies_are_those_of_the_call(request: Request, response: Response, bodies: list[bytes]) -> None:
    plans = Plans(Config(evidence=Evidence.ASSUMED))
    for number, body in enumerate(bodies):
        config = Config(evidence=Evidence.ASSUMED)
        asked = replace(request, body=body), replace(response, body=body[::-1])
        same_as_core(plans, asked, config, number)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])
def test_the_cases_of_the_contract(case: Case) -> None:
    plans = Plans(case.config)
    answer = case.answer if isinstance(case.answer, Response) else OK
    for number in range(TIMES):
        same_as_core(plans, (case.request, answer), case.config, number, case.log_tail)


def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions of the core that are called from now on."""
    calls: list[str] = []
    for name in ("on_request_head", "on_request", "on_response"):
        real = getattr(core, name)

        def counted(*arguments: object, name: str = name, real: object = real) -> object:
            calls.append(name)
            return real(*arguments)  # type: ignore[operator] # one of the three

        monkeypatch.setattr(core, name, counted)
    return calls


def go(plans: Plans, number: int, request: Request, response: Response = OK) -> tuple[Forward, Reply]:
    ours = plans.of(replace(request, body=b""), seed(number))
    facts = replace(ours.facts(seed(number)), answered_us=ARRIVED_US)
    assert ours.passes(facts) or ours.on_request_head(facts) is None
    decision = ours.on_request(request, facts)
    assert isinstance(decision, Forward)
    return decision, ours.on_response(response, request, facts)


def test_the_rules_are_asked_for_two_calls_and_not_again(monkeypatch: pytest.MonkeyPatch) -> None:
    plans, calls = Plans(Config()), asked(monkeypatch)
    go(plans, 1, post(b"hi"))
    assert calls == ["on_request_head", "on_request", "on_response"]
    go(plans, 2, post(b"hi"))
    assert len(calls) == 3 * 3, "asked, and asked with gaps"
    decision, reply = go(plans, 3, post(b"yo"))
    assert len(calls) == 3 * 3
    assert decision.request.body == b"yo"
    assert (b"X-Fc-Request-Id", b"1-67a59f35-150c1267-000000000003") in reply.response.headers


def test_large_heads_are_not_remembered_and_of_others_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = Plans(Config())
    large = get((b"X-Large", b"x" * plan.SMALL))
    assert plans.of(large, SEED) is not plans.of(large, SEED)
    first = get(target=b"/first")
    kept = plans.of(first, SEED)
    assert plans.of(first, SEED) is kept
    for number in range(HEADS):
        plans.of(get(target=b"/%d" % number), SEED)
    assert plans.of(first, SEED) is not kept
    assert plans.of(get(), SEED) is not plans.of(get(), replace(SEED, client_ip="::1"))
    calls = asked(monkeypatch)
    for number in range(3 * VARIANTS):
        go(plans, number, get(), Response(200, b"OK", ((b"ETag", b"%d" % number),)))
    assert calls.count("on_response") == 3 * VARIANTS, "what never comes again is not worked out with gaps"


def test_facts_that_somebody_changed_are_not_those_of_the_plan() -> None:
    plans = Plans(Config())
    for number in range(TIMES):
        go(plans, number, get())
    ours = plans.of(get(), SEED)
    facts = replace(ours.facts(SEED), refusal="auth-no-date", answered_us=ARRIVED_US)
    assert not ours.passes(facts)
    assert ours.on_request_head(facts) == core.on_request_head(get(), facts, Config())
    assert ours.on_request(get(), facts) == core.on_request(get(), facts, Config())


@pytest.mark.parametrize("value", [b"\n", b"Sun, 08 Aug 8888 14:13:20 GMT"])
def test_what_looks_like_a_gap_is_told_as_it_is(value: bytes) -> None:
    plans = Plans(Config())
    request, response = get((b"X-App", value)), Response(200, b"OK", ((b"X-App", value), (b"Date", value)))
    for number in range(TIMES):
        same_as_core(plans, (request, response), Config(), number)


def test_a_rule_that_reads_the_duration_is_asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(b"POST", b"/2016-08-15/services/s/functions/web/invocations", ((b"Host", b"a"),))
    plans, calls = Plans(Config()), asked(monkeypatch)
    for number in range(TIMES):
        go(plans, number, request)
    assert calls.count("on_response") == TIMES + 1
    assert calls.count("on_request") == 3


def test_a_body_that_is_kept_elsewhere_counts_by_its_size() -> None:
    plans = Plans(Config())
    for number in range(TIMES):
        body = BodyRef(bytes([number]) * 32, 2)
        same_as_core(plans, (replace(post(b"hi"), body=body), replace(OK, body=body)), Config(), number)
