"""The way into the gateway for what comes out of mitmproxy's own stack: TLS, HTTP/2, its other modes.

mitmproxy ends TLS (and HTTP/2) and connects, as to any server, to a loopback port of ours; only connections
that mitmproxy itself made are served there. So the same code answers every client, with the same limits,
errors, streaming and records. Must not know: FC rules. Read next: hooks.py, peers.py.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from mitmproxy import ctx
from mitmproxy.proxy import layers, mode_servers, mode_specs

from wire.limits import Limits
from wire.server import App, Connections, ServerProtocol

if TYPE_CHECKING:
    from mitmproxy.connection import Client

    from addons.peers import Peers


class Inner:
    """The loopback port. `address` is known once it is open."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers
        self._server: asyncio.Server | None = None
        self._handlers: set[asyncio.Task[None]] = set()
        self._handshake_s = Limits().head_seconds
        self.address: tuple[str, int] = ("127.0.0.1", 0)

    async def open(self, app: App, limits: Limits, connections: Connections) -> None:
        """Listen on a free port of 127.0.0.1; what is served there counts among `connections`.

        mitmproxy passes on as the end of one side what was the end of the client's whole connection, so here the
        first always means the second.
        """
        self._handshake_s = limits.head_seconds
        limits = replace(limits, half_close_seconds=0)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: InnerDoor(app, limits, self._peers, connections), "127.0.0.1", 0
        )
        self.address = self._server.sockets[0].getsockname()[:2]

    def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    def take_tls(self, transport: asyncio.Transport, data: bytes) -> None:
        """Hand a client's connection, of which `data` was already read, to mitmproxy's TLS layer."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(data)
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        task = loop.create_task(self._through_mitmproxy(reader, writer))
        self._handlers.add(task)
        task.add_done_callback(self._handlers.discard)

    async def _through_mitmproxy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self.address
        mode = mode_specs.ProxyMode.parse(f"reverse:http://{host}:{port}")
        handler = mode_servers.ProxyConnectionHandler(ctx.master, reader, writer, ctx.options, mode)
        context = handler.layer.context
        handler.layer = layers.modes.ReverseProxy(context)
        manager: Any = ctx.master.addons.get("proxyserver")
        late = asyncio.get_running_loop().call_later(self._handshake_s, close_unless_ready, context.client, writer)
        try:
            with manager.register_connection(context.client.id, handler):
                await handler.handle_client()
        finally:
            late.cancel()


def close_unless_ready(client: Client, writer: asyncio.StreamWriter) -> None:
    """Close a connection whose TLS handshake has not come to its end, as a slow head is closed (reliability D9)."""
    if not client.tls_established:
        writer.transport.abort()


class InnerDoor(asyncio.Protocol):
    """Serves mitmproxy's own connections and closes every other."""

    def __init__(self, app: App, limits: Limits, peers: Peers, connections: Connections) -> None:
        self._app = app
        self._limits = limits
        self._connections = connections
        self._peers = peers
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait: mitmproxy tells whom it speaks for after it has connected, and before it sends."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """The first bytes: hand over to the gateway, or close on a stranger."""
        transport = self._transport
        if transport is None:
            return
        if not self._peers.is_inner(transport.get_extra_info("peername")[:2]):
            transport.abort()
            return
        protocol = ServerProtocol(self._app, self._limits, connections=self._connections)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Nothing was begun."""
        self._transport = None
