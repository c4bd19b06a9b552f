"""The chunked coding against h11 and llhttp, cut anywhere, and what it refuses."""

from __future__ import annotations

from contextlib import suppress

import h11
import httptools
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.messages import Headers  # noqa: TC001 - Hypothesis reads annotations
from wire.chunked import ChunkedDecoder, encode_chunk, encode_end

PIECES = st.lists(st.binary(min_size=1, max_size=40), max_size=6)
CUTS = st.lists(st.integers(1, 12), max_size=60)
TRAILERS = st.sampled_from([(), ((b"T", b"v"),), ((b"A", b"1"), (b"a", b"2 x"), (b"E", b""))])


def decode(stream: bytes, cuts: list[int]) -> tuple[bytes, ChunkedDecoder]:
    decoder = ChunkedDecoder()
    payload = b""
    position = 0
    for size in [*cuts, len(stream)]:
        piece = stream[position : position + size]
        position += size
        if decoder.done:
            decoder.rest += piece
        elif decoder.error is None:
            payload += decoder.feed(piece)
    return payload, decoder


@given(PIECES, TRAILERS, CUTS)
def test_any_body_survives_any_cut(pieces: list[bytes], trailers: Headers, cuts: list[int]) -> None:
    stream = b"".join(map(encode_chunk, pieces)) + encode_end(trailers)
    payload, decoder = decode(stream + b"GET / HTTP", cuts)
    assert decoder.error is None
    assert decoder.done
    assert payload == b"".join(pieces)
    assert decoder.trailers == trailers
    assert decoder.rest == b"GET / HTTP"


class Llhttp:
    def __init__(self) -> None:
        self.body = b""
        self.done = False

    def on_body(self, piece: bytes) -> None:
        self.body += piece

    def on_message_complete(self) -> None:
        self.done = True


def llhttp_reads(stream: bytes) -> bytes | None:
    body = Llhttp()
    parser = httptools.HttpRequestParser(body)
    with suppress(httptools.HttpParserError):  # what it makes of the rest, after a whole body, is not asked
        parser.feed_data(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + stream)
    return body.body if body.done else None


def h11_reads(stream: bytes) -> bytes | None:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + stream)
    body = b""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return body
            elif event is h11.NEED_DATA:
                return None
    except h11.RemoteProtocolError:
        return None


SIZES = [b"0", b"3", b"a", b"0x3", b"+3", b"03", b" 3", b"3 ", b"-1", b"", b"fffffffffffffffff"]
STREAMS = st.lists(
    st.sampled_from([*SIZES, b"\r\n", b"\n", b"\r", b";", b";a=b", b';a="b;"', b"abc", b"abcdefghij", b"A: b", b"\0"]),
    max_size=12,
).map(b"".join)


@settings(max_examples=1500)
@given(STREAMS)
@example(b"3 ;a=b\r\nabc\r\n0\r\n\r\n")
@example(b"3\r\nabc\r\n00\r\n\r\n")
def test_whoever_reads_a_whole_body_reads_the_same(stream: bytes) -> None:
    """What we accept, llhttp or h11 accepts too, with the same payload: no third reading."""
    payload, decoder = decode(stream, [])
    if not decoder.done:
        return
    assert payload in (llhttp_reads(stream), h11_reads(stream))


@settings(max_examples=1500)
@given(STREAMS)
def test_what_both_oracles_accept_we_accept(stream: bytes) -> None:
    theirs = llhttp_reads(stream)
    if theirs is None or h11_reads(stream) != theirs:
        return
    payload, decoder = decode(stream, [])
    assert decoder.error is None
    assert (payload, decoder.done) == (theirs, True)


REFUSED = [
    pytest.param(b"x\r\n", "not a chunk size", id="no-number"),
    pytest.param(b"\r\n", "not a chunk size", id="empty-size"),
    pytest.param(b"3 ;a\r\nabc\r\n", "not a chunk size", id="space-before-extension"),
    pytest.param(b"3 \r\nabc\r\n", "not a chunk size", id="space-after-size"),
    pytest.param(b"+3\r\nabc\r\n", "not a chunk size", id="plus"),
    pytest.param(b"0x3\r\nabc\r\n", "not a chunk size", id="hex-prefix"),
    pytest.param(b"1_0\r\n", "not a chunk size", id="underscore"),
    pytest.param(b"1000000000000000\r\n", "not a chunk size", id="overflow"),
    pytest.param(b"3;a\0\r\nabc\r\n", "not a chunk size", id="nul-in-extension"),
    pytest.param(b"3;a\rb\r\nabc\r\n", "not a chunk size", id="bare-cr-in-extension"),
    pytest.param(b"3\nabc\r\n", "bare LF", id="bare-lf-after-size"),
    pytest.param(b"3\r\nabc\n", "longer than its size", id="bare-lf-after-data"),
    pytest.param(b"3\r\nabcd", "longer than its size", id="more-data"),
    pytest.param(b"3\r\nabc\rX", "longer than its size", id="cr-only"),
    pytest.param(b"3;" + b"a" * 5000, "more than 4096 bytes", id="long-line"),
    pytest.param((b"1;" + b"a" * 4000 + b"\r\nx\r\n") * 20, "extensions", id="many-extensions"),
    pytest.param(b"0\r\nA: " + b"b" * 70_000, "trailers", id="long-trailers"),
    pytest.param(b"0\r\nA b\r\n\r\n", "colon", id="bad-trailer"),
    pytest.param(b"0\r\nTransfer-encoding: x\r\n\r\n", "as a trailer", id="framing-trailer"),
    pytest.param(b"0\r\nHost: x\r\n\r\n", "as a trailer", id="routing-trailer"),
]


@pytest.mark.parametrize("size", [1, 3, 1 << 20])
@pytest.mark.parametrize(("stream", "reason"), REFUSED)
def test_what_is_refused_and_why(stream: bytes, reason: str, size: int) -> None:
    _, decoder = decode(stream, [size] * (len(stream) // size))
    assert decoder.error is not None
    assert reason in decoder.error.text
    assert not decoder.done


def test_what_came_before_an_error_is_given() -> None:
    decoder = ChunkedDecoder()
    assert decoder.feed(b"3\r\nabc\r\n2\r\nde\r\nx\r\n") == b"abcde"
    assert decoder.error is not None


def test_an_empty_piece_does_not_end_the_body() -> None:
    assert encode_chunk(b"") == b""
    assert encode_chunk(bytes(16)) == b"10\r\n" + bytes(16) + b"\r\n"
    assert encode_end() == b"0\r\n\r\n"
