"""FC's own words for what went wrong (contract sections 8.3 and 13)."""

from __future__ import annotations

import json

import pytest

from gateway.config import Config, Function
from gateway.exchange import Failure
from gateway.messages import get
from tests.gateway.cases import get as get_request
from tests.gateway.cases import invoke
from tests.gateway.walker import client_response, walk

CONFIG = Config(functions=(Function(server="http://127.0.0.1:9123", timeout_s=3, concurrency=2),))


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        pytest.param(
            Failure.NOT_LISTENING, "Function instance health check failed on port 9123 in 120 seconds: why", id="start"
        ),
        pytest.param(
            Failure.CLOSED, "Process exited unexpectedly before completing request (duration: 0ms): why", id="exit"
        ),
        pytest.param(Failure.TIMED_OUT, "Function timed out after 3 seconds", id="time-out"),
        pytest.param(Failure.CLIENT_GONE, "Invocation canceled by client (duration: 0ms)", id="gone"),
        pytest.param(Failure.BUSY, "the function has reached its limit of 2 concurrent requests: why", id="busy"),
        pytest.param(Failure.MALFORMED_ANSWER, "the response of the function is not valid HTTP: why", id="answer"),
    ],
)
def test_the_sentence_of_a_failure(failure: Failure, text: str) -> None:
    response = client_response(walk(get_request(), failure, CONFIG))
    assert isinstance(response.body, bytes)
    assert json.loads(response.body)["Message"] == text


@pytest.mark.parametrize("failure", [Failure.CLOSED, Failure.TIMED_OUT, Failure.MALFORMED_ANSWER])
def test_the_api_tells_a_failed_function_by_200_and_a_field(failure: Failure) -> None:
    response = client_response(walk(invoke(body=b"{}"), failure))
    assert response.status == 200
    assert get(response.headers, b"x-fc-error-type") == b"UnhandledInvocationError"
    assert isinstance(response.body, bytes)
    assert json.loads(response.body).keys() == {"errorMessage", "errorType"}


def test_what_the_recorder_refuses_names_the_recorder() -> None:
    response = client_response(walk(get_request(), Failure.STORE))
    assert isinstance(response.body, bytes)
    assert b"fc_on_store_failure=refuse" in response.body
