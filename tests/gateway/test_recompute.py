"""How an exchange ended is an input of recompute, never its result."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.changes import Accept
from gateway.config import Config
from gateway.core import on_failure, on_request
from gateway.exchange import Exchange, Failure, State, View
from gateway.facts import Facts, Ingress
from gateway.messages import Request
from gateway.recompute import recompute
from gateway.rules import RULES_VERSION
from gateway.survey import survey
from tests.gateway.cases import ASYNC, answer, get
from tests.gateway.walker import SEED, client_response, ended, server_request, walk

CONFIG = Config()


def test_a_delivery_of_an_accepted_call_has_no_client_to_answer() -> None:
    facts = replace(survey(get(ASYNC), SEED, CONFIG), answered_us=5)
    decision = on_request(get(ASYNC), facts, CONFIG)
    assert isinstance(decision, Accept)
    delivery = Exchange(
        2,
        facts,
        View(get(ASYNC)),
        View(decision.request, answer()),
        decision.transforms,
        decision.advice,
        State.COMPLETE,
        rules_version=RULES_VERSION,
        parent_id=1,
    )
    assert recompute(delivery, CONFIG) == delivery


def test_a_request_that_is_not_http_is_answered_from_its_failure() -> None:
    facts = survey(Request(b"", b""), SEED, CONFIG)
    reply = on_failure(Failure.MALFORMED_REQUEST, "no colon", None, facts, CONFIG)
    broken = replace(
        ended(None, facts, reply, State.REFUSED, CONFIG), failure=Failure.MALFORMED_REQUEST, failure_text="no colon"
    )
    assert recompute(broken, CONFIG) == broken


def test_a_client_that_left_has_no_answer() -> None:
    gone = replace(walk(get(), Failure.CLIENT_GONE), state=State.CANCELLED)
    forwarded = [one for one in gone.transforms if one.leg == "request"]
    gone = replace(gone, client=View(get()), transforms=tuple(forwarded), advice=gone.advice[:1], error_code="")
    assert recompute(gone, CONFIG) == gone


def test_a_body_that_was_cut_stays_cut() -> None:
    whole = walk(get(), answer())
    part = replace(client_response(whole), body=b"h")
    cut = replace(whole, client=View(get(), part), state=State.CANCELLED, failure=Failure.CLIENT_GONE)
    assert recompute(cut, CONFIG) == cut


def test_an_answer_that_broke_off_before_the_client_saw_its_head() -> None:
    broken = walk(get(), Failure.CLOSED)
    half = replace(broken, server=View(server_request(broken), answer()))
    assert recompute(half, CONFIG) == half


def test_an_exchange_that_is_still_open() -> None:
    whole = walk(get(), answer())
    forwarded = tuple(one for one in whole.transforms if one.leg == "request")
    opened = replace(
        whole,
        client=View(get()),
        server=View(server_request(whole)),
        transforms=forwarded,
        advice=whole.advice[:1],
        state=State.OPEN,
    )
    assert recompute(opened, CONFIG) == opened


def test_a_call_that_never_reached_the_server_has_no_server_view() -> None:
    broken = walk(get(), Failure.NOT_LISTENING)
    reply = tuple(one for one in broken.transforms if one.leg == "response")
    away = replace(broken, server=None, transforms=reply, advice=broken.advice[1:])
    assert recompute(away, CONFIG) == away


@pytest.mark.parametrize("change", [b"/other", b"/a?b"])
def test_another_request_gives_another_exchange(change: bytes) -> None:
    whole = walk(get(), answer())
    other = replace(whole, client=replace(whole.client, request=get(target=change)))
    assert recompute(other, CONFIG) != other


def test_the_rules_that_computed_are_named() -> None:
    old = replace(walk(get(), answer()), rules_version="2020.01")
    assert recompute(old, CONFIG).rules_version == RULES_VERSION


def test_no_rule_speaks_in_a_call_of_the_functions_own() -> None:
    facts = Facts(SEED, Ingress.EGRESS, "web", origin="http://127.0.0.1:9")
    view = View(get(ASYNC), answer())
    egress = Exchange(2, facts, view, view, state=State.COMPLETE, parent_id=1, rules_version="2020.01")
    assert recompute(egress, CONFIG) == replace(egress, rules_version=RULES_VERSION)
