"""A glance and the whole page of an exchange say the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit import detail
from audit.glance import glance
from gateway.exchange import Exchange, Failure, Interim, View
from gateway.messages import Response
from gateway.tally import tally
from tests.audit import sample
from tests.audit.conftest import META, SOURCES
from tests.gateway.cases import HINTS, answer, get
from tests.gateway.walker import walk

CALLS = [pytest.param(exchange, id=str(exchange.id)) for exchange in sample.exchanges()]


@pytest.mark.parametrize("exchange", CALLS)
def test_lists_say_what_the_page_says(exchange: Exchange) -> None:
    seen, page = glance(exchange, SOURCES), detail.page(exchange, META, SOURCES)
    assert seen.counts == page.request.counts + page.response.counts
    assert (seen.status, seen.server_status, seen.level) == (page.status, page.server_status, page.level)
    assert (seen.method, seen.mode, seen.unexplained) == (page.method, page.mode, len(page.unexplained))
    assert seen.phases == page.path.phases
    assert glance(exchange, SOURCES, page) == seen


EARLY = (Interim(Response(102), 100), HINTS)


@pytest.mark.parametrize(
    "exchange",
    [
        *CALLS,
        pytest.param(walk(get(), answer(), interim=EARLY), id="interim"),
        pytest.param(walk(get(), Failure.CLOSED, interim=EARLY), id="interim-alone"),
        pytest.param(replace(walk(get(), interim=EARLY), client=View(get())), id="interim-for-nobody"),
    ],
)
def test_it_counts_as_the_terminal_does(exchange: Exchange) -> None:
    counts, told = glance(exchange, SOURCES).counts, tally(exchange)
    assert (counts.removed, counts.added, counts.changed) == (told.removed, told.added, told.changed)


def test_a_line_that_no_rule_claims_is_counted() -> None:
    exchange = sample.exchanges()[0]
    assert exchange.server
    assert exchange.server.request
    ghost = replace(exchange.server.request, headers=(*exchange.server.request.headers, (b"X-Ghost", b"1")))
    seen = glance(replace(exchange, server=View(ghost, exchange.server.response)), SOURCES)
    assert (seen.counts.unexplained, seen.unexplained) == (1, 1)


def test_families_are_known_from_both_ends() -> None:
    sources = replace(SOURCES, children={6: (7,)})
    accepted, delivery = sample.exchanges()[5], sample.exchanges()[6]
    assert glance(accepted, sources).deliveries == (7,)
    assert glance(delivery, sources).is_delivery
