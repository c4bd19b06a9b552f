"""The totals of a recording."""

from __future__ import annotations

from dataclasses import replace

from audit import listing
from audit.bodies import NoBodies
from audit.glance import glance
from audit.overview import Pointer, Pointers, Summary
from audit.summary import LISTED, Tally
from gateway.exchange import Exchange, View
from tests.audit import sample
from tests.audit.conftest import SOURCES


def summary(*exchanges: Exchange) -> Summary:
    tally = Tally()
    sources = replace(SOURCES, children={6: (7,)})
    for exchange in exchanges:
        seen = glance(exchange, sources)
        tally.add(seen, listing.entry(exchange, seen, NoBodies(), 0).flags)
    return tally.summary()


def ids(pointers: tuple[Pointer, ...]) -> list[int]:
    return [pointer.id for pointer in pointers]


def test_the_sample_in_total() -> None:
    found = summary(*sample.exchanges())
    assert found.unexplained == Pointers()
    assert ids(found.near.listed) == [3, 10, 2]
    assert ids(found.slowest)[:3] == [7, 11, 2]
    assert [(pointer.id, pointer.told.en) for pointer in found.asynchronous.listed] == [(6, "delivered as #7")]
    outcomes = {bar.filter: bar.count for bar in found.outcomes}
    assert (outcomes["is:rejected"], outcomes["is:failed"], outcomes["is:differs"]) == (3, 2, 2)


def test_rules_come_by_use_with_what_they_only_advised() -> None:
    rules = summary(*sample.exchanges()).rules
    uses = [rule.acted + rule.advised for rule in rules]
    assert uses == sorted(uses, reverse=True)
    by_id = {rule.claim.rule_id: rule for rule in rules}
    assert by_id["req.limit.body"].acted == 1
    assert by_id["reply.add.expose-headers"].advised > 0


def test_a_difference_that_nobody_explains_is_listed() -> None:
    exchange = sample.exchanges()[0]
    assert exchange.server
    assert exchange.server.request
    ghost = replace(exchange.server.request, headers=(*exchange.server.request.headers, (b"X-Ghost", b"1")))
    found = summary(replace(exchange, server=View(ghost, exchange.server.response)))
    assert ids(found.unexplained.listed) == [1]
    assert found.outcomes[-1].filter == "is:unexplained"


def test_lists_are_short_and_of_equals_the_earliest_stay() -> None:
    base = sample.exchanges()[7]
    found = summary(*(replace(base, id=number) for number in range(1, 40)))
    assert ids(found.slowest) == list(range(1, LISTED + 1))


def test_nothing_recorded_is_a_summary_too() -> None:
    assert summary() == Summary()


def test_what_is_not_listed_is_counted() -> None:
    base = sample.exchanges()[9]
    found = summary(*(replace(base, id=number) for number in range(1, 21)))
    assert (len(found.near.listed), found.near.more) == (LISTED, 20 - LISTED)
