"""How long a body is, said once on each hop, for every kind of answer and client."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.framing import frame_reply, frame_request
from gateway.messages import BodyRef, Headers, Request, Response
from gateway.rules import samples

LENGTH, CHUNKED = (b"content-length", b"2"), (b"transfer-encoding", b"chunked")
ADDED = (b"Transfer-Encoding", b"chunked")
X = (b"X", b"1")


@pytest.mark.parametrize(
    ("before", "body", "http", "api"),
    [
        pytest.param((X,), b"", (X,), (X, (b"Content-Length", b"0")), id="nothing"),
        pytest.param((LENGTH, X), b"hi", (LENGTH, X), (LENGTH, X), id="length"),
        pytest.param((CHUNKED,), b"hi", (CHUNKED,), ((b"Content-Length", b"2"),), id="chunks"),
        pytest.param((X,), b"hi", (X, (b"Content-Length", b"2")), (X, (b"Content-Length", b"2")), id="h2"),
        pytest.param((LENGTH, LENGTH), b"hi", ((b"Content-Length", b"2"),), ((b"Content-Length", b"2"),), id="twice"),
        pytest.param((LENGTH, CHUNKED), b"hi", (CHUNKED,), (LENGTH,), id="both"),
        pytest.param((LENGTH,), b"", ((b"Content-Length", b"0"),), ((b"Content-Length", b"0"),), id="wrong"),
    ],
)
def test_toward_the_server(before: Headers, body: bytes, http: Headers, api: Headers) -> None:
    request = Request(b"POST", b"/", before, body)
    assert frame_request(request, samples.CUSTOM).headers == http
    assert frame_request(request, samples.API).headers == api


def test_a_body_kept_elsewhere_is_framed_by_its_size() -> None:
    request = Request(b"POST", b"/", (CHUNKED,), BodyRef(b"", 12345))
    assert frame_request(request, samples.API).headers == ((b"Content-Length", b"12345"),)


def reply(
    response: Response, method: bytes = b"GET", version: bytes = b"HTTP/1.1", answered: int | None = None
) -> Headers:
    call = replace(samples.CUSTOM, request=Request(method, b"/", version=version))
    original = replace(response, status=answered) if answered else response
    return frame_reply(response, replace(call, response=original)).headers


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((LENGTH, X), (LENGTH, X), id="length"),
        pytest.param((LENGTH, LENGTH), ((b"Content-Length", b"2"),), id="twice"),
        pytest.param((CHUNKED, X), (CHUNKED, X), id="chunks"),
        pytest.param((CHUNKED, LENGTH), (CHUNKED,), id="both"),
        pytest.param((X,), (X, ADDED), id="until-close"),
    ],
)
def test_toward_a_client(before: Headers, after: Headers) -> None:
    assert reply(Response(200, b"", before)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((LENGTH,), (LENGTH,), id="length"),
        pytest.param((CHUNKED, X), (X,), id="chunks"),
        pytest.param((X,), (X,), id="until-close"),
    ],
)
def test_toward_a_client_of_http_1_0(before: Headers, after: Headers) -> None:
    assert reply(Response(200, b"", before), version=b"HTTP/1.0") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((LENGTH,), (LENGTH,), id="length"),
        pytest.param((CHUNKED,), (CHUNKED,), id="chunks"),
        pytest.param((X,), (X,), id="neither"),
    ],
)
def test_an_answer_to_head_tells_what_get_would(before: Headers, after: Headers) -> None:
    assert reply(Response(200, b"", before), b"HEAD") == after


@pytest.mark.parametrize(
    ("status", "before", "after"),
    [
        pytest.param(204, (LENGTH, X), (X,), id="204-length"),
        pytest.param(204, (CHUNKED, X), (X,), id="204-chunks"),
        pytest.param(304, (LENGTH, X), (LENGTH, X), id="304-length"),
        pytest.param(304, (X,), (X,), id="304"),
        pytest.param(103, (X,), (X,), id="103"),
    ],
)
def test_a_status_without_a_body(status: int, before: Headers, after: Headers) -> None:
    assert reply(Response(status, b"", before)) == after


@pytest.mark.parametrize("answered", [204, 304])
def test_a_result_made_of_a_status_without_a_body_is_empty(answered: int) -> None:
    assert reply(Response(200, b"OK", (LENGTH,)), answered=answered) == ((b"Content-Length", b"0"),)
    assert reply(Response(200, b"OK", (CHUNKED,)), answered=answered) == ((b"Content-Length", b"0"),)
