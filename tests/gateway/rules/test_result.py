"""What the result of an API call carries (contract API-RESP-2)."""

from __future__ import annotations

from dataclasses import replace

from gateway.config import Config
from gateway.core import on_failure, on_response
from gateway.exchange import Failure
from gateway.messages import get
from gateway.survey import survey
from tests.gateway.cases import FC2_EVENT, answer, invoke
from tests.gateway.walker import SEED

EVENT = invoke(body=b"{}", target=FC2_EVENT + b"?qualifier=prod")
CONFIG = Config()
FACTS = replace(survey(EVENT, SEED, CONFIG), duration_us=4999)


def test_the_duration_is_in_milliseconds() -> None:
    headers = on_response(answer(), EVENT, FACTS, CONFIG).response.headers
    assert get(headers, b"x-fc-invocation-duration") == b"4"
    assert get(headers, b"x-fc-invocation-service-version") == b"prod"


def test_what_no_function_answered_has_no_duration() -> None:
    headers = on_failure(Failure.NOT_LISTENING, "why", EVENT, FACTS, CONFIG).response.headers
    assert get(headers, b"x-fc-invocation-duration") is None
