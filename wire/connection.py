"""Our connection to a server: bytes go to the call that holds it; between calls it must stay silent.

Must not know: HTTP. Read next: client.py, pool.py.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

from wire.alarm import Alarm
from wire.channel import Channel

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from wire.client import ServerCall
    from wire.limits import Limits


class ServerConnection(Channel):
    """A connection to `address`. `call`: who holds it now. `reused`: it has served a call before.

    `rest` ends it when it is idle for too long.
    """

    def __init__(self, address: tuple[str, int], limits: Limits, forget: Callable[[ServerConnection], None]) -> None:
        super().__init__(limits)
        self.address = address
        self.call: ServerCall | None = None
        self.reused = False
        self.rest = Alarm(self.loop, self.close)
        self._forget = forget
        self._poll = select.poll()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The server accepted."""
        super().connection_made(transport)
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN | select.POLLHUP)

    def is_silent(self) -> bool:
        """Whether an idle connection can still be used: not ended, and no byte that nobody asked for."""
        return not self.lost and not self.transport.is_closing() and not self._poll.poll(0)

    def write(self, data: bytes) -> None:
        """Send, unless the connection is over (the call learns that by `ended`)."""
        if not self.lost and not self.transport.is_closing():
            self.transport.write(data)

    def write_eof(self) -> None:
        """End our side."""
        if not self.lost and not self.transport.is_closing():
            self.transport.write_eof()

    def data_received(self, data: bytes) -> None:
        """Bytes of an answer; on an idle connection they belong to nothing, and it ends."""
        if self.call is not None:
            self.call.feed(data)
        else:
            self.abort()

    def eof_received(self) -> None:
        """The server ended its side; nothing more can come, so ours ends too."""
        if self.call is not None:
            self.call.ended("")

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over, in whatever way."""
        super().connection_lost(exc)
        self.rest.close()
        self._forget(self)
        if self.call is not None:
            self.call.ended(f"the connection broke ({exc})" if exc is not None else "")
