from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.extensions import PerMessageDeflate
from wsproto.frame_protocol import FrameProtocol

from gateway.conversation import Coding, MessageKind, MessageReader
from gateway.deflate import Inflater

type Told = tuple[MessageKind, bytes, Coding]


def read(data: bytes, cuts: list[int] | None = None, inflater: Inflater | None = None) -> list[Told]:
    """The messages in some bytes that come in pieces, parts joined."""
    reader, told, last = MessageReader(inflater), list[Told](), 0
    content = b""
    pieces = []
    for cut in [*sorted(cuts or []), len(data)]:
        pieces.append(data[last:cut])
        last = max(last, cut)
    parts = [part for piece in pieces for part in reader.feed(piece)] + list(reader.end())
    for part in parts:
        if part.kind in {MessageKind.PING, MessageKind.PONG, MessageKind.CLOSE}:
            told.append((part.kind, part.data, part.coding))
            continue
        content += part.data
        if part.last:
            told.append((part.kind, content, part.coding))
            content = b""
    return told


@given(
    st.lists(st.tuples(st.sampled_from(["text", "binary", "ping", "parts"]), st.binary(max_size=300)), max_size=6),
    st.booleans(),
    st.lists(st.integers(0, 1500), max_size=8),
)
def test_messages_are_the_same_wherever_the_stream_is_cut(
    said: list[tuple[str, bytes]], client: bool, cuts: list[int]
) -> None:
    writer = FrameProtocol(client=client, extensions=[])
    data, expected = b"", list[Told]()
    for kind, content in said:
        if kind == "ping":
            data += writer.ping(content[:125])
            expected.append((MessageKind.PING, content[:125], Coding.PLAIN))
        elif kind == "text":
            data += writer.send_data(content.hex())
            expected.append((MessageKind.TEXT, content.hex().encode(), Coding.PLAIN))
        else:
            at = len(content) // 2 if kind == "parts" else 0
            if at:
                data += writer.send_data(content[:at], fin=False) + writer.pong(b"between")
                expected.append((MessageKind.PONG, b"between", Coding.PLAIN))
            data += writer.send_data(content[at:], fin=True)
            expected.append((MessageKind.BINARY, content, Coding.PLAIN))
    assert read(data, cuts) == expected


def deflating(*, client: bool, takeover: bool = True) -> FrameProtocol:
    extension = PerMessageDeflate(client_no_context_takeover=not takeover, server_no_context_takeover=not takeover)
    extension._enabled = True
    return FrameProtocol(client=client, extensions=[extension])


@given(
    st.lists(st.binary(max_size=2000), max_size=5),
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(0, 4000)),
)
def test_compression_is_undone(said: list[bytes], client: bool, takeover: bool, cuts: list[int]) -> None:
    writer = deflating(client=client, takeover=takeover)
    data = b"".join(bytes(writer.send_data(each)) for each in said)
    found = read(data, cuts, Inflater(takeover=takeover))
    assert found == [(MessageKind.BINARY, each, Coding.INFLATED) for each in said]


def test_plain_messages_may_stand_between_compressed_ones() -> None:
    plain = FrameProtocol(client=False, extensions=[])
    data = bytes(deflating(client=False).send_data("one") + plain.send_data("two"))
    assert read(data, inflater=Inflater()) == [
        (MessageKind.TEXT, b"one", Coding.INFLATED),
        (MessageKind.TEXT, b"two", Coding.PLAIN),
    ]


def test_without_an_agreement_compressed_bytes_stay_as_they_are() -> None:
    assert read(b"\xc1\x03abc") == [(MessageKind.TEXT, b"abc", Coding.COMPRESSED)]


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(size)) + packer.flush(zlib.Z_SYNC_FLUSH)
    return packed[:-4]


def frame(payload: bytes, opcode: int = 0xC2) -> bytes:
    return bytes([opcode, 127]) + len(payload).to_bytes(8) + payload


def test_a_bomb_is_cut_and_nothing_after_it_is_guessed() -> None:
    """What follows may refer to what the bomb held: with the context kept it cannot be read, without it can."""
    packed = bomb(100 * 1024 * 1024)
    after = bytes(deflating(client=False).send_data(b"after"))
    (_, content, coding), second = read(frame(packed) + after, inflater=Inflater())
    assert (coding, len(content) <= 200 * len(packed)) == (Coding.CUT, True)
    assert second == (MessageKind.BINARY, after[2:], Coding.COMPRESSED)
    _, second = read(frame(packed) + after, [20_000, 90_000], inflater=Inflater(takeover=False))
    assert second == (MessageKind.BINARY, b"after", Coding.INFLATED)


def test_what_is_no_deflate_is_cut() -> None:
    assert read(frame(b"\xff\xff\xff\xff"), inflater=Inflater()) == [(MessageKind.BINARY, b"", Coding.CUT)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"\x01\x05ab", [(MessageKind.TEXT, b"ab", Coding.CUT)], id="a-message-that-does-not-end"),
        pytest.param(b"\x01\x01a", [(MessageKind.TEXT, b"a", Coding.CUT)], id="fragments-that-do-not-end"),
        pytest.param(
            b"\x01\x01a\x82\x01b",
            [(MessageKind.TEXT, b"a", Coding.CUT), (MessageKind.BINARY, b"b", Coding.PLAIN)],
            id="a-new-one-amid-fragments",
        ),
        pytest.param(b"\x80\x01a", [(MessageKind.OTHER, b"a", Coding.PLAIN)], id="a-continuation-of-nothing"),
        pytest.param(b"\x83\x01a", [(MessageKind.OTHER, b"a", Coding.PLAIN)], id="a-reserved-opcode"),
        pytest.param(b"\x8b\x01a", [(MessageKind.OTHER, b"a", Coding.PLAIN)], id="a-reserved-control-opcode"),
        pytest.param(
            b"\x89\x7e\x00\x80" + b"p" * 128, [(MessageKind.PING, b"p" * 128, Coding.PLAIN)], id="an-illegal-long-ping"
        ),
        pytest.param(b"\x88\x02\x03\xe8", [(MessageKind.CLOSE, b"\x03\xe8", Coding.PLAIN)], id="a-close"),
        pytest.param(b"\x81\x00", [(MessageKind.TEXT, b"", Coding.PLAIN)], id="nothing-at-all"),
        pytest.param(b"", [], id="no-bytes"),
    ],
)
def test_odd_streams_are_told_as_far_as_they_go(data: bytes, expected: list[Told]) -> None:
    for cuts in ([], [1], [2], [1, 2, 3]):
        assert read(data, cuts) == expected
