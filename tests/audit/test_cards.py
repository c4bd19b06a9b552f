"""A leg as a card: who is in which column, what is grouped, what is folded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit import cards, texts
from audit.bodies import NoBodies
from audit.words import Counts, Sign
from gateway.changes import Leg
from gateway.exchange import Exchange, View
from gateway.messages import Request
from tests.audit import sample

if TYPE_CHECKING:
    from audit.model import Card

CALLS = {exchange.id: exchange for exchange in sample.exchanges()}


def card(exchange: Exchange, leg: Leg) -> Card:
    return cards.card(exchange, leg, (), NoBodies())


def words(found: Card) -> list[tuple[str, list[str], list[str], list[str]]]:
    """Each group as sign, names on the client's side, names on the server's side, rules."""
    return [
        (
            group.sign.value,
            ["".join(span.text for span in line.name) for line in group.client],
            ["".join(span.text for span in line.name) for line in group.server],
            [claim.rule_id for claim in group.claims],
        )
        for group in found.groups
    ]


def test_neighbours_with_the_same_rule_share_one_explanation() -> None:
    assert words(card(CALLS[1], Leg.REQUEST))[:3] == [
        ("−", ["Connection", "Keep-Alive"], [], ["req.strip.hop"]),
        ("−", ["X-Fc-Debug"], [], ["req.strip.x-fc"]),
        ("−", ["X-Fc-Log-Type"], [], ["req.ctl.log-type"]),
    ]


def test_on_the_way_back_the_servers_side_is_where_lines_leave_from() -> None:
    found = words(card(CALLS[1], Leg.RESPONSE))
    assert ("−", [], ["Server"], ["res.strip.reserved"]) in found
    assert ("~", ["Date"], ["Date"], ["res.strip.reserved", "reply.own.date"]) in found
    assert ("+", ["Content-Disposition"], [], ["res.force.attachment"]) in found


def test_a_changed_start_line_is_a_change_with_its_rule() -> None:
    found = card(CALLS[4], Leg.REQUEST)
    assert (found.start.sign, [claim.rule_id for claim in found.start.claims]) == (Sign.CHANGED, ["invoke.set.target"])
    assert found.counts.changed == 3


def test_a_refused_request_has_an_empty_column_and_says_who_stopped_it() -> None:
    found = card(CALLS[2], Leg.REQUEST)
    assert (found.void_client, found.void_server) == (None, texts.NEVER_REACHED)
    assert [claim.rule_id for claim in found.stops] == ["req.limit.body"]
    assert (found.groups, found.counts) == ((), Counts())


def test_an_accepted_call_is_put_off_not_stopped() -> None:
    found = card(CALLS[6], Leg.REQUEST)
    assert (found.void_server, found.stop_sign) == (texts.DELIVERED_LATER, Sign.LATER)


def test_an_answer_of_the_gateway_is_all_added_and_counts_as_no_change() -> None:
    found = card(CALLS[2], Leg.RESPONSE)
    assert found.void_server == texts.MADE_BY_GATEWAY
    assert {group.sign for group in found.groups} == {Sign.ADDED}
    assert found.counts == Counts()


def test_the_empty_lines_of_a_long_group_can_be_folded_and_are_not_lost() -> None:
    context = card(CALLS[1], Leg.REQUEST).groups[-1]
    assert len(context.server) == 15
    assert len(context.quiet) == 7
    assert set(context.quiet) <= set(context.server)


def test_a_long_value_is_whole_and_has_a_head_to_show_first() -> None:
    groups = card(CALLS[3], Leg.RESPONSE).groups
    line = next(line for group in groups for line in group.server if line.name[0].text == "Set-Cookie")
    assert "".join(span.text for span in line.head + line.rest) == "".join(span.text for span in line.value)
    assert line.rest_label == texts.LONG_VALUE.format(size="8,518")


def test_anchors_are_there_once_in_an_exchange() -> None:
    for exchange in CALLS.values():
        lines = [
            line
            for leg in Leg
            for line in (
                *(line for pair in card(exchange, leg).same for line in pair),
                *(line for group in card(exchange, leg).groups for line in (*group.client, *group.server)),
            )
        ]
        anchors = [line.anchor for line in lines if line.anchor]
        assert len(anchors) == len(set(anchors))


def test_another_order_alone_is_a_quiet_note() -> None:
    request = Request(b"GET", b"/", ((b"A", b"1"), (b"B", b"2")))
    turned = replace(request, headers=request.headers[::-1])
    found = card(replace(CALLS[1], client=View(request), server=View(turned), transforms=()), Leg.REQUEST)
    assert found.order_only
    assert found.counts == Counts()


def test_trailers_are_lines_like_others() -> None:
    exchange = CALLS[8]
    assert exchange.server
    assert exchange.server.response
    response = replace(exchange.server.response, trailers=((b"X-Sum", b"1"),))
    found = card(replace(exchange, server=View(exchange.server.request, response)), Leg.RESPONSE)
    assert ("−", [], ["X-Sum"], [""]) in words(found)
    assert found.counts.unexplained == 1


BODIES = [
    pytest.param(1, Leg.REQUEST, None, id="none"),
    pytest.param(1, Leg.RESPONSE, texts.BODY_SAME, id="same"),
    pytest.param(2, Leg.REQUEST, texts.BODY_NOT_SENT, id="not-sent"),
    pytest.param(2, Leg.RESPONSE, texts.BODY_GATEWAY, id="made-by-the-gateway"),
]


@pytest.mark.parametrize(("ident", "leg", "expected"), BODIES)
def test_the_bodys_verdict(ident: int, leg: Leg, expected: object) -> None:
    body = card(CALLS[ident], leg).body
    assert (body.verdict if body else None) == expected


def test_a_replaced_body_shows_both_sides_and_who_replaced_it() -> None:
    body = card(CALLS[3], Leg.RESPONSE).body
    assert body is not None
    assert [side.label for side in body.sides] == [texts.CLIENT_RECEIVED, texts.SERVER_RETURNED]
    assert [claim.rule_id for claim in body.claims] == ["res.limit.headers"]
