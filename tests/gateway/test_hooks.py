"""The requests by which the platform tells an instance of its life (contract LIFE-HOOK-1..3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.changes import Forward
from gateway.config import Config, Evidence, Function
from gateway.core import on_request
from gateway.differences import unexplained
from gateway.exchange import Exchange, Failure, State, View
from gateway.facts import Facts, Ingress
from gateway.hooks import MARKERS, REQUESTS, Hook, is_done
from gateway.messages import Response, get, get_all
from gateway.recompute import recompute
from gateway.rules import RULES_VERSION
from tests.gateway.walker import SEED

FACTS = Facts(SEED, Ingress.HOOK, "web")
NO_TRIGGER = Config(functions=(Function(triggers=()),), evidence=Evidence.OBSERVED)


def told(hook: Hook, config: Config) -> Forward:
    decision = on_request(REQUESTS[hook], FACTS, config)
    assert isinstance(decision, Forward)
    return decision


@pytest.mark.parametrize("config", [Config(), NO_TRIGGER], ids=["plain", "without-a-trigger"])
@pytest.mark.parametrize(
    ("hook", "line"),
    [
        pytest.param(Hook.INITIALIZE, (b"POST", b"/initialize"), id="initialize"),
        pytest.param(Hook.PRE_STOP, (b"GET", b"/pre-stop"), id="pre-stop"),
        pytest.param(Hook.PRE_FREEZE, (b"GET", b"/pre-freeze"), id="pre-freeze"),
    ],
)
def test_the_server_gets_it_with_the_common_fields(hook: Hook, line: tuple[bytes, bytes], config: Config) -> None:
    request = told(hook, config).request
    assert (request.method, request.target) == line
    assert request.body == b""
    assert get_all(request.headers, b"x-fc-control-path") == [line[1]]
    assert get(request.headers, b"x-fc-request-id") == SEED.request_id.encode()
    assert get(request.headers, b"x-fc-function-name") == b"web"
    assert get(request.headers, b"x-fc-client-ip") is None


def test_every_hook_has_its_request_and_its_markers() -> None:
    assert set(REQUESTS) == set(MARKERS) == set(Hook)


@pytest.mark.parametrize(("status", "well"), [(199, False), (200, True), (204, True), (300, False), (404, False)])
def test_what_counts_as_taken_well(status: int, well: bool) -> None:
    assert is_done(status) is well


@pytest.mark.parametrize(
    ("response", "state", "failure"),
    [
        pytest.param(Response(200, b"OK", ((b"Content-Length", b"0"),)), State.COMPLETE, None, id="taken"),
        pytest.param(Response(500, b"No"), State.SERVER_FAILED, Failure.INITIALIZER, id="refused"),
        pytest.param(None, State.TIMED_OUT, Failure.TIMED_OUT, id="timed-out"),
    ],
)
def test_its_exchange_explains_itself(response: Response | None, state: State, failure: Failure | None) -> None:
    sent = told(Hook.INITIALIZE, Config())
    exchange = Exchange(
        1,
        FACTS,
        View(REQUESTS[Hook.INITIALIZE]),
        View(sent.request, response),
        sent.transforms,
        sent.advice,
        state,
        failure,
        "why" if failure else "",
        rules_version=RULES_VERSION,
    )
    assert exchange.is_hook
    assert unexplained(exchange) == ()
    assert recompute(exchange, Config()) == exchange
    assert unexplained(replace(exchange, transforms=())) != ()
