"""A conversation to record: its handshake, and ways to write and read messages as the proxy does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.conversation import Sender
from gateway.exchange import View
from gateway.messages import Request, Response
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.writer import Writer
from tests.store.samples import RUN, sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.conversation import Message
    from gateway.exchange import Exchange

    type Piece = tuple[Sender, bytes]

CLIENT, SERVER = Sender.CLIENT, Sender.SERVER


def frame(content: bytes, opcode: int = 0x81) -> bytes:
    """An unmasked frame, as a server sends it."""
    size = len(content)
    if size < 126:
        return bytes([opcode, size]) + content
    return bytes([opcode, 127]) + size.to_bytes(8) + content


def handshake(ident: int, *fields: tuple[bytes, bytes], agreed: bytes = b"") -> Exchange:
    """An exchange that has just been answered with 101."""
    base = sample(ident)
    heads = ((b"Host", b"a"), (b"Upgrade", b"websocket"), (b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="), *fields)
    answered = ((b"Upgrade", b"websocket"), (b"Sec-WebSocket-Accept", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
    answered += ((b"Sec-WebSocket-Extensions", agreed),) if agreed else ()
    view = View(Request(b"GET", b"/chat", heads), Response(101, b"Switching Protocols", answered))
    return replace(base, client=view, server=view, transforms=())


def record(place: str, opened: Exchange, said: Sequence[Piece], *, seal: str = "off") -> Exchange:
    """Record a whole conversation, one piece after the other; returns the exchange as it ended."""

    async def talk() -> Exchange:
        writer = Writer(recording, seal=seal)
        writer.start(RUN)
        await writer.intent(opened)
        going = writer.talk(opened)
        for at, (sender, data) in enumerate(said):
            going.hear(sender, data, at * 1000)
            await going.room()
        ended = replace(opened, messages=await going.close(len(said) * 1000))
        await writer.finish(ended)
        await writer.close()
        return ended

    recording = open_for_writing(place)
    try:
        return asyncio.run(talk())
    finally:
        recording.close()


def messages(place: str, ident: int = 1) -> list[Message]:
    """What is recorded of a conversation, sealed."""
    recording = open_for_reading(place)
    try:
        return list(Reader(recording).messages(ident))
    finally:
        recording.close()
