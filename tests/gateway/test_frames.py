from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol
from wsproto.frame_protocol import Opcode as Theirs

from gateway.frames import Frame, FrameReader, Opcode, unmask, write_frame


def read(data: bytes, cuts: list[int] | None = None) -> list[Frame]:
    reader, found, last = FrameReader(), [], 0
    for cut in [*(cuts or []), len(data)]:
        found += reader.feed(data[last:cut])
        last = max(last, cut)
    return found


def payload(data: bytes, frame: Frame) -> bytes:
    return unmask(data[frame.start : frame.start + frame.length], frame.mask)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 200_000])
@pytest.mark.parametrize("client", [True, False], ids=["masked", "plain"])
def test_payloads_of_any_length_are_found(size: int, client: bool) -> None:
    writer = FrameProtocol(client=client, extensions=[])
    said = bytes(range(256)) * (size // 256) + bytes(size % 256)
    data = bytes(writer.send_data(said) + writer.pong(b"here"))
    first, second = read(data)
    assert (first.opcode, first.final, first.compressed, first.length) == (Opcode.BINARY, True, False, size)
    assert bool(first.mask) is client
    assert payload(data, first) == said
    assert (second.opcode, second.control) == (Opcode.PONG, b"here")


@given(
    st.lists(st.tuples(st.booleans(), st.binary(max_size=200)), max_size=5),
    st.booleans(),
    st.lists(st.integers(0, 1200), max_size=8).map(sorted),
)
def test_frames_are_the_same_wherever_the_stream_is_cut(
    said: list[tuple[bool, bytes]], client: bool, cuts: list[int]
) -> None:
    writer = FrameProtocol(client=client, extensions=[])
    data = b"".join(writer.ping(part[:125]) if is_ping else writer.send_data(part) for is_ping, part in said)
    whole = read(data)
    assert read(data, cuts) == whole
    assert [payload(data, frame) for frame in whole] == [part[:125] if is_ping else part for is_ping, part in said]


def test_fragments_are_told_one_by_one() -> None:
    writer = FrameProtocol(client=True, extensions=[])
    data = bytes(writer.send_data(b"a", fin=False) + writer.send_data(b"b", fin=True))
    assert [(frame.opcode, frame.final) for frame in read(data)] == [
        (Opcode.BINARY, False),
        (Opcode.CONTINUATION, True),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(FrameProtocol(client=True, extensions=[]).close(1001, "bye"), 1001, id="with-code"),
        pytest.param(FrameProtocol(client=False, extensions=[]).close(4000), 4000, id="own-code"),
        pytest.param(b"\x88\x00", 1005, id="without-code"),
        pytest.param(FrameProtocol(client=False, extensions=[]).ping(b"\x03\xe8"), 0, id="no-close"),
    ],
)
def test_a_close_frame_says_its_code(data: bytes, code: int) -> None:
    assert [frame.close_code for frame in read(data)] == [code]


def test_a_control_frame_waits_for_its_payload() -> None:
    reader = FrameReader()
    assert reader.feed(b"\x88\x02\x03") == []
    assert [frame.close_code for frame in reader.feed(b"\xe8")] == [1000]


def test_an_illegal_long_control_frame_is_not_held_in_memory() -> None:
    reader = FrameReader()
    assert [frame.length for frame in reader.feed(b"\x89\x7f" + (1 << 40).to_bytes(8) + b"x" * 100)] == [1 << 40]
    assert reader._rest == b""


def test_compressed_frames_and_reserved_opcodes_are_told_as_they_are() -> None:
    frames = read(b"\xc1\x01a" + b"\x83\x01b")
    assert [(frame.opcode, frame.compressed) for frame in frames] == [(1, True), (3, False)]


def test_opcodes_are_those_of_the_standard() -> None:
    assert {int(one) for one in Opcode} == {int(one) for one in Theirs}


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
@pytest.mark.parametrize("mask", [b"", b"\1\2\3\4"], ids=["plain", "masked"])
def test_a_frame_that_is_written_is_read_back(size: int, mask: bytes) -> None:
    content = bytes(n % 251 for n in range(size))
    (found,) = read(write_frame(Opcode.BINARY, content, mask))
    assert (found.opcode, found.final, found.mask) == (Opcode.BINARY, True, mask)
    assert payload(write_frame(Opcode.BINARY, content, mask), found) == content
