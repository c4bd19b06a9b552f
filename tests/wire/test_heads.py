"""First lines and whole heads, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.messages import Headers, Request, Response
from wire.errors import Malformed, Unsendable
from wire.fields import TCHAR, TEXT
from wire.heads import parse_request, parse_response, write_request, write_response

TOKENS = st.text(TCHAR.decode(), min_size=1, max_size=12).map(str.encode)
TEXTS = st.lists(st.sampled_from(sorted(TEXT)), max_size=20).map(bytes)
HEADERS = st.lists(st.tuples(TOKENS, TEXTS.map(lambda value: value.strip(b" \t"))), max_size=5).map(tuple)
TARGETS = TEXTS.map(lambda text: text.replace(b" ", b"").replace(b"\t", b"")).filter(bool)
VERSIONS = st.sampled_from([b"HTTP/1.1", b"HTTP/1.0"])


@given(TOKENS, TARGETS, HEADERS, VERSIONS)
def test_a_request_head_survives_the_wire(method: bytes, target: bytes, headers: Headers, version: bytes) -> None:
    request = Request(method, target, headers, version=version)
    written = write_request(request)
    assert written.endswith(b"\r\n\r\n")
    assert parse_request(written[:-4]) == request


@given(st.integers(100, 999), TEXTS, HEADERS, VERSIONS)
def test_a_response_head_survives_the_wire(status: int, reason: bytes, headers: Headers, version: bytes) -> None:
    response = Response(status, reason, headers, version=version)
    written = write_response(response)
    assert written.endswith(b"\r\n\r\n")
    assert parse_response(written[:-4]) == response


def test_heads_are_written_byte_for_byte() -> None:
    request = Request(b"get", b"*", ((b"hoST", b"a"), (b"X", b"")), version=b"HTTP/1.0")
    assert write_request(request) == b"get * HTTP/1.0\r\nhoST: a\r\nX: \r\n\r\n"
    assert write_response(Response(204)) == b"HTTP/1.1 204 \r\n\r\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b"HTTP/1.1 200", b"", id="no-reason-no-space"),
        pytest.param(b"HTTP/1.1 200 ", b"", id="no-reason"),
        pytest.param(b"HTTP/1.1 200  two  spaces ", b" two  spaces ", id="spaces"),
        pytest.param(b"HTTP/1.1 200 \xe4", b"\xe4", id="latin-1"),
    ],
)
def test_the_reason_stays_as_sent(line: bytes, reason: bytes) -> None:
    assert parse_response(line).reason == reason


@pytest.mark.parametrize(
    "line", [b"HTTP/1.1 099 x", b"HTTP/1.1  200 x", b"HTTP/2.0 200 x", b"HTTP/1.1 200x", b"http/1.1 200", b""]
)
def test_no_status_line(line: bytes) -> None:
    with pytest.raises(Malformed, match="status line"):
        parse_response(line)


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(Response(99), id="two-digits"),
        pytest.param(Response(1000), id="four-digits"),
        pytest.param(Response(200, b"OK\r\nX: y"), id="crlf-in-reason"),
        pytest.param(Response(200, version=b"HTTP/2.0"), id="version"),
        pytest.param(Response(200, headers=((b"A", b"\n"),)), id="lf-in-value"),
    ],
)
def test_a_response_that_is_none_is_not_written(response: Response) -> None:
    with pytest.raises(Unsendable):
        write_response(response)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(Request(b"", b"/"), id="no-method"),
        pytest.param(Request(b"GET", b""), id="no-target"),
        pytest.param(Request(b"GET", b"/a b"), id="space-in-target"),
        pytest.param(Request(b"GET", b"/a\tb"), id="tab-in-target"),
        pytest.param(Request(b"GET", b"/\0"), id="nul-in-target"),
        pytest.param(Request(b"GET", b"/", version=b"HTTP/1.1 "), id="version"),
    ],
)
def test_a_request_that_is_none_is_not_written(request_: Request) -> None:
    with pytest.raises(Unsendable):
        write_request(request_)


def test_a_later_minor_version_is_read() -> None:
    assert parse_request(b"GET / HTTP/1.2").version == b"HTTP/1.2"
