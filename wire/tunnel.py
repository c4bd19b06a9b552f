"""A tunnel after 101: bytes both ways, untouched, with an ear on the wall.

Must not know: WebSocket or any other protocol inside. Read next: call.py and client.py (`read_raw`, `write_raw`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from wire.errors import WireError

if TYPE_CHECKING:
    from collections.abc import Callable

    from wire.call import Call
    from wire.client import ServerCall


class End(Protocol):
    """One end of a tunnel: a Call or a ServerCall."""

    async def read_raw(self) -> bytes:
        """The next bytes, b"" once this end says no more."""

    async def write_raw(self, data: bytes) -> None:
        """Send; waits while this end is slow."""

    def end_raw(self) -> None:
        """Nothing more will be sent."""


async def tunnel(client: Call, server: ServerCall, tee: Callable[[bool, bytes], None]) -> WireError | None:
    """Carry bytes both ways until both ends have ended, or one breaks; returns why it broke.

    `tee(from_client, data)` hears every piece before it is sent on. The caller then finishes the call and
    releases the server call, or aborts both when it broke.
    """
    ways = (
        asyncio.ensure_future(_carry(client, server, lambda data: tee(True, data))),
        asyncio.ensure_future(_carry(server, client, lambda data: tee(False, data))),
    )
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for way in ways:
            way.cancel()
        ends = await asyncio.gather(*ways, return_exceptions=True)
    broken = None
    for end in ends:
        if isinstance(end, WireError):
            broken = broken or end
        elif isinstance(end, Exception):
            raise end
    return broken


async def _carry(source: End, target: End, hear: Callable[[bytes], None]) -> None:
    while data := await source.read_raw():
        hear(data)
        await target.write_raw(data)
    target.end_raw()
