"""Where bodies end (RFC 9112 6.3), as rows."""

from __future__ import annotations

import pytest

from gateway.messages import Request, Response
from wire.errors import Malformed
from wire.framing import (
    CHUNKED,
    NONE,
    UNTIL_CLOSE,
    Framing,
    Kind,
    check_host,
    controls,
    expects_continue,
    keeps_alive,
    request_framing,
    response_framing,
)


def length(size: int) -> Framing:
    return Framing(Kind.LENGTH, size)


REQUESTS = [
    pytest.param((), NONE, id="nothing"),
    pytest.param(((b"CONTENT-length", b"12"),), length(12), id="length"),
    pytest.param(((b"Content-Length", b"007"),), length(7), id="leading-zeros"),
    pytest.param(((b"Transfer-Encoding", b"CHUNKED"),), CHUNKED, id="chunked"),
]


@pytest.mark.parametrize(("headers", "framing"), REQUESTS)
def test_requests(headers: tuple[tuple[bytes, bytes], ...], framing: Framing) -> None:
    assert request_framing(b"HTTP/1.1", controls(headers)) == framing


LENGTH_3 = ((b"Content-Length", b"3"),)
TE = ((b"Transfer-Encoding", b"chunked"),)

RESPONSES = [
    pytest.param(200, b"GET", LENGTH_3, length(3), id="length"),
    pytest.param(200, b"GET", TE, CHUNKED, id="chunked"),
    pytest.param(200, b"GET", (), UNTIL_CLOSE, id="until-close"),
    pytest.param(200, b"HEAD", LENGTH_3, NONE, id="head"),
    pytest.param(200, b"HEAD", TE, NONE, id="head-chunked"),
    pytest.param(200, b"head", LENGTH_3, length(3), id="methods-have-case"),
    pytest.param(204, b"GET", LENGTH_3, NONE, id="204"),
    pytest.param(304, b"GET", TE, NONE, id="304"),
    pytest.param(103, b"GET", LENGTH_3, NONE, id="1xx"),
    pytest.param(205, b"GET", LENGTH_3, length(3), id="205"),
]


@pytest.mark.parametrize(("status", "method", "headers", "framing"), RESPONSES)
def test_responses(status: int, method: bytes, headers: tuple[tuple[bytes, bytes], ...], framing: Framing) -> None:
    assert response_framing(Response(status, headers=headers), method, controls(headers)) == framing


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((*LENGTH_3, *LENGTH_3), id="two-lengths"),
        pytest.param((*LENGTH_3, *TE), id="both"),
        pytest.param((*TE, *TE), id="chunked-twice"),
        pytest.param(((b"Transfer-Encoding", b"gzip"),), id="another-coding"),
        pytest.param(((b"Transfer-Encoding", b""),), id="empty-coding"),
        pytest.param(((b"Content-Length", b"-1"),), id="negative"),
        pytest.param(((b"Content-Length", b"\xb2"),), id="digit-of-latin-1"),
        pytest.param(((b"Content-Length", b"1" * 19),), id="endless"),
    ],
)
def test_two_readings_are_refused_both_ways(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    with pytest.raises(Malformed) as caught:
        request_framing(b"HTTP/1.1", controls(headers))
    assert caught.value.kind == "ambiguous-framing"
    with pytest.raises(Malformed):
        response_framing(Response(200, headers=headers), b"GET", controls(headers))


LIVES = [
    pytest.param(b"HTTP/1.1", (), True, id="1.1"),
    pytest.param(b"HTTP/1.1", (b"close",), False, id="1.1-close"),
    pytest.param(b"HTTP/1.1", (b"upgrade ,\tCLOSE",), False, id="1.1-close-in-list"),
    pytest.param(b"HTTP/1.1", (b"x", b"close"), False, id="1.1-close-in-second-line"),
    pytest.param(b"HTTP/1.1", (b"closed",), True, id="1.1-other-token"),
    pytest.param(b"HTTP/1.0", (), False, id="1.0"),
    pytest.param(b"HTTP/1.0", (b"Keep-Alive",), True, id="1.0-keep-alive"),
    pytest.param(b"HTTP/1.0", (b"keep-alive, close",), False, id="1.0-both"),
]


@pytest.mark.parametrize(("version", "values", "lives"), LIVES)
def test_whether_the_connection_lives_on(version: bytes, values: tuple[bytes, ...], lives: bool) -> None:
    assert keeps_alive(version, controls(tuple((b"connection", value) for value in values))) is lives


@pytest.mark.parametrize(
    ("version", "value", "expects"),
    [
        pytest.param(b"HTTP/1.1", b"100-Continue", True, id="1.1"),
        pytest.param(b"HTTP/1.0", b"100-continue", False, id="1.0"),
        pytest.param(b"HTTP/1.1", b"something", False, id="something-else"),
    ],
)
def test_expect(version: bytes, value: bytes, expects: bool) -> None:
    assert expects_continue(version, controls(((b"Expect", value),))) is expects


def test_host() -> None:
    host = (b"Host", b"http://127.0.0.1:1/")  # an SDK sends this; its value is not ours to judge
    check_host(Request(b"GET", b"/", (host,)), controls((host,)))
    check_host(Request(b"GET", b"/", version=b"HTTP/1.0"), {})
    with pytest.raises(Malformed, match="without Host"):
        check_host(Request(b"GET", b"/"), {})
    with pytest.raises(Malformed, match="2 Host fields"):
        check_host(Request(b"GET", b"/", version=b"HTTP/1.0"), controls((host, host)))
