from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.config import Config
from gateway.differences import unexplained
from gateway.exchange import View
from gateway.facts import Ingress, InvocationType
from gateway.messages import BodyRef, Headers, Request, Response
from gateway.recompute import recompute
from gateway.rules import samples
from gateway.upgrade import is_handshake, is_opened
from tests.gateway.walker import client_response, server_request, walk

ASK: Headers = (
    (b"Host", b"app.test"),
    (b"Upgrade", b"websocket"),
    (b"Connection", b"Upgrade"),
    (b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="),
    (b"Sec-WebSocket-Version", b"13"),
)
AGREED: Headers = (
    (b"Upgrade", b"websocket"),
    (b"Connection", b"Upgrade"),
    (b"Sec-WebSocket-Accept", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
)
HANDSHAKE = Request(b"GET", b"/chat", ASK)
SWITCH = Response(101, b"Switching Protocols", AGREED)


def changed(name: bytes, value: bytes | None) -> Request:
    """The handshake with one field at another value, or without it."""
    kept = tuple(line for line in ASK if line[0].lower() != name)
    return replace(HANDSHAKE, headers=kept if value is None else (*kept, (name, value)))


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(HANDSHAKE, id="plain"),
        pytest.param(changed(b"connection", b"keep-alive, Upgrade"), id="firefox"),
        pytest.param(changed(b"upgrade", b"WebSocket"), id="case"),
        pytest.param(changed(b"upgrade", b"h2c, websocket"), id="offered-with-another"),
        pytest.param(changed(b"content-length", b"0"), id="says-that-it-has-no-body"),
    ],
)
def test_a_valid_handshake_is_known(request_: Request) -> None:
    assert is_handshake(request_, samples.CUSTOM.facts)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(replace(HANDSHAKE, method=b"POST"), id="post"),
        pytest.param(changed(b"upgrade", b"h2c"), id="h2c"),
        pytest.param(changed(b"upgrade", None), id="no-upgrade"),
        pytest.param(changed(b"connection", b"keep-alive"), id="not-in-connection"),
        pytest.param(changed(b"sec-websocket-key", None), id="no-key"),
        pytest.param(changed(b"sec-websocket-version", b"8"), id="old-version"),
        pytest.param(changed(b"content-length", b"2"), id="body"),
        pytest.param(changed(b"transfer-encoding", b"chunked"), id="chunks"),
    ],
)
def test_anything_less_is_an_ordinary_call(request_: Request) -> None:
    assert not is_handshake(request_, samples.CUSTOM.facts)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(samples.API.facts, id="api"),
        pytest.param(samples.ASYNC.facts, id="async"),
        pytest.param(replace(samples.CUSTOM.facts, close=True), id="closing"),
    ],
)
def test_only_a_waiting_client_of_the_trigger_can_open_one(facts: object) -> None:
    assert not is_handshake(HANDSHAKE, facts)  # type: ignore[arg-type] # sample facts


def test_both_sides_must_agree() -> None:
    facts = samples.CUSTOM.facts
    assert is_opened(SWITCH, HANDSHAKE, facts)
    assert not is_opened(replace(SWITCH, status=200), HANDSHAKE, facts)
    assert not is_opened(replace(SWITCH, headers=AGREED[1:]), HANDSHAKE, facts)
    assert not is_opened(SWITCH, replace(HANDSHAKE, headers=ASK[:1]), facts)


def test_the_handshake_reaches_both_ends_as_it_was_said() -> None:
    exchange = walk(HANDSHAKE, SWITCH)
    assert server_request(exchange).headers[: len(ASK)] == ASK
    assert client_response(exchange).headers[: len(AGREED)] == AGREED
    assert unexplained(exchange) == ()


def test_what_else_connection_names_stays_on_its_hop() -> None:
    request = replace(HANDSHAKE, headers=(*ASK, (b"Connection", b"X-Hop"), (b"X-Hop", b"1"), (b"Keep-Alive", b"5")))
    exchange = walk(request, replace(SWITCH, headers=(*AGREED, (b"Keep-Alive", b"5"), (b"Server", b"a"))))
    names = [name for name, _ in server_request(exchange).headers]
    assert b"X-Hop" not in names
    assert b"Keep-Alive" not in names
    assert [name for name, _ in client_response(exchange).headers if name in (b"Keep-Alive", b"Server")] == []
    assert unexplained(exchange) == ()


def test_an_ordinary_call_loses_its_upgrade() -> None:
    exchange = walk(replace(HANDSHAKE, headers=(*ASK, (b"X-Fc-Invocation-Type", b"Sync")), method=b"POST"))
    assert not {b"upgrade", b"connection"} & {name.lower() for name, _ in server_request(exchange).headers}


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        pytest.param(Request(b"GET", b"/", ASK[:1]), SWITCH, id="nobody-asked"),
        pytest.param(HANDSHAKE, replace(SWITCH, headers=()), id="to-something-else"),
    ],
)
def test_a_switch_that_was_not_agreed_is_a_bad_response(request_: Request, answer: Response) -> None:
    exchange = walk(request_, answer)
    assert exchange.error_code == "BadResponse"
    assert client_response(exchange).status == 502


def test_a_conversation_of_any_size_is_no_body_over_a_limit() -> None:
    """What the client said through the tunnel is recorded as the body of its request."""
    exchange = walk(HANDSHAKE, SWITCH)
    said, heard = BodyRef(b"a" * 32, 1 << 40), BodyRef(b"b" * 32, 1 << 40)
    assert exchange.server is not None
    told = replace(
        exchange,
        client=View(replace(HANDSHAKE, body=said), replace(client_response(exchange), body=heard)),
        server=View(replace(server_request(exchange), body=said), replace(SWITCH, body=heard)),
    )
    assert recompute(told, Config()) == told
    assert unexplained(told) == ()


def test_the_samples_are_what_they_say() -> None:
    assert samples.API.facts.ingress is Ingress.API
    assert samples.ASYNC.facts.invocation_type is InvocationType.ASYNC
