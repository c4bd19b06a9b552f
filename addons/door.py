"""The first byte of a client's connection decides who speaks on it: our HTTP/1.1, or mitmproxy for TLS.

Must not know: FC rules. Read next: connection.py (plain HTTP/1.1), inner.py (what comes out of TLS).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from wire.server import App, Connections, ServerProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from wire.limits import Limits

TLS_HANDSHAKE = 0x16
"""The record type every TLS connection begins with (RFC 8446 5.1)."""


class FrontDoor(asyncio.Protocol):
    """Waits for one byte, then hands the transport over and is done."""

    def __init__(
        self,
        app: App,
        limits: Limits,
        connections: Connections,
        tls: Callable[[asyncio.Transport, bytes], None],
    ) -> None:
        """`tls(transport, data)` takes over a connection that begins with a TLS handshake."""
        self._app = app
        self._limits = limits
        self._connections = connections
        self._tls = tls
        self._transport: asyncio.Transport | None = None
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock of a connection that says nothing."""
        self._transport = cast("asyncio.Transport", transport)
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(self._limits.idle_seconds, self._transport.close)

    def data_received(self, data: bytes) -> None:
        """Hand over on the first bytes."""
        transport = self._transport
        self._stop_clock()
        if transport is None:
            return
        if data[0] == TLS_HANDSHAKE:
            self._tls(transport, data)
            return
        protocol = ServerProtocol(self._app, self._limits, connections=self._connections)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """A connection that left without a byte leaves nothing behind."""
        self._stop_clock()
        self._transport = None

    def _stop_clock(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
