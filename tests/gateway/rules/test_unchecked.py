"""Callers who pass with advice."""

from __future__ import annotations

import pytest

from gateway.config import Config, Function, Jwt, Trigger
from tests.gateway.cases import KEY, get, guarded
from tests.gateway.walker import client_response, walk


def test_what_cannot_be_checked_passes_with_advice() -> None:
    exchange = walk(get(), config=guarded("function"))
    assert client_response(exchange).status == 200
    assert ("req.auth.unchecked", "400 MissingRequiredHeader") in [(one.rule_id, one.text) for one in exchange.advice]
    assert "req.auth.unchecked" not in {one.rule_id for one in walk(get(KEY), config=guarded("function")).advice}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        pytest.param("bearer", "403 AccessDenied", id="bearer"),
        pytest.param("basic", "403 AccessDenied", id="basic"),
        pytest.param("jwt", "403 AccessDenied", id="jwt"),
    ],
)
def test_the_advice_is_what_fc_would_say(kind: str, told: str) -> None:
    assert ("req.auth.unchecked", told) in [(one.rule_id, one.text) for one in walk(get(), config=guarded(kind)).advice]


def test_a_path_that_needs_no_token_needs_no_advice() -> None:
    trigger = Trigger(auth_type="jwt", jwt=Jwt(white_list=("/",)))
    exchange = walk(get(), config=Config(functions=(Function(triggers=(trigger,)),)))
    assert "req.auth.unchecked" not in {one.rule_id for one in exchange.advice}
