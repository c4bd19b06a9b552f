"""Each kind of silent change, made by hand, is found; nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.changes import Leg, Part, Transform
from gateway.differences import Difference, unexplained
from gateway.exchange import Exchange, Failure, Interim, State, View
from gateway.messages import BodyRef, Headers, Request, Response
from tests.gateway.cases import HINTS, answer, get, post
from tests.gateway.walker import client_response, server_request, walk


def with_server(exchange: Exchange, **change: object) -> Exchange:
    request = replace(server_request(exchange), **change)  # type: ignore[arg-type] # fields by name
    assert exchange.server is not None
    return replace(exchange, server=replace(exchange.server, request=request))


def with_reply(exchange: Exchange, **change: object) -> Exchange:
    response = replace(client_response(exchange), **change)  # type: ignore[arg-type] # fields by name
    return replace(exchange, client=replace(exchange.client, response=response))


WALKED = walk(post(b"hi"), answer())


@pytest.mark.parametrize(
    ("exchange", "leg", "part"),
    [
        pytest.param(with_server(WALKED, method=b"PUT"), Leg.REQUEST, Part.METHOD, id="method"),
        pytest.param(with_server(WALKED, target=b"/b"), Leg.REQUEST, Part.TARGET, id="target"),
        pytest.param(with_server(WALKED, version=b"HTTP/1.0"), Leg.REQUEST, Part.VERSION, id="version"),
        pytest.param(with_server(WALKED, body=b"ho"), Leg.REQUEST, Part.BODY, id="request-body"),
        pytest.param(with_server(WALKED, trailers=((b"a", b"b"),)), Leg.REQUEST, Part.TRAILERS, id="trailers"),
        pytest.param(with_server(WALKED, headers=()), Leg.REQUEST, Part.HEADERS, id="request-headers"),
        pytest.param(with_reply(WALKED, status=201), Leg.RESPONSE, Part.STATUS, id="status"),
        pytest.param(with_reply(WALKED, reason=b"Fine"), Leg.RESPONSE, Part.STATUS, id="reason"),
        pytest.param(with_reply(WALKED, body=b"ho"), Leg.RESPONSE, Part.BODY, id="response-body"),
        pytest.param(with_reply(WALKED, headers=()), Leg.RESPONSE, Part.HEADERS, id="response-headers"),
    ],
)
def test_a_silent_change_is_found(exchange: Exchange, leg: Leg, part: Part) -> None:
    assert [(one.leg, one.part) for one in unexplained(exchange)] == [(leg, part)]


EARLY = walk(get(), answer(), interim=(HINTS, Interim(Response(102), 600)))


def without_claims(exchange: Exchange, count: int) -> Exchange:
    """Without its first claims of an interim answer."""
    claims = [one for one in exchange.transforms if one.part is Part.INTERIM][:count]
    return replace(exchange, transforms=tuple(one for one in exchange.transforms if one not in claims))


def with_claims(exchange: Exchange, **change: object) -> Exchange:
    changed = [
        replace(one, **change) if one.part is Part.INTERIM else one  # type: ignore[arg-type] # fields by name
        for one in exchange.transforms
    ]
    return replace(exchange, transforms=tuple(changed))


@pytest.mark.parametrize(
    "exchange",
    [
        pytest.param(replace(WALKED, interim=(HINTS,)), id="nobody-claims-it"),
        pytest.param(without_claims(EARLY, 1), id="one-of-two"),
        pytest.param(replace(EARLY, interim=()), id="claimed-and-never-came"),
        pytest.param(replace(EARLY, interim=EARLY.interim[::-1]), id="another-order"),
        pytest.param(with_claims(EARLY, after=((b":status", b"103"),)), id="claimed-to-have-gone-on"),
    ],
)
def test_an_interim_answer_that_is_not_claimed_whole_is_found(exchange: Exchange) -> None:
    (found,) = unexplained(exchange)
    assert (found.leg, found.part) == (Leg.RESPONSE, Part.INTERIM)


def test_interim_answers_that_are_claimed_are_no_difference() -> None:
    assert unexplained(EARLY) == ()
    (found,) = unexplained(without_claims(EARLY, 1))
    assert found.expected == ((b":status", b"103 Early Hints"), *HINTS.head.headers, (b":status", b"102"))
    assert found.found == ((b":status", b"102"),)


def test_a_header_that_came_from_nowhere_is_named() -> None:
    ours = server_request(WALKED).headers
    exchange = with_server(WALKED, headers=(*ours, (b"X-Sneak", b"1")))
    assert unexplained(exchange) == (Difference(Leg.REQUEST, Part.HEADERS, (), ((b"X-Sneak", b"1"),)),)


def test_a_changed_value_shows_both_lines() -> None:
    ours = server_request(WALKED).headers
    exchange = with_server(WALKED, headers=((b"Host", b"evil"), *ours[1:]))
    (found,) = unexplained(exchange)
    assert (found.expected, found.found) == ((ours[0],), ((b"Host", b"evil"),))


def test_an_order_that_changed_is_found() -> None:
    exchange = walk(get((b"A", b"1"), (b"B", b"2")))
    host, first, second, *rest = server_request(exchange).headers
    (found,) = unexplained(with_server(exchange, headers=(host, second, first, *rest)))
    assert found.part is Part.HEADERS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(((b"Never", b"was"),), (), id="went-and-never-was"),
        pytest.param((), ((b"Never", b"came"),), id="came-and-is-not-there"),
    ],
)
def test_a_claim_that_is_not_true_is_found(before: Headers, after: Headers) -> None:
    false = Transform("req.strip.x-fc", Leg.REQUEST, Part.HEADERS, before, after)
    assert unexplained(replace(WALKED, transforms=(false, *WALKED.transforms)))


def test_a_line_that_one_rule_added_and_another_dropped_is_no_difference() -> None:
    line = ((b"X-Once", b"1"),)
    added = Transform("a", Leg.REQUEST, Part.HEADERS, (), line)
    dropped = Transform("b", Leg.REQUEST, Part.HEADERS, line, ())
    assert unexplained(replace(WALKED, transforms=(added, dropped, *WALKED.transforms))) == ()


def test_a_claimed_value_must_start_where_the_last_one_ended() -> None:
    false = Transform("a", Leg.REQUEST, Part.METHOD, b"GET", b"POST")
    (found,) = unexplained(replace(WALKED, transforms=(false, *WALKED.transforms)))
    assert (found.part, found.expected, found.found) == (Part.METHOD, b"GET", b"POST")


def test_an_answer_of_the_gateway_has_the_status_that_its_rule_names() -> None:
    refused = walk(get(), Failure.CLOSED)
    assert unexplained(refused) == ()
    assert [one.part for one in unexplained(with_reply(refused, status=200))] == [Part.MESSAGE]


def test_a_refused_request_must_not_reach_the_server() -> None:
    refused = walk(get((b"X-Fc-Log-Type", b"x")))
    reached = replace(refused, server=View(refused.client.request))
    assert [(one.leg, one.part) for one in unexplained(reached)] == [(Leg.REQUEST, Part.MESSAGE)]


def test_an_answer_that_nobody_made_is_found() -> None:
    exchange = replace(WALKED, server=None, transforms=())
    assert [one.part for one in unexplained(exchange)] == [Part.MESSAGE]


def test_what_never_came_cannot_differ() -> None:
    assert unexplained(replace(WALKED, client=View())) == ()


@pytest.mark.parametrize(
    ("got", "sent", "silent"),
    [
        pytest.param(b"h", b"hi", True, id="beginning"),
        pytest.param(b"i", b"hi", False, id="other-bytes"),
        pytest.param(BodyRef(b"1", 1), BodyRef(b"2", 2), True, id="kept-elsewhere"),
    ],
)
def test_a_client_that_left_early_may_lack_the_end(got: bytes | BodyRef, sent: bytes | BodyRef, silent: bool) -> None:
    cut = replace(with_reply(walk(get(), replace(answer(), body=sent)), body=got), state=State.CANCELLED)
    assert (unexplained(cut) == ()) is silent
    assert unexplained(replace(cut, state=State.COMPLETE)) != ()


def test_a_message_transform_without_a_name_explains_nothing() -> None:
    odd = Transform("a", Leg.RESPONSE, Part.MESSAGE, None, None)
    exchange = Exchange(1, WALKED.facts, View(Request(b"GET", b"/"), Response(200)), transforms=(odd,))
    assert [one.part for one in unexplained(exchange)] == [Part.MESSAGE]
