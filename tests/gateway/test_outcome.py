from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.config import Asynchronous
from gateway.exchange import Exchange, Failure, State, View
from gateway.facts import Facts, Ingress
from gateway.messages import Request, Response
from gateway.outcome import ERROR_WORDS, outcome_of
from gateway.rules.samples import SEED
from gateway.task import Outcome

REQUEST = Request(b"POST", b"/")
STRICT = Asynchronous(fail_on_5xx=True)


def answered(status: int = 200, *headers: tuple[bytes, bytes]) -> Exchange:
    facts = Facts(SEED, Ingress.API, "web")
    return Exchange(1, facts, View(REQUEST), View(REQUEST, Response(status, b"", headers)), state=State.COMPLETE)


def failed(failure: Failure, state: State = State.SERVER_FAILED) -> Exchange:
    return replace(answered(), failure=failure, state=state)


@pytest.mark.parametrize(
    ("exchange", "policy", "outcome"),
    [
        pytest.param(answered(), Asynchronous(), Outcome.SUCCESS, id="200"),
        pytest.param(answered(404), Asynchronous(), Outcome.SUCCESS, id="plain-404"),
        pytest.param(answered(500), Asynchronous(), Outcome.SUCCESS, id="plain-500"),
        pytest.param(answered(500), STRICT, Outcome.FUNCTION_ERROR, id="500-by-the-switch"),
        pytest.param(answered(499), STRICT, Outcome.SUCCESS, id="499-by-the-switch"),
        pytest.param(answered(200, (b"X-Fc-Status", b"404")), Asynchronous(), Outcome.FUNCTION_ERROR, id="x-fc-status"),
        pytest.param(answered(200, (b"x-fc-status", b"200")), Asynchronous(), Outcome.SUCCESS, id="x-fc-status-200"),
        pytest.param(failed(Failure.NOT_LISTENING), Asynchronous(), Outcome.FUNCTION_ERROR, id="not-listening"),
        pytest.param(failed(Failure.TIMED_OUT), Asynchronous(), Outcome.FUNCTION_ERROR, id="timed-out"),
        pytest.param(failed(Failure.CLOSED), Asynchronous(), Outcome.FUNCTION_ERROR, id="crashed"),
        pytest.param(failed(Failure.BUSY, State.REFUSED), Asynchronous(), Outcome.THROTTLED, id="no-slot"),
        pytest.param(failed(Failure.STORE, State.REFUSED), Asynchronous(), Outcome.SYSTEM_ERROR, id="store"),
        pytest.param(failed(Failure.CLOSED, State.INTERRUPTED), Asynchronous(), Outcome.INTERRUPTED, id="proxy-ended"),
        pytest.param(failed(Failure.CLIENT_GONE, State.CANCELLED), Asynchronous(), Outcome.STOPPED, id="stopped"),
        pytest.param(replace(answered(), server=None), Asynchronous(), Outcome.SYSTEM_ERROR, id="no-answer"),
    ],
)
def test_an_exchange_comes_to_this(exchange: Exchange, policy: Asynchronous, outcome: Outcome) -> None:
    assert outcome_of(exchange, policy) is outcome


def test_every_failure_has_its_word() -> None:
    assert set(ERROR_WORDS) == set(Outcome) - {Outcome.SUCCESS, Outcome.STOPPED}
