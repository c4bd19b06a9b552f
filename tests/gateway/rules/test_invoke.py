"""API calls, both ways (contract section 11)."""

from __future__ import annotations

import json

import pytest

from gateway.messages import Request, Response, get
from tests.gateway.cases import ASYNC, HOST, INVOKE, invoke
from tests.gateway.walker import client_response, server_request, walk


@pytest.mark.parametrize(
    "target",
    [
        INVOKE,
        b"/" + INVOKE + b"?qualifier=LATEST",
        b"/2016-08-15/services/svc.prod/functions/fn/invocations",
        b"/2021-04-06/services/svc/functions/fn/invocations?qualifier=q",
    ],
)
def test_every_api_becomes_the_same_call(target: bytes) -> None:
    chunked = (b"Transfer-Encoding", b"chunked")
    request = server_request(walk(Request(b"POST", target, (HOST, (b"User-Agent", b"sdk"), chunked), b"\x00event")))
    ours = tuple(line for line in request.headers if not line[0].startswith(b"x-fc-"))
    assert {name.lower(): value for name, value in ours} == {
        b"host": b"21.0.3.4",
        b"content-type": b"application/octet-stream",
        b"content-length": b"6",
    }
    assert (request.method, request.target, request.body) == (b"POST", b"/invoke", b"\x00event")


def test_an_empty_event_has_a_length() -> None:
    assert get(server_request(walk(invoke())).headers, b"content-length") == b"0"


@pytest.mark.parametrize(("header", "most"), [((), 33554432), ((ASYNC,), 131072)])
def test_the_sentence_of_an_event_over_its_limit(header: tuple[tuple[bytes, bytes], ...], most: int) -> None:
    response = client_response(walk(invoke((b"Content-Length", b"%d" % (most + 1)), *header)))
    assert isinstance(response.body, bytes)
    members = json.loads(response.body)
    assert members["ErrorCode"] == members["Code"] == "EntityTooLarge"
    assert members["Message"] == f"payload size exceeds maximum allowed size ({most} bytes)"


def test_fields_over_the_limit_of_http_calls_pass() -> None:
    assert client_response(walk(invoke((b"X", b"a" * 9000)))).status == 200


@pytest.mark.parametrize("status", [200, 204, 302, 404, 500])
def test_every_status_becomes_200_and_every_field_is_lost(status: int) -> None:
    answer = Response(
        status,
        b"OK" if status == 200 else b"Other",
        ((b"X-App", b"1"), (b"Set-Cookie", b"a"), (b"Content-Length", b"0")),
    )
    response = client_response(walk(invoke(), answer))
    assert (response.status, response.reason) == (200, b"OK")
    assert [name for name, _ in response.headers] == [
        b"Content-Length", b"Content-Type", b"X-Fc-Request-Id", b"Date",
    ]  # fmt: skip
