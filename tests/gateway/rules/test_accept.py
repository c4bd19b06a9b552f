from __future__ import annotations

import pytest

from gateway.messages import get
from gateway.rules import samples
from gateway.rules.accept import accepted
from tests.gateway.cases import ASYNC, invoke
from tests.gateway.cases import get as get_request
from tests.gateway.walker import client_response, walk


def test_an_accepted_call_gets_202_and_no_body() -> None:
    for request in (get_request(ASYNC), invoke(ASYNC, body=b"{}")):
        response = client_response(walk(request))
        assert (response.status, response.reason, response.body) == (202, b"Accepted", b"")
        assert get(response.headers, b"content-length") == b"0"
        assert get(response.headers, b"x-fc-log-result") is None
    assert accepted(samples.ASYNC).code == ""


@pytest.mark.parametrize("name", [b"X-Fc-Async-Task-Id", b"x-fc-stateful-async-invocation-id"])
def test_a_task_keeps_its_name(name: bytes) -> None:
    response = client_response(walk(get_request(ASYNC, (name, b"job-1"))))
    assert (name, b"job-1") in response.headers
