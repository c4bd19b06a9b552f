"""A tunnel after 101: bytes both ways, untouched, with an ear on the wall.

Must not know: WebSocket or any other protocol inside. Read next: call.py and client.py (`read_raw`, `write_raw`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from wire.errors import WireError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wire.call import Call
    from wire.client import ServerCall


class End(Protocol):
    """One end of a tunnel: a Call or a ServerCall."""

    async def read_raw(self) -> bytes:
        """The next bytes, b"" once this end says no more."""

    async def write_raw(self, data: bytes) -> None:
        """Send; waits while this end is slow."""


async def tunnel(client: Call, server: ServerCall, tee: Callable[[bool, bytes], Awaitable[None]]) -> WireError | None:
    """Carry bytes both ways until the server has ended, or one end breaks; returns why it broke.

    A client that ends first may still listen; a server that has ended takes nothing more. `tee(from_client, data)`
    hears every piece before it is sent on, and may take its time; it hears b"" when that end says no more. The caller
    then finishes the call and releases the server call, or aborts both when it broke.
    """
    up = asyncio.ensure_future(_carry(client, server, lambda data: tee(True, data)))
    down = asyncio.ensure_future(_carry(server, client, lambda data: tee(False, data)))
    try:
        await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        if not down.done() and up.exception() is None:
            server.end_raw()
            await asyncio.wait((down,))
    finally:
        up.cancel()
        down.cancel()
        ends = await asyncio.gather(up, down, return_exceptions=True)
    broken = None
    for end in ends:
        if isinstance(end, WireError):
            broken = broken or end
        elif isinstance(end, Exception):
            raise end
    return broken


async def _carry(source: End, target: End, hear: Callable[[bytes], Awaitable[None]]) -> None:
    while data := await source.read_raw():
        await hear(data)
        await target.write_raw(data)
    await hear(b"")
