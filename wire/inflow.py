"""A body on its way in: what the socket brought and the reader has not taken yet, bounded by pausing the socket.

Must not know: framing, HTTP. Read next: call.py and client.py (the two readers).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Inflow:
    """A queue of pieces with one reader. `throttle` is told True when the reader lags, False when it caught up.

    `held`: bytes that wait here. `received`: bytes that ever came. `ended`: the last one is in.
    Pieces that came before an error are still given out first.
    """

    __slots__ = ("_bound", "_error", "_lagging", "_pieces", "_throttle", "_waiter", "ended", "held", "received")

    def __init__(self, bound: int, throttle: Callable[[bool], None]) -> None:
        self.ended = False
        self.received = 0
        self._bound = bound
        self._throttle = throttle
        self._pieces: deque[bytes] = deque()
        self.held = 0
        self._lagging = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    def put(self, piece: bytes) -> None:
        """One piece came."""
        if not piece:
            return
        self._pieces.append(piece)
        self.held += len(piece)
        self.received += len(piece)
        if self.held > self._bound and not self._lagging:
            self._lagging = True
            self._throttle(True)
        self._wake()

    def end(self) -> None:
        """The body is whole."""
        self.ended = True
        self._wake()

    def fail(self, error: Exception) -> None:
        """No more will come; the first error is the one that counts."""
        if not self.ended and self._error is None:
            self._error = error
            self._wake()

    async def get(self) -> bytes:
        """The next piece, b"" at the end. Raises what `fail` was given."""
        while not self._pieces:
            if self.ended:
                return b""
            if self._error is not None:
                raise self._error
            await self._wait()
        piece = self._pieces.popleft()
        self._taken(len(piece))
        return piece

    async def gather(self, limit: int) -> bool:
        """Hold the whole body here, up to `limit` bytes: True at its end, False when it is larger."""
        self._bound = max(self._bound, limit)
        if self._lagging and self.held <= self._bound:
            self._lagging = False
            self._throttle(False)
        while not self.ended and self.held <= limit:
            if self._error is not None:
                raise self._error
            await self._wait()
        return self.held <= limit

    def take_all(self) -> bytes:
        """Everything that is here now, joined; does not wait."""
        whole = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._taken(self.held)
        return whole

    def _taken(self, size: int) -> None:
        self.held -= size
        if self._lagging and self.held * 2 <= self._bound:
            self._lagging = False
            self._throttle(False)

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
