"""One exchange as a page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit import detail, texts
from audit.model import ExchangePage, Replay
from audit.model import Link as PageLink
from audit.page import render_page
from gateway.exchange import Exchange, Failure, State, View
from gateway.facts import Ingress, Link
from tests.audit import sample
from tests.audit.conftest import META, SOURCES

CALLS = {exchange.id: exchange for exchange in sample.exchanges()}


def page(ident: int, sources: detail.Sources = SOURCES) -> ExchangePage:
    return detail.page(CALLS[ident], META, sources)


MODES = [
    pytest.param(1, texts.HTTP_TRIGGER, id="http"),
    pytest.param(4, texts.INVOKE_API, id="api"),
    pytest.param(6, texts.ASYNC, id="async"),
    pytest.param(7, texts.DELIVERY.format(attempt=1), id="delivery"),
    pytest.param(8, texts.CUSTOM_DOMAIN, id="domain"),
]


@pytest.mark.parametrize(("ident", "expected"), MODES)
def test_how_a_call_came_in(ident: int, expected: object) -> None:
    assert page(ident).mode == expected


@pytest.mark.parametrize(
    ("status", "expected"), [(0, ""), (101, "ok"), (204, "ok"), (302, "turn"), (404, "bad"), (502, "bad"), (999, "bad")]
)
def test_the_level_of_a_status(status: int, expected: str) -> None:
    assert detail.level(status) == expected


def test_time_is_of_the_recording_not_of_the_reader() -> None:
    assert page(1).time == "15:42:07.118"
    assert detail.day(sample.START_US) == "2026-11-22 15:42 UTC"


def test_the_servers_status_is_named_only_where_it_differs() -> None:
    assert (page(1).status, page(1).server_status) == ("200", "")
    assert (page(3).status, page(3).server_status) == ("502", "200")


def test_an_accepted_call_and_its_delivery_lead_to_each_other() -> None:
    sources = replace(SOURCES, children={6: (7,)})
    assert [(link.label, link.id) for link in page(6, sources).links] == [(texts.CHILD, 7)]
    assert [(link.label, link.id) for link in page(7, sources).links] == [(texts.PARENT, 6)]
    assert page(7).links == ()


def test_a_path_of_kilobytes_does_not_fill_the_heading() -> None:
    assert sum(len(span.text) for span in page(10).target) == 241


def test_advice_names_its_rule_and_what_it_would_have_done() -> None:
    notes = {note.claim.rule_id: note.text for note in page(1).notes}
    assert notes["reply.add.expose-headers"].startswith("+Access-Control-Expose-Headers:")


def test_a_replay_is_shown_with_its_exchange() -> None:
    replayed = page(1, replace(SOURCES, replays={1: Replay("same")}))
    assert replayed.replay is not None
    assert page(1).replay is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [("http://127.0.0.1:9000", ":9000"), ("http://localhost:1", ":1"), ("http://app.test:80", "app.test:80")],
)
def test_a_server_on_this_machine_is_its_port(url: str, expected: str) -> None:
    function = replace(sample.CONFIG.functions[0], server=url)
    config = replace(sample.CONFIG, functions=(function,))
    assert page(1, detail.Sources(config=lambda _: config)).path.address == expected


def egress(parent: int = 1) -> Exchange:
    """A call that the function made while it served sample call 1."""
    call = next(one for one in sample.exchanges() if one.id == 1)
    assert call.server is not None
    facts = replace(call.facts, ingress=Ingress.EGRESS, origin="https://api.example.test", link=Link.TIME)
    return replace(call, id=99, facts=facts, client=call.server, transforms=(), advice=(), parent_id=parent)


def test_a_call_of_the_functions_own_stands_between_the_function_and_the_other_side() -> None:
    page = detail.page(egress(), META, SOURCES)
    assert [end.en for end in page.path.ends] == ["Function", "Egress proxy", "The other side"]
    assert page.path.address == "api.example.test"
    assert (page.request.client_title, page.response.server_title) == (texts.FUNCTION_SENT, texts.OTHER_RETURNED)
    assert (page.request.counts.total, page.request.gauges, page.unexplained) == (0, (), ())
    assert [copy.key for copy in page.copies] == ["client", "raw"], "nothing to send again by itself"
    assert "https://api.example.test/" in page.copies[0].text


def test_a_call_of_the_functions_own_that_failed_says_so_on_every_part() -> None:
    call = egress()
    lost = replace(call, client=View(call.client.request), server=None, failure=Failure.NOT_LISTENING)
    page = detail.page(replace(lost, state=State.SERVER_FAILED, failure_text="refused"), META, SOURCES)
    assert page.path.missing is texts.NEVER_CONNECTED
    assert page.path.silence is texts.FUNCTION_GOT_NOTHING
    assert page.request.void_server is texts.NEVER_CONNECTED
    assert page.response.void_client is texts.FUNCTION_GOT_NOTHING
    assert detail.page(replace(lost, client=View()), META, SOURCES).copies == ()


def test_it_and_the_call_behind_it_lead_to_each_other() -> None:
    call = next(one for one in sample.exchanges() if one.id == 1)
    html = render_page([call, egress(), egress(parent=50)], META, sources=SOURCES)
    sources = replace(SOURCES, outgoing={1: (99,)})
    assert PageLink(texts.OUTGOING, 99) in detail.page(call, META, sources).links
    assert detail.page(egress(), META, sources).links == (PageLink(texts.CAUSE, 1),)
    assert detail.page(egress(parent=50), META, sources).links == (), "a call that is not on the page"
    assert "#e99" in html
