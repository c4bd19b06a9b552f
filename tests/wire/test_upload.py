"""Bodies in pieces."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from wire.bodies import Encoder
from wire.framing import Framing, Kind
from wire.upload import PIECE_BYTES, cut, upload

if TYPE_CHECKING:
    from wire.connection import ServerConnection


class Sink:
    """A connection that takes `room` bytes and is lost then."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.took: list[bytes] = []
        self.lost = False

    def write(self, data: bytes) -> None:
        if not self.lost and data:
            self.took.append(data)
            self.lost = sum(map(len, self.took)) >= self.room

    async def drained(self) -> None:
        return


def send(sink: Sink, pieces: Any, length: int) -> bool:
    encoder = Encoder(Framing(Kind.LENGTH, length))
    return asyncio.run(upload(cast("ServerConnection", sink), encoder, pieces, ()))


def test_a_body_is_cut_without_loss() -> None:
    body = bytes(range(256)) * 1000
    pieces = list(cut(body))
    assert b"".join(pieces) == body
    assert {len(piece) for piece in pieces[:-1]} == {PIECE_BYTES}
    assert list(cut(b"")) == []


def test_all_of_it_is_sent() -> None:
    sink = Sink(1000)
    assert send(sink, [b"abc", b"de"], 5)
    assert sink.took == [b"abc", b"de"]


def test_a_lost_connection_stops_the_source() -> None:
    asked: list[int] = []

    def source() -> Any:
        for number in range(100):
            asked.append(number)
            yield b"abc"

    assert not send(Sink(3), source(), 300)
    assert asked == [0]
