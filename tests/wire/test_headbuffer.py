"""Heads found in a stream that is cut anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import Malformed
from wire.headbuffer import HeadBuffer
from wire.heads import parse_request_line


def buffer(limit: int = 1000) -> HeadBuffer:
    return HeadBuffer(limit, parse_request_line, skip_empty_lines=True)


def feed(heads: HeadBuffer, data: bytes) -> list[bytes]:
    heads.data += data
    found = []
    while (head := heads.take()) is not None:
        found.append(head)
    return found


def feed_all(heads: HeadBuffer, pieces: list[bytes]) -> None:
    for piece in pieces:
        feed(heads, piece)


@given(st.lists(st.integers(1, 20), max_size=30))
def test_heads_are_found_wherever_the_stream_is_cut(sizes: list[int]) -> None:
    stream = b"\r\nGET /1 HTTP/1.1\r\nA: b\r\n\r\n\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nC: d\r\n\r\nGET"
    heads = buffer()
    found = []
    position = 0
    for size in [*sizes, len(stream)]:
        found += feed(heads, stream[position : position + size])
        position += size
    assert found == [b"GET /1 HTTP/1.1\r\nA: b", b"GET /2 HTTP/1.1", b"GET /3 HTTP/1.1\r\nC: d"]
    assert heads.data == b"GET"
    assert heads.waits


def test_empty_lines_alone_are_not_the_beginning_of_a_head() -> None:
    heads = buffer()
    assert feed(heads, b"\r\n" * 100_000) == []
    assert heads.data == b""
    assert not heads.waits


EARLY = [
    pytest.param(b"GET / HTTP/1.1\n", id="bare-lf-in-first-line"),
    pytest.param(b"GET / HTTP/1.1\r\nA: b\n", id="bare-lf-later"),
    pytest.param(b"GET / HTTP/1.1\r\nA: b\rc", id="bare-cr"),
    pytest.param(b"GET / HTTP/1.1\r\nA: \0", id="nul"),
    pytest.param(b"GET /\r\n", id="no-request-line"),
    pytest.param(b"\x16\x03\x01", id="tls"),
    pytest.param(b"\n", id="lf-first"),
]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("beginning", EARLY)
def test_what_cannot_become_a_head_is_refused_at_once(beginning: bytes, size: int) -> None:
    heads = buffer()
    with pytest.raises(Malformed):
        feed_all(heads, [beginning[start : start + size] for start in range(0, len(beginning), size)])


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        pytest.param(b"GET /" + b"a" * 25 + b"\r\n\r\n", True, id="exactly"),
        pytest.param(b"GET /" + b"a" * 26 + b"\r\n\r\n", False, id="one-more"),
        pytest.param(b"GET /" + b"a" * 26, False, id="one-more-without-end"),
    ],
)
def test_a_head_is_bounded(data: bytes, fits: bool) -> None:
    heads = buffer(30)
    if fits:
        assert feed(heads, data) == [data[:-4]]
    else:
        with pytest.raises(Malformed) as caught:
            feed(heads, data)
        assert caught.value.kind == "head-too-large"


def test_giving_up_forgets_everything() -> None:
    heads = buffer()
    feed(heads, b"GET / HTTP")
    assert heads.give_up() == b"GET / HTTP"
    assert not heads.waits
    assert feed(heads, b"GET / HTTP/1.1\r\n\r\n") == [b"GET / HTTP/1.1"]
