"""What a server connection needs from the program around it: an App that answers, a register of connections.

Must not know: what is answered. Read next: server.py (who calls these), call.py.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from gateway.messages import Request
    from wire.call import Call
    from wire.server import ServerProtocol


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request could not be read. The App answers on the Call it comes with, and the connection ends.

    `kind`: malformed, version, ambiguous-framing, head-too-large, slow-head or cut-head (the client ended
    inside it). `text`: the plain reason. `raw`: what was received, at most Limits.head_bytes. `head`: set when
    it could be parsed before it was refused.
    """

    kind: str
    text: str
    raw: bytes
    head: Request | None = None


class App(Protocol):
    """What answers calls. Both coroutines must finish the call's answer, or abort it."""

    async def handle(self, call: Call) -> None:
        """Answer a request."""

    async def reject(self, call: Call, fault: Fault) -> None:
        """Answer, and record, what could not be read as a request."""


class Connections:
    """The open client connections of one listener, so that it can refuse too many and end them in order."""

    def __init__(self) -> None:
        self.open: set[ServerProtocol] = set()
        self.refused = 0
        self._none_left = asyncio.Event()
        self._none_left.set()

    def add(self, connection: ServerProtocol) -> bool:
        """Whether one more is allowed; counts those that are not."""
        if len(self.open) >= connection.limits.connections:
            self.refused += 1
            return False
        self.open.add(connection)
        self._none_left.clear()
        return True

    def discard(self, connection: ServerProtocol) -> None:
        """A connection is over."""
        self.open.discard(connection)
        if not self.open:
            self._none_left.set()

    def retire(self) -> None:
        """End the connections that serve no call now, and each other one after its answer."""
        for connection in tuple(self.open):
            connection.retire()

    async def ended(self) -> None:
        """Wait until every connection is over; put a time limit around it."""
        await self._none_left.wait()
