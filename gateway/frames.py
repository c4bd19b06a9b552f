"""Reads the frames of a WebSocket off one direction's bytes (RFC 6455 section 5), in pieces of any size.

A frame is told as soon as its head is here, a control frame with its payload; payloads of data frames are skipped,
their place in the stream is told instead. Must not know: handshakes (upgrade.py), sockets, extensions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

LONGEST_CONTROL = 125
"""Bytes in the payload of a control frame (RFC 6455 section 5.5)."""


class Opcode(IntEnum):
    """What a frame is; every opcode from CLOSE on is a control frame."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `opcode` is a number: reserved ones are told too.

    `start` and `length`: where its payload lies in the bytes of its direction, still masked with `mask` when that is
    not empty. `compressed`: RSV1, which permessage-deflate sets (RFC 7692). `control`: the payload of a control
    frame, unmasked.
    """

    opcode: int
    final: bool
    compressed: bool
    mask: bytes
    start: int
    length: int
    control: bytes = b""

    @property
    def close_code(self) -> int:
        """The status of a close frame, 1005 when it gives none (RFC 6455 section 7.1.5); 0 for other frames."""
        if self.opcode != Opcode.CLOSE:
            return 0
        return int.from_bytes(self.control[:2]) if len(self.control) >= 2 else 1005


class FrameReader:
    """The frames of one direction, in order."""

    __slots__ = ("_at", "_rest", "_skip")

    def __init__(self) -> None:
        self._at = 0  # where _rest begins in the stream
        self._rest = b""
        self._skip = 0  # bytes of a payload still to come

    def feed(self, data: bytes) -> list[Frame]:
        """The frames whose heads are now whole."""
        if self._skip >= len(data):
            self._skip -= len(data)
            self._at += len(data)
            return []
        self._at += self._skip
        here = self._rest + data[self._skip :]
        self._skip = 0
        found, read = [], 0
        while frame := _frame(here, read, self._at):
            found.append(frame)
            read = frame.start + frame.length - self._at
        self._skip = max(0, read - len(here))
        self._rest = here[read:]
        self._at += min(read, len(here))
        return found


def _frame(data: bytes, at: int, base: int) -> Frame | None:
    """The frame whose head begins at `at`, None until it is whole; `base`: where `data` begins in the stream."""
    head = _head_size(data, at)
    if not head or len(data) < at + head:
        return None
    first, masked = data[at], data[at + 1] & 0x80
    start, length = at + head, _length(data, at)
    mask = data[start - 4 : start] if masked else b""
    control = b""
    if first & 0x08 and length <= LONGEST_CONTROL:
        if len(data) < start + length:
            return None
        control = unmask(data[start : start + length], mask)
    return Frame(first & 0x0F, bool(first & 0x80), bool(first & 0x40), mask, base + start, length, control)


def unmask(payload: bytes, mask: bytes) -> bytes:
    """A payload without its mask (RFC 6455 section 5.3); without a mask as it is."""
    if not mask or not payload:
        return payload
    key = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(len(payload))


def _head_size(data: bytes, at: int) -> int:
    """Bytes of the head that begins here, 0 when that cannot be told yet."""
    if len(data) < at + 2:
        return 0
    return 2 + _LENGTH_BYTES.get(data[at + 1] & 0x7F, 0) + (4 if data[at + 1] & 0x80 else 0)


def _length(data: bytes, at: int) -> int:
    short = data[at + 1] & 0x7F
    size = _LENGTH_BYTES.get(short, 0)
    return int.from_bytes(data[at + 2 : at + 2 + size]) if size else short


_LENGTH_BYTES = {126: 2, 127: 8}
"""RFC 6455 section 5.2: a length of 126 or 127 stands for a longer one that follows."""


def write_frame(opcode: int, payload: bytes, mask: bytes = b"") -> bytes:
    """A whole message as one frame (RFC 6455 section 5.2); a client masks with four bytes, a server with none."""
    size, masked = len(payload), 0x80 if mask else 0
    if size <= LONGEST_CONTROL:
        head = bytes([0x80 | opcode, masked | size])
    elif size < 1 << 16:
        head = bytes([0x80 | opcode, masked | 126]) + size.to_bytes(2)
    else:
        head = bytes([0x80 | opcode, masked | 127]) + size.to_bytes(8)
    return head + mask + unmask(payload, mask)
