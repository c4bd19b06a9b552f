"""A WebSocket echo on the websockets library: `python echo_websockets.py PORT`."""

from __future__ import annotations

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, serve


async def echo(connection: ServerConnection) -> None:
    """Every message comes back, until the other side closes."""
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    async with serve(echo, "127.0.0.1", int(sys.argv[1]), max_size=None) as server:
        await server.serve_forever()


asyncio.run(main())
