"""A request body on its way to the server, piece by piece, never faster than the server takes it.

Must not know: where the pieces come from. Read next: client.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from gateway.messages import Headers
    from wire.bodies import Encoder
    from wire.connection import ServerConnection

type Pieces = Iterable[bytes] | AsyncIterable[bytes]

PIECE_BYTES = 64 * 1024
"""A larger body is written in pieces of this size, so that an early answer is seen between two of them."""


async def upload(connection: ServerConnection, encoder: Encoder, pieces: Pieces, trailers: Headers) -> bool:
    """Send a body; True when all of it was given to the socket, False when the connection ended before."""
    async with aclosing(_each(pieces)) as each:
        async for piece in each:
            connection.write(encoder.piece(piece))
            # One turn of the loop: an answer that is already here is read before the next write can fail.
            await asyncio.sleep(0)
            await connection.drained()
            if connection.lost:
                return False
    connection.write(encoder.end(trailers))
    return not connection.lost


def cut(body: bytes) -> Iterator[bytes]:
    """A body in pieces of PIECE_BYTES."""
    for start in range(0, len(body), PIECE_BYTES):
        yield body[start : start + PIECE_BYTES]


async def _each(pieces: Pieces) -> AsyncGenerator[bytes]:
    if isinstance(pieces, AsyncIterable):
        async for piece in pieces:
            yield piece
    else:
        for piece in pieces:
            yield piece
