"""One TCP connection, whatever it carries: pausing both ways, orderly and hard ends, a peer that takes nothing.

Must not know: HTTP. Read next: server.py and client.py (its two kinds).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from wire.alarm import Alarm

if TYPE_CHECKING:
    from wire.limits import Limits


class Channel(asyncio.Protocol):
    """The part of a connection that server and client share. `lost`: the connection is over."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.loop = asyncio.get_running_loop()
        self.transport = cast(asyncio.Transport, None)  # set before any other callback runs
        self.lost = False
        self._holds: set[str] = set()
        self._writable = asyncio.Event()
        self._writable.set()
        self._stall = Alarm(self.loop, self._check_stall)
        self._unsent = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The connection is over; whoever waits to write learns it."""
        self.lost = True
        self._stall.close()
        self._writable.set()

    def pause_writing(self) -> None:
        """The peer is slower than we are."""
        self._writable.clear()
        self._watch_stall()

    def resume_writing(self) -> None:
        """The peer caught up."""
        self._writable.set()
        self._stall.clear()

    @property
    def writable(self) -> bool:
        """Whether the peer takes what we send."""
        return self._writable.is_set()

    async def drained(self) -> None:
        """Wait until the peer has caught up, or is lost."""
        if not self._writable.is_set():
            await self._writable.wait()

    def hold_reading(self, why: str) -> None:
        """Stop reading from the peer until every `why` is let go."""
        if not self._holds and not self.lost:
            self.transport.pause_reading()
        self._holds.add(why)

    def let_reading(self, why: str) -> None:
        """One reason not to read is over."""
        if why in self._holds:
            self._holds.remove(why)
            if not self._holds and not self.lost and not self.transport.is_closing():
                self.transport.resume_reading()

    def let_reading_all(self) -> None:
        """Read again, whatever the reasons were not to."""
        for why in tuple(self._holds):
            self.let_reading(why)

    def throttle(self, lagging: bool) -> None:
        """The reader of a body lags or caught up."""
        if lagging:
            self.hold_reading("body")
        else:
            self.let_reading("body")

    def close(self) -> None:
        """Send what is written, then end; a peer that takes nothing is cut after stall_seconds."""
        if not self.lost and not self.transport.is_closing():
            self.watch_unsent()
            self.transport.close()

    def watch_unsent(self) -> None:
        """Cut a peer that takes nothing of what is still to be sent."""
        if self.transport.get_write_buffer_size():
            self._watch_stall()

    def abort(self) -> None:
        """Cut the connection now; what is not sent is dropped."""
        if not self.lost:
            self.transport.abort()

    def _watch_stall(self) -> None:
        self._unsent = self.transport.get_write_buffer_size()
        self._stall.set(self.loop.time() + self.limits.stall_seconds)

    def _check_stall(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left and left >= self._unsent:
            self.transport.abort()
        elif left:
            self._watch_stall()
