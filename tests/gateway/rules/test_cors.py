"""What a browser is told by default (contract section 16, vectors 16 and 17)."""

from __future__ import annotations

import pytest

from gateway.messages import Header, Request, get, get_all
from gateway.rules.cors import EXPOSED
from tests.gateway.cases import ASK_PUT, DEFAULT, OBSERVED, PAGE, PUT_ONLY, answer
from tests.gateway.cases import get as get_request
from tests.gateway.walker import client_response, walk

ORIGIN = b"access-control-allow-origin"


def test_the_origin_is_allowed_when_the_server_says_nothing() -> None:
    headers = client_response(walk(get_request(PAGE, host=DEFAULT))).headers
    assert get_all(headers, ORIGIN) == [PAGE[1]]
    assert get(headers, b"access-control-allow-credentials") == b"true"
    assert get(headers, b"access-control-expose-headers") == EXPOSED[0][1]


@pytest.mark.parametrize(
    "line",
    [
        (b"Access-Control-Allow-Origin", b"*"),
        (b"access-control-allow-methods", b"GET"),
        (b"Access-Control-Expose-Headers", b"X-A"),
    ],
)
def test_a_server_that_speaks_of_cors_is_left_alone(line: Header) -> None:
    headers = client_response(walk(get_request(PAGE, host=DEFAULT), answer(line), OBSERVED)).headers
    assert get_all(headers, line[0].lower()) == [line[1]]
    assert len(get_all(headers, ORIGIN)) <= 1


def test_fields_are_exposed_once() -> None:
    headers = client_response(walk(get_request(PAGE, host=DEFAULT), config=OBSERVED)).headers
    assert get_all(headers, b"access-control-expose-headers") == [EXPOSED[0][1]]


def test_without_an_origin_nothing_is_said() -> None:
    assert get(client_response(walk(get_request(host=DEFAULT))).headers, ORIGIN) is None


def test_on_a_custom_domain_it_is_only_advice() -> None:
    exchange = walk(get_request(PAGE))
    assert get(client_response(exchange).headers, ORIGIN) is None
    assert "reply.add.cors-custom" in {one.rule_id for one in exchange.advice}


def test_a_preflight_is_answered_in_the_words_of_the_browser() -> None:
    asked = (b"Access-Control-Request-Headers", b"x-a, x-b")
    exchange = walk(Request(b"OPTIONS", b"/", (DEFAULT, PAGE, ASK_PUT, asked)), config=PUT_ONLY)
    response = client_response(exchange)
    assert exchange.server is None
    assert (response.status, response.body, exchange.error_code) == (200, b"", "")
    told = {name: value for name, value in response.headers if name.startswith(b"Access-Control-")}
    assert told == {
        b"Access-Control-Allow-Origin": PAGE[1],
        b"Access-Control-Allow-Credentials": b"true",
        b"Access-Control-Allow-Methods": b"PUT",
        b"Access-Control-Allow-Headers": b"x-a, x-b",
        b"Access-Control-Max-Age": b"3600",
    }


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(Request(b"OPTIONS", b"/", (DEFAULT, PAGE)), id="no-method-asked-for"),
        pytest.param(Request(b"OPTIONS", b"/", (DEFAULT, ASK_PUT)), id="no-origin"),
        pytest.param(Request(b"POST", b"/", (DEFAULT, PAGE, ASK_PUT)), id="no-options"),
    ],
)
def test_what_is_no_preflight_is_refused_by_its_method(request_: Request) -> None:
    assert client_response(walk(request_, config=PUT_ONLY)).status == 403
