"""What every message to the client carries."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

import pytest

from gateway.messages import Response, get_all
from gateway.messages import get as field
from tests.gateway.cases import ASYNC, answer, get, invoke
from tests.gateway.walker import SEED, client_response, server_request, walk

TAIL = (b"X-Fc-Log-Type", b"Tail")


def test_client_and_server_are_told_the_same_id() -> None:
    exchange = walk(get())
    ours = SEED.request_id.encode()
    assert get_all(client_response(exchange).headers, b"x-fc-request-id") == [ours]
    assert get_all(server_request(exchange).headers, b"x-fc-request-id") == [ours]


def test_the_date_is_that_of_the_answer() -> None:
    response = client_response(walk(get(), answer((b"Date", b"yesterday"))))
    assert get_all(response.headers, b"date") == [b"Fri, 07 Feb 2025 05:50:45 GMT"]


@pytest.mark.parametrize("request_", [pytest.param(get(TAIL), id="http"), pytest.param(invoke(TAIL), id="api")])
def test_the_end_of_the_log_is_given_in_base64(request_: object) -> None:
    log = b"a" * 3000 + b"b" * 3000
    response = client_response(walk(request_, log_tail=log))  # type: ignore[arg-type] # both are requests
    (value,) = get_all(response.headers, b"x-fc-log-result")
    assert b64decode(value) == log[-4096:]


def test_an_asynchronous_call_has_no_log_to_give() -> None:
    response = client_response(walk(get(TAIL, ASYNC), log_tail=b"a"))
    assert field(response.headers, b"x-fc-log-result") is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param(b"404", b"UnhandledInvocationError", id="failed"),
        pytest.param(b"200", None, id="fine"),
    ],
)
def test_x_fc_status_is_told_to_callers_of_the_api_alone(value: bytes, told: bytes | None) -> None:
    reported = answer((b"x-fc-status", value), status=500)
    assert field(client_response(walk(invoke(), reported)).headers, b"x-fc-error-type") == told
    http = client_response(walk(get(), reported))
    assert (http.status, field(http.headers, b"x-fc-error-type")) == (500, None)


@pytest.mark.parametrize("close", [True, False])
def test_the_last_answer_says_so(close: bool) -> None:
    request = get((b"Connection", b"close")) if close else get()
    response = client_response(walk(request, answer((b"Connection", b"close"))))
    assert get_all(response.headers, b"connection") == ([b"close"] if close else [])


def test_an_answer_that_ends_with_its_connection_is_chunked_but_not_for_http_1_0() -> None:
    bare = Response(200, b"OK", (), b"hi")
    assert field(client_response(walk(get(), bare)).headers, b"transfer-encoding") == b"chunked"
    old = client_response(walk(replace(get(), version=b"HTTP/1.0"), bare))
    assert field(old.headers, b"transfer-encoding") is None
    assert field(old.headers, b"connection") == b"close"
