"""Connections to servers, kept between calls: the newest idle one first, a silent one only.

Must not know: which calls may be repeated; a ClosedEarly says what the caller needs to decide (contract NET-2).
Read next: client.py.
"""

from __future__ import annotations

import asyncio
import os

from wire.client import ServerCall
from wire.connection import ServerConnection
from wire.errors import NotListening
from wire.limits import DEFAULT_LIMITS, Limits

type Address = tuple[str, int]


class Pool:
    """Gives out calls to servers. `limits.idle_seconds` bounds how long an unused connection is kept.

    `closed`: every call was cut by us.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS, *, idle_per_address: int = 64) -> None:
        self._limits = limits
        self._idle_per_address = idle_per_address
        self._idle: dict[Address, list[ServerConnection]] = {}
        self._open: set[ServerConnection] = set()
        self.closed = False

    async def call(self, address: Address) -> ServerCall:
        """A connection of one's own, idle or new. Raises NotListening."""
        connection = self._reuse(address) or await self._connect(address)
        call = ServerCall(connection, self._keep)
        connection.call = call
        return call

    def close_all(self) -> None:
        """Cut every connection, those in use too: their calls break, even where the end of a connection is one."""
        self.closed = True
        for connection in tuple(self._open):
            if connection.call is not None:
                connection.call.abort()
            else:
                connection.abort()
        self._idle.clear()

    def _reuse(self, address: Address) -> ServerConnection | None:
        idle = self._idle.get(address)
        while idle:
            connection = idle.pop()
            if connection.is_silent():
                connection.reused = True
                connection.rest.clear()
                return connection
            connection.close()
        return None

    async def _connect(self, address: Address) -> ServerConnection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._limits.connect_seconds):
                _, connection = await loop.create_connection(
                    lambda: ServerConnection(address, self._limits, self._forget), *address
                )
        except TimeoutError:
            raise NotListening(address, f"no answer within {self._limits.connect_seconds:g} s") from None
        except OSError as error:
            raise NotListening(address, os.strerror(error.errno) if error.errno else str(error)) from error
        self._open.add(connection)
        return connection

    def _keep(self, connection: ServerConnection) -> None:
        idle = self._idle.setdefault(connection.address, [])
        if connection.lost or len(idle) >= self._idle_per_address:
            connection.close()
            return
        connection.rest.set(connection.loop.time() + self._limits.idle_seconds)
        idle.append(connection)

    def _forget(self, connection: ServerConnection) -> None:
        self._open.discard(connection)
        idle = self._idle.get(connection.address)
        if idle and connection in idle:
            idle.remove(connection)
