"""How much may wait for the recorder: counts and bytes, and those who are held until there is room.

Lives on the event loop alone. Must not know: what waits. Read next: writer.py.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from gateway.messages import BodyRef

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.messages import Body

MAX_QUEUED = 4096
"""Exchanges that may wait before ready() holds the next one."""

MAX_QUEUED_BYTES = 64 * 1024 * 1024
"""Body bytes in memory that may wait before ready() holds the next one."""

_HEAD_BYTES = 4096


class Bounds:
    """Counts what is queued. `take` and `give_back` in pairs; `ready` before something is let in."""

    def __init__(self) -> None:
        self._count = self._bytes = 0
        self._held: deque[asyncio.Future[None]] = deque()

    def take(self, weight: int) -> None:
        """Something of this many bytes is queued."""
        self._count += 1
        self._bytes += weight

    def give_back(self, weight: int) -> None:
        """It is not any more."""
        self._count -= 1
        self._bytes -= weight

    async def ready(self) -> None:
        """Wait while too much is queued."""
        while self._is_full():
            held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._held.append(held)
            await held

    def let_in(self) -> None:
        """Wake all who are held, when there is room: each looks again at the bounds before it goes on."""
        while self._held and not self._is_full():
            held = self._held.popleft()
            if not held.done():
                held.set_result(None)

    def _is_full(self) -> bool:
        return self._count >= MAX_QUEUED or self._bytes >= MAX_QUEUED_BYTES


def weight_of(exchange: Exchange) -> int:
    """Bytes that waiting keeps in memory, roughly: bodies, and 4 KiB for the rest."""
    weight = _HEAD_BYTES
    for body in _bodies(exchange):
        if isinstance(body, bytes):
            weight += len(body)
    return weight


def has_bodies_elsewhere(exchange: Exchange) -> bool:
    """Whether it names bodies that somebody must hold for it."""
    return any(isinstance(body, BodyRef) for body in _bodies(exchange))


def _bodies(exchange: Exchange) -> list[Body]:
    views = [exchange.client, exchange.server] if exchange.server else [exchange.client]
    return [message.body for view in views for message in (view.request, view.response) if message]
