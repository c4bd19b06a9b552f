"""What a WebSocket's two sides say, message by message: fragments joined, masks taken off, compression undone.

Reads one direction's bytes in pieces of any size and holds no content: it comes out in parts, as it comes in. The
bytes of the wire are kept elsewhere as they are; this is the copy for people.
Must not know: sockets, where messages are kept. Read next: frames.py (the frames below), deflate.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.frames import FrameReader, Opcode, unmask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.deflate import Inflater
    from gateway.frames import Frame
    from gateway.messages import Body


class Sender(StrEnum):
    """Who says something."""

    CLIENT = "client"
    SERVER = "server"


class MessageKind(StrEnum):
    """What a message is; OTHER has an opcode that RFC 6455 reserves."""

    TEXT = "text"
    BINARY = "binary"
    CLOSE = "close"
    PING = "ping"
    PONG = "pong"
    OTHER = "other"


class Coding(StrEnum):
    """How the content relates to the bytes on the wire.

    PLAIN: the same. INFLATED: permessage-deflate undone. COMPRESSED: still compressed, it could not be undone.
    CUT: only the beginning; the message did not end, or its compression could not be undone any further.
    """

    PLAIN = "plain"
    INFLATED = "inflated"
    COMPRESSED = "compressed"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    `seq`: 1, 2, 3 ... over both sides. `at_us`: when its last byte came, microseconds after the call's arrival.
    """

    seq: int
    sender: Sender
    kind: MessageKind
    at_us: int
    content: Body = b""
    coding: Coding = Coding.PLAIN


@dataclass(frozen=True, slots=True)
class Part:
    """Some content of a message; `last` ends it, and that part's `coding` holds for all of it.

    Control messages come whole, also between two parts of another message.
    """

    kind: MessageKind
    data: bytes
    last: bool
    coding: Coding = Coding.PLAIN


KINDS = {
    Opcode.TEXT: MessageKind.TEXT,
    Opcode.BINARY: MessageKind.BINARY,
    Opcode.CLOSE: MessageKind.CLOSE,
    Opcode.PING: MessageKind.PING,
    Opcode.PONG: MessageKind.PONG,
}
CONTROL = frozenset({MessageKind.CLOSE, MessageKind.PING, MessageKind.PONG})


class MessageReader:
    """The messages of one direction. `inflater` undoes its compression, when the handshake agreed on one."""

    __slots__ = ("_coded", "_frame", "_frames", "_inflater", "_kind", "_left", "_seen")

    def __init__(self, inflater: Inflater | None = None) -> None:
        self._frames = FrameReader()
        self._inflater = inflater
        self._seen = 0  # bytes of the stream that were fed
        self._frame: Frame | None = None  # the frame whose payload is coming
        self._left = 0  # bytes of that payload still to come
        self._kind: MessageKind | None = None  # of the message that is under way
        self._coded = Coding.PLAIN

    def feed(self, data: bytes) -> Iterator[Part]:
        """What these bytes say."""
        base = self._seen
        self._seen += len(data)
        frames = self._frames.feed(data)
        if self._frame is not None:
            yield from self._payload(self._frame, data[: self._left])
        for frame in frames:
            kind = KINDS.get(frame.opcode, MessageKind.OTHER)  # type: ignore[call-overload] # a number is an Opcode
            if frame.opcode >= Opcode.CLOSE and len(frame.control) == frame.length:
                yield Part(kind, frame.control, last=True)
                continue
            if frame.opcode != Opcode.CONTINUATION or self._kind is None:
                yield from self.end()
                self._begin(kind, frame)
            self._frame, self._left = frame, frame.length
            start = frame.start - base
            yield from self._payload(frame, data[start : start + frame.length])

    def end(self) -> Iterator[Part]:
        """Nothing more comes of the message under way: it is told as far as it came."""
        if self._kind is not None:
            yield Part(self._kind, b"", last=True, coding=Coding.CUT)
        self._kind = self._frame = None

    def _begin(self, kind: MessageKind, frame: Frame) -> None:
        self._kind, self._coded = kind, Coding.PLAIN
        if frame.compressed:
            readable = self._inflater is not None and self._inflater.begin()
            self._coded = Coding.INFLATED if readable else Coding.COMPRESSED

    def _payload(self, frame: Frame, data: bytes) -> Iterator[Part]:
        """Some payload of the frame under way, b"" when it has none yet."""
        kind = self._kind or MessageKind.OTHER
        turn = (frame.length - self._left) % 4  # the mask begins anew every four bytes of the payload
        content = unmask(data, frame.mask[turn:] + frame.mask[:turn])
        self._left -= len(data)
        last = self._left == 0 and frame.final
        if self._left == 0:
            self._frame = None
        coding = self._coded
        if self._inflater is not None and coding is Coding.INFLATED:
            for part in self._inflater.inflate(content, last=last):
                yield Part(kind, part, last=False)
            content, coding = b"", Coding.CUT if self._inflater.broken else coding
        if last:
            self._kind = None
        if content or last:
            yield Part(kind, content, last, coding)
