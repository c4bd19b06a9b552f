"""Decoders and the encoder, by framing."""

from __future__ import annotations

import pytest

from wire.bodies import Encoder, LengthDecoder, decoder_for
from wire.errors import Unsendable
from wire.framing import CHUNKED, NONE, UNTIL_CLOSE, Framing, Kind
from wire.limits import Limits

LENGTH_3 = Framing(Kind.LENGTH, 3)


@pytest.mark.parametrize(
    ("framing", "payload", "done", "rest"),
    [
        pytest.param(NONE, b"", True, b"3\r\nabc\r\n0\r\n\r\nX", id="none"),
        pytest.param(LENGTH_3, b"3\r\n", True, b"abc\r\n0\r\n\r\nX", id="length"),
        pytest.param(Framing(Kind.LENGTH, 99), b"3\r\nabc\r\n0\r\n\r\nX", False, b"", id="longer"),
        pytest.param(CHUNKED, b"abc", True, b"X", id="chunked"),
        pytest.param(UNTIL_CLOSE, b"3\r\nabc\r\n0\r\n\r\nX", False, b"", id="until-close"),
    ],
)
def test_the_same_bytes_by_each_framing(framing: Framing, payload: bytes, done: bool, rest: bytes) -> None:
    decoder = decoder_for(framing, Limits())
    assert decoder.feed(b"3\r\nabc\r\n0\r\n\r\nX") == payload
    assert (decoder.done, decoder.rest, decoder.error) == (done, rest, None)


def test_a_body_of_known_length_is_not_copied() -> None:
    data = bytes(1000)
    assert LengthDecoder(2000).feed(data) is data


ENCODED = [
    pytest.param(LENGTH_3, [b"a", b"", b"bc"], b"abc", id="length"),
    pytest.param(CHUNKED, [b"a", b"", b"bc"], b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", id="chunked"),
    pytest.param(UNTIL_CLOSE, [b"a", b"", b"bc"], b"abc", id="until-close"),
    pytest.param(NONE, [b"", b""], b"", id="none"),
]


@pytest.mark.parametrize(("framing", "pieces", "wire"), ENCODED)
def test_pieces_on_the_wire(framing: Framing, pieces: list[bytes], wire: bytes) -> None:
    encoder = Encoder(framing)
    assert b"".join([encoder.piece(piece) for piece in pieces]) + encoder.end() == wire


def test_what_the_head_denies_is_refused() -> None:
    with pytest.raises(Unsendable, match="announces no body"):
        Encoder(NONE).piece(b"a")
    with pytest.raises(Unsendable, match="1 bytes more"):
        Encoder(LENGTH_3).piece(b"abcd")
    with pytest.raises(Unsendable, match="3 bytes shorter"):
        Encoder(LENGTH_3).end()
    with pytest.raises(Unsendable, match="trailers"):
        Encoder(UNTIL_CLOSE).end(((b"T", b"1"),))
