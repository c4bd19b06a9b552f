"""The sentences of a refusal: which limit, its value, the actual size (contract REQ-LIM-9)."""

from __future__ import annotations

import json

import pytest

from gateway.messages import Request
from tests.gateway.cases import ASYNC, HOST, get
from tests.gateway.walker import client_response, walk


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        pytest.param(
            Request(b"GET", b"/", ((b"X", b"a" * 8192),)),
            "the total size of the request headers exceeds maximum allowed size (8192 bytes): it has 8193 bytes",
            id="headers",
        ),
        pytest.param(
            get(target=b"/" + b"a" * 4096),
            "the path with its query exceeds maximum allowed size (4096 bytes): it has 4097 bytes",
            id="path",
        ),
        pytest.param(
            Request(b"POST", b"/", (HOST, (b"content-length", b"99999999"))),
            "the request body exceeds maximum allowed size (33554432 bytes): it has 99999999 bytes",
            id="body",
        ),
        pytest.param(
            get((b"X-Fc-Invocation-Type", b"ASYNC\xff")),
            "the value 'ASYNC\\xff' of X-Fc-Invocation-Type is not known: use Sync or Async",
            id="invocation-type",
        ),
        pytest.param(
            get((b"X-Fc-Log-Type", b"")),
            "the value '' of X-Fc-Log-Type is not known: use Tail or None",
            id="log-type",
        ),
        pytest.param(
            get(ASYNC, (b"X-Fc-Async-Delay", b"1h")),
            "the value '1h' of X-Fc-Async-Delay is not possible: 0 to 3600 seconds",
            id="delay",
        ),
    ],
)
def test_the_sentence_of_a_refusal(request_: Request, text: str) -> None:
    response = client_response(walk(request_))
    assert isinstance(response.body, bytes)
    assert json.loads(response.body)["Message"] == text


@pytest.mark.parametrize("delay", [b"0", b"3600"])
def test_a_delay_of_up_to_an_hour_is_legal(delay: bytes) -> None:
    assert client_response(walk(get(ASYNC, (b"X-Fc-Async-Delay", delay)))).status == 202


def test_a_synchronous_call_ignores_a_delay() -> None:
    assert client_response(walk(get((b"X-Fc-Async-Delay", b"1h")))).status == 200
