"""What callers are told when the instance itself fails (contract sections 8.3 and 13)."""

from __future__ import annotations

import json

import pytest

from gateway.exchange import Failure
from gateway.messages import Request, Response, get
from tests.gateway.cases import get as get_request
from tests.gateway.cases import invoke
from tests.gateway.walker import client_response, walk

STARTS = [
    pytest.param(Failure.FILE_MISSING, "CAFileNotFound", id="file-missing"),
    pytest.param(Failure.EXITED_AT_START, "CAExited", id="exited"),
    pytest.param(Failure.NOT_STARTED, "FunctionNotStarted", id="not-ready"),
]


def told(response: Response) -> dict[str, str]:
    assert isinstance(response.body, bytes)
    members = json.loads(response.body)
    assert isinstance(members, dict)
    return members


@pytest.mark.parametrize(("failure", "code"), STARTS)
def test_a_failed_start_is_412_with_its_code_and_the_sentence_as_it_is(failure: Failure, code: str) -> None:
    response = client_response(walk(get_request(), failure))
    assert response.status == 412
    assert told(response)["Code"] == code
    assert told(response)["Message"] == "why"
    assert get(response.headers, b"x-fc-error-type") == b"FCCommonError"


@pytest.mark.parametrize(("failure", "code"), STARTS)
def test_the_api_gets_the_same_status_and_both_families_of_keys(failure: Failure, code: str) -> None:
    response = client_response(walk(invoke(body=b"{}"), failure))
    assert response.status == 412
    assert {told(response)["Code"], told(response)["ErrorCode"]} == {code}


@pytest.mark.parametrize("request_", [get_request(), invoke(body=b"{}")], ids=["http", "api"])
def test_a_failed_initializer_is_200_with_a_field_and_a_message(request_: Request) -> None:
    response = client_response(walk(request_, Failure.INITIALIZER))
    assert response.status == 200
    assert get(response.headers, b"x-fc-error-type") == b"InitializationError"
    assert told(response) == {"errorMessage": "why", "errorType": "InitializationError"}


def test_a_crash_during_a_call_is_502_and_says_how_the_process_ended() -> None:
    response = client_response(walk(get_request(), Failure.EXITED))
    assert response.status == 502
    assert get(response.headers, b"x-fc-error-type") == b"UnhandledInvocationError"
    assert told(response)["Message"] == "Process exited unexpectedly before completing request (duration: 0ms): why"
