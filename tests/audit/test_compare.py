"""Two exchanges side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit import compare, render_comparison, texts
from audit.bodies import NoBodies
from audit.words import Counts
from gateway.exchange import View
from tests.audit import sample
from tests.audit.conftest import META, SOURCES

if TYPE_CHECKING:
    from audit.overview import Comparison

CALLS = {exchange.id: exchange for exchange in sample.exchanges()}


def compared(left: int, right: int, side: compare.Side = "client") -> Comparison:
    return compare.comparison(CALLS[left], CALLS[right], side, NoBodies())


def test_an_exchange_compared_with_itself_differs_nowhere() -> None:
    for ident in CALLS:
        found = compared(ident, ident)
        assert (found.request.counts, found.response.counts) == (Counts(), Counts())
        assert found.request.groups == found.response.groups == ()


def test_what_differs_is_marked_and_claimed_by_nobody() -> None:
    found = compared(4, 5)
    assert found.response.counts == Counts(changed=3)
    assert all(group.claims == () for group in found.request.groups)
    assert found.response.body is not None
    assert found.response.body.verdict == texts.BODY_DIFFERENT.format(offset=2)


def test_the_servers_side_can_be_compared() -> None:
    found = compared(4, 5, "server")
    assert found.response.start.client[0].value != found.response.start.server[0].value
    assert found.side == texts.SIDES["server"]


def test_a_side_that_never_existed_is_an_empty_column() -> None:
    found = compared(1, 2, "server")
    assert found.request.void_server == texts.NOTHING_HERE
    both = compare.comparison(CALLS[2], replace(CALLS[2], client=View()), "server", NoBodies())
    assert (both.request.void_client, both.request.void_server) == (texts.NOTHING_HERE, texts.NOTHING_HERE)


def test_the_page_holds_the_comparison_and_both_exchanges() -> None:
    page = render_comparison(CALLS[4], CALLS[5], META, sources=SOURCES)
    assert '<article class="x summary first" id="summary"' in page
    assert 'id="e4"' in page
    assert 'id="e5"' in page
    assert page == render_comparison(CALLS[4], CALLS[5], META, sources=SOURCES)
