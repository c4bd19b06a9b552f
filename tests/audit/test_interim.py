"""Interim answers on the page: named, timed, every line with its rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit import cards, detail, interim, texts
from audit.bodies import NoBodies
from audit.words import Sign
from gateway.changes import Leg
from gateway.exchange import Exchange, Failure, Interim, View
from gateway.messages import Response
from tests.audit.conftest import META, SOURCES
from tests.gateway.cases import HINTS, answer, get
from tests.gateway.walker import walk
from verbs.page_text import Printer

EARLY = walk(get(), answer(), interim=(Interim(Response(102), 900), HINTS))


def test_the_line_names_each_with_its_time() -> None:
    told = interim.told(EARLY)
    assert told == texts.INTERIM.format(told="102 (0.9 ms), 103 Early Hints (0.5 ms)")
    assert interim.told(walk(get(), answer())) is None


def test_the_line_is_short_and_safe_whatever_came() -> None:
    told = interim.told(replace(EARLY, interim=(Interim(Response(103, b"\x1b[2J\xff"), 5),) * 64))
    assert told is not None
    assert told.en.count("103") == 8
    assert told.en.endswith("….")
    assert "\x1b" not in told.en


@pytest.mark.parametrize(
    "exchange",
    [
        pytest.param(EARLY, id="answered"),
        pytest.param(walk(get(), Failure.CLOSED, interim=EARLY.interim), id="no-answer"),
        pytest.param(replace(EARLY, client=View(EARLY.client.request)), id="nobody-there"),
    ],
)
def test_every_line_stands_in_the_response_with_its_rule(exchange: Exchange) -> None:
    card = cards.card(exchange, Leg.RESPONSE, (), NoBodies())
    group = card.groups[0]
    assert group.sign is Sign.REMOVED
    assert [claim.rule_id for claim in group.claims] == ["res.drop.interim"]
    assert ["".join(span.text for span in line.name) for line in group.server] == [":status", ":status", "Link"]
    assert interim.changes(exchange, Leg.REQUEST, exchange.transforms) == []


def test_an_answer_that_no_rule_claims_is_red() -> None:
    silent = replace(EARLY, transforms=())
    card = cards.card(silent, Leg.RESPONSE, (), NoBodies())
    assert card.counts.unexplained >= 3
    page = detail.page(replace(EARLY, interim=(*EARLY.interim, HINTS)), META, SOURCES)
    assert [one.en for one in page.unexplained] == ["the interim answers of the response"]


@pytest.mark.parametrize(("language", "line"), [("en", "Before its answer"), ("zh", "服务在响应之前")])
def test_show_prints_them(language: str, line: str) -> None:
    printed = "\n".join(Printer(language).page(detail.page(EARLY, META, SOURCES)))
    assert line in printed
    assert "  - :status: 103 Early Hints\n  - Link: </a.css>; rel=preload\n        res.drop.interim" in printed
