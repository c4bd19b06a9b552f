"""Heads that are remembered are read as those that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import Malformed
from wire.fields import SMALL
from wire.framing import CHUNKED, NONE, UNTIL_CLOSE, Framing, Kind
from wire.readings import read_request, read_response

LINES = st.sampled_from([b"Host: a", b"Host: b", b"Connection: close", b"Content-Length: 3", b"Content-Length: x",
    b"Transfer-Encoding: chunked", b"Expect: 100-continue", b"X: y", b"bad line", b"", b"A: b\rc"])  # fmt: skip


def outcome(section: bytes) -> object:
    try:
        return read_request(section)
    except Malformed as error:
        return error.kind, error.text, error.head


@given(st.lists(LINES, max_size=4))
def test_the_same_bytes_say_the_same_again(lines: list[bytes]) -> None:
    section = b"\r\n".join([b"GET / HTTP/1.1", *lines])
    assert outcome(section) == outcome(section)


def test_a_small_head_is_the_same_object_again_and_a_large_one_is_read_anew() -> None:
    small = b"GET / HTTP/1.1\r\nHost: a"
    large = small + b"\r\nX: " + b"x" * SMALL
    assert read_request(small).head is read_request(bytes(bytearray(small))).head
    assert read_request(large) == read_request(large)
    assert read_request(large).head is not read_request(large).head


def test_fields_are_remembered_whatever_the_target() -> None:
    block = b"\r\nHost: a\r\nX: y"
    assert (
        read_request(b"GET /1 HTTP/1.1" + block).head.headers is read_request(b"GET /2 HTTP/1.1" + block).head.headers
    )


def test_what_a_request_says_of_its_connection() -> None:
    asked = read_request(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close")
    assert (asked.framing, asked.keep_alive, asked.waits) == (Framing(Kind.LENGTH, 3), False, True)


@pytest.mark.parametrize(
    ("method", "head", "framing"),
    [
        pytest.param(b"GET", b"HTTP/1.1 200 OK", UNTIL_CLOSE, id="until-close"),
        pytest.param(b"HEAD", b"HTTP/1.1 200 OK", NONE, id="head"),
        pytest.param(b"GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", CHUNKED, id="chunked"),
    ],
)
def test_an_answer_is_framed_by_its_request_too(method: bytes, head: bytes, framing: Framing) -> None:
    assert read_response(head, method).framing == framing


def test_a_fault_names_the_head_that_could_be_read_and_the_line_by_its_number() -> None:
    with pytest.raises(Malformed) as caught:
        read_request(b"GET /two HTTP/1.1\r\nHost: a\r\nHost: b")
    assert caught.value.head is not None
    assert caught.value.head.target == b"/two"
    with pytest.raises(Malformed, match="line 3 of the head holds a bare LF"):
        read_request(b"GET / HTTP/1.1\r\nHost: a\r\nX: b\nc")
