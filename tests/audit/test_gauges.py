"""Distances to the limits, at their very edges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit import gauges, texts
from audit.gauges import Measure
from gateway.changes import Leg
from gateway.config import Limits
from gateway.exchange import Exchange, View
from gateway.facts import Facts, Ingress, InvocationType, Seed
from gateway.messages import BodyRef, Request, Response

EDGES = [
    pytest.param(0, 8192, ("0 B", "8 KB", 0, ""), id="empty"),
    pytest.param(431, 8192, ("431 B", "8 KB", 52, ""), id="small"),
    pytest.param(6554, 8192, ("6.4 KB", "8 KB", 800, "near"), id="near-from-80-percent"),
    pytest.param(8192, 8192, ("8.0 KB", "8 KB", 1000, "near"), id="equality-is-legal"),
    pytest.param(8193, 8192, ("8,193 B", "8 KB", 1000, "over"), id="one-byte-too-many"),
    pytest.param(33554433, 32 * 1024 * 1024, ("33,554,433 B", "32 MB", 1000, "over"), id="body"),
    pytest.param(5, 1000, ("5 B", "1,000 B", 5, ""), id="odd-limit"),
]


@pytest.mark.parametrize(("used", "limit", "expected"), EDGES)
def test_a_gauge_at_its_edges(used: int, limit: int, expected: tuple[object, ...]) -> None:
    found = gauges.gauge(Measure(Leg.REQUEST, texts.HEADERS, texts.THE_HEADERS, used, limit))
    assert (found.used, found.limit, found.permille, found.level) == expected


def call(kind: InvocationType) -> Exchange:
    request = Request(b"POST", b"/p?q", ((b"Host", b"h"),), BodyRef(b"d" * 32, 200_000))
    response = Response(200, b"OK", ((b"A", b"bc"),))
    facts = Facts(Seed("1", 0), Ingress.HTTP_DEFAULT, "web", invocation_type=kind)
    return Exchange(1, facts, View(request), View(request, response))


def test_names_and_values_count_without_separators() -> None:
    found = gauges.measures(call(InvocationType.SYNC), Limits())
    assert [(m.leg, m.used, m.limit) for m in found] == [
        (Leg.REQUEST, 5, 8192),
        (Leg.REQUEST, 4, 4096),
        (Leg.REQUEST, 200_000, 33554432),
        (Leg.RESPONSE, 3, 8192),
    ]


def test_an_asynchronous_body_has_its_own_limit() -> None:
    body = gauges.measures(call(InvocationType.ASYNC), Limits())[2]
    assert (body.limit, body.excess) == (131072, 200_000 - 131072)


def test_what_was_never_sent_has_no_gauge() -> None:
    nothing = replace(call(InvocationType.SYNC), client=View(), server=None)
    assert gauges.measures(nothing, Limits()) == ()
