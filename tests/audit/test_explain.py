"""Each difference beside the rule that claims it, and red when none does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit import cards, catalogue, explain, gauges
from audit.bodies import NoBodies
from audit.headers import Pair
from audit.words import Claim, Counts
from gateway.changes import Leg, Part, Transform
from gateway.exchange import Exchange, View
from gateway.traits import unclaimed
from tests.audit import sample

LINE, OTHER = (b"Keep-Alive", b"5"), (b"X", b"1")
HOP = Transform("req.strip.hop", Leg.REQUEST, Part.HEADERS, (LINE,), ())


def ids(claims: tuple[Claim, ...]) -> list[str]:
    return [claim.rule_id for claim in claims]


def test_a_removed_line_is_claimed_by_the_rule_that_took_it() -> None:
    assert ids(explain.Ledger([HOP], Part.HEADERS).claims(Pair(LINE, None))) == ["req.strip.hop"]


def test_another_value_is_not_claimed() -> None:
    ledger = explain.Ledger([HOP], Part.HEADERS)
    assert ledger.claims(Pair((b"Keep-Alive", b"6"), None)) == (catalogue.UNEXPLAINED,)


def test_each_line_of_a_transform_claims_once() -> None:
    ledger = explain.Ledger([HOP], Part.HEADERS)
    assert ids(ledger.claims(Pair(LINE, None))) == ["req.strip.hop"]
    assert ledger.claims(Pair(LINE, None)) == (catalogue.UNEXPLAINED,)


def test_a_changed_line_names_who_took_and_who_put() -> None:
    took = Transform("res.strip.reserved", Leg.RESPONSE, Part.HEADERS, (LINE,), ())
    put = Transform("reply.own.date", Leg.RESPONSE, Part.HEADERS, (), (OTHER,))
    assert ids(explain.Ledger([took, put], Part.HEADERS).claims(Pair(LINE, OTHER))) == [took.rule_id, put.rule_id]


def test_a_rule_that_answered_claims_what_nobody_claims_by_name() -> None:
    ledger = explain.Ledger([HOP], Part.HEADERS, answered=("res.limit.headers",))
    assert ids(ledger.claims(Pair(OTHER, None))) == ["res.limit.headers"]
    assert ids(ledger.claims(Pair(LINE, None))) == ["req.strip.hop"]


def test_an_id_that_the_table_no_longer_holds_is_a_retired_rule() -> None:
    claim = catalogue.claim("req.gone.long-ago")
    assert claim.rule_id == "req.gone.long-ago"
    assert "Retired" in claim.summary.en


def unexplained(exchange: Exchange) -> int:
    found = gauges.measures(exchange, sample.CONFIG.limits)
    legs = (cards.card(exchange, leg, gauges.gauges(found, leg), NoBodies()) for leg in Leg)
    return sum((card.counts for card in legs), Counts()).unexplained


@pytest.mark.parametrize("exchange", sample.exchanges(), ids=lambda exchange: str(exchange.id))
def test_the_gateways_own_work_leaves_nothing_unexplained(exchange: Exchange) -> None:
    assert unexplained(exchange) == 0
    assert unclaimed(exchange) == ()


def both_ways() -> list[Exchange]:
    return [each for each in sample.exchanges() if each.server and each.server.request and each.client.response]


@pytest.mark.parametrize("exchange", both_ways(), ids=lambda exchange: str(exchange.id))
def test_a_line_that_no_rule_put_is_red_and_the_gateways_check_agrees(exchange: Exchange) -> None:
    assert exchange.server
    assert exchange.server.request
    request = replace(exchange.server.request, headers=(*exchange.server.request.headers, (b"X-Ghost", b"1")))
    haunted = replace(exchange, server=View(request, exchange.server.response))
    assert unexplained(haunted) == 1
    assert [each.part for each in unclaimed(haunted)] == [Part.HEADERS]


def test_another_order_alone_is_not_unexplained() -> None:
    exchange = both_ways()[0]
    assert exchange.server
    assert exchange.server.request
    turned = replace(exchange.server.request, headers=exchange.server.request.headers[::-1])
    assert unclaimed(replace(exchange, server=View(turned, exchange.server.response))) == ()


def test_only_official_pages_are_linked() -> None:
    assert catalogue.official("https://help.aliyun.com/zh/functioncompute")
    assert not catalogue.official("http://help.aliyun.com/")
    assert not catalogue.official("https://help.aliyun.com.evil.test/")
    assert not catalogue.official("javascript:alert(1)")
