"""FC's own words for a call that is for nobody, or not allowed (contract section 8.3)."""

from __future__ import annotations

import json

import pytest

from gateway.config import Config
from gateway.messages import Request
from tests.gateway.cases import DEFAULT, EVENTS, HOST, INVOKE, SHOP, get, invoke, post
from tests.gateway.walker import client_response, walk


@pytest.mark.parametrize(
    ("request_", "config", "text"),
    [
        pytest.param(get(target=INVOKE), Config(), f"'GET' against '{INVOKE.decode()}' is not supported", id="path"),
        pytest.param(invoke(), SHOP, "function 'web' does not exist", id="fc3"),
        pytest.param(
            get(target=b"/2016-08-15/proxy/svc.q/fn/"), SHOP, "function 'fn' does not exist in service 'svc'", id="fc2"
        ),
        pytest.param(
            get(host=(b"Host", b"shop.example.test"), target=b"/x?y"),
            SHOP,
            "no route of domain 'shop.example.test' matches the path '/x'",
            id="route",
        ),
        pytest.param(get(), EVENTS, "function 'event' has no HTTP trigger on qualifier 'LATEST'", id="trigger"),
        pytest.param(
            get(host=(b"Host", b"shop.fcapp.run")),
            SHOP,
            "access denied due to function internet URL is disabled",
            id="internet",
        ),
        pytest.param(post(b""), SHOP, "the HTTP method POST is not allowed: allowed are GET", id="method"),
        pytest.param(
            Request(b"PUT", b"/api/a", ((b"Host", b"shop.example.test"),)),
            SHOP,
            "the HTTP method PUT is not allowed: allowed are GET, POST",
            id="route-method",
        ),
    ],
)
def test_the_sentence_of_a_refusal(request_: Request, config: Config, text: str) -> None:
    response = client_response(walk(request_, config=config))
    assert isinstance(response.body, bytes)
    assert json.loads(response.body)["Message"] == text


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(get(host=(b"Host", b"shop.example.test"), target=b"/api/x"), id="custom-domain-needs-no-internet"),
        pytest.param(
            Request(b"POST", b"/api/x", ((b"Host", b"shop.example.test"),)), id="route-methods-outrank-the-trigger's"
        ),
        pytest.param(get(), id="no-default-domain"),
    ],
)
def test_what_is_allowed_passes(request_: Request) -> None:
    assert client_response(walk(request_, config=SHOP)).status == 200


def test_a_method_that_no_trigger_can_list_passes_with_advice() -> None:
    exchange = walk(Request(b"PROPFIND", b"/", (HOST,)))
    assert client_response(exchange).status == 200
    assert ("req.refuse.unknown-method", "403 AccessDenied") in [(one.rule_id, one.text) for one in exchange.advice]


def test_any_version_is_served_while_nobody_named_the_function() -> None:
    assert client_response(walk(get(target=b"/2016-08-15/proxy/svc.prod/any/"))).status == 200
    assert client_response(walk(get(host=DEFAULT))).status == 200
