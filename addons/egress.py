"""fc_egress: a port on loopback through which the function's own calls go out, each recorded as an exchange.

It is mitmproxy's regular mode, with mitmproxy's own stack and CA. A call has its intent on disk before its first
byte goes out, and its end before the function has the end of the answer. Where it goes is the function's choice, as
it is without us. Must not know: FC rules. Read next: outgoing.py (one call), causes.py (whose it is), outward.py.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx, http
from mitmproxy.proxy import layers, mode_servers, mode_specs

from addons.causes import Causes
from addons.draft import Draft
from addons.outgoing import Outgoing, reason
from addons.refusal import Exit, StartRefused
from gateway.exchange import Failure
from instance import outward

if TYPE_CHECKING:
    from mitmproxy.connection import Client
    from mitmproxy.tls import TlsData

    from addons.desk import Desk
    from addons.recorder import Unwritten
    from gateway.exchange import Exchange

logger = logging.getLogger(__name__)

MODE = mode_specs.ProxyMode.parse("regular@127.0.0.1:0")
"""Of every connection to this port; by identity, so that the user's own regular mode stays the gateway's."""

HOST = "127.0.0.1"
STOP_S = 2.0
"""Calls under way are recorded within this time once the function has been stopped."""


class Egress:
    """The port and the calls that go through it. `variables` is what the function's program needs to use it."""

    def __init__(self, port: int, direct: tuple[str, ...]) -> None:
        """`direct`: `host:port` of what the program shall reach without us. Raises StartRefused(PORT)."""
        self._socket = _listening(port)
        self.port: int = self._socket.getsockname()[1]
        self._folder = Path(tempfile.mkdtemp(prefix="fc-replay-"))
        self._bundle = self._folder / "trusted.pem"
        proxies = outward.proxy_variables(self.port, direct, os.environ)
        self.variables = tuple({**proxies, **outward.bundle_variables(self._bundle)}.items())
        self.causes = Causes()
        self._desk: Desk | None = None
        self._server: asyncio.Server | None = None
        self._handlers: set[asyncio.Task[None]] = set()
        self._calls: dict[str, Outgoing] = {}
        self._distrusted: set[str] = set()

    async def open(self, desk: Desk) -> None:
        """Write the file of CAs and serve; before the program starts, because it may call out at once."""
        self._desk = desk
        self._write_bundles()
        self._server = await asyncio.start_server(self._connected, sock=self._socket)

    def _write_bundles(self) -> None:
        theirs = outward.developers_bundles(os.environ)
        ours = Path(ctx.options.confdir).expanduser() / "mitmproxy-ca-cert.pem"
        outward.write_bundle(self._bundle, [outward.system_bundle(), *theirs, ours])
        if theirs and not ctx.options.ssl_verify_upstream_trusted_ca:
            # The servers that the developer's own CAs vouch for are vouched for here too.
            upstream = self._folder / "upstream.pem"
            outward.write_bundle(upstream, [outward.system_bundle(), *theirs])
            ctx.options.update(ssl_verify_upstream_trusted_ca=str(upstream))

    async def stop(self) -> None:
        """Take no more calls, and record those under way; the function has been stopped before."""
        if self._server is not None:
            self._server.close()
        self._socket.close()
        for task in self._handlers:
            task.cancel()
        if self._handlers:
            await asyncio.wait(self._handlers, timeout=STOP_S)
        for flow_id in tuple(self._calls):
            await self._failed(self._calls[flow_id].flow, Failure.CLOSED, "fc-replay was stopped before the answer")
        shutil.rmtree(self._folder, ignore_errors=True)

    def owns(self, client: Client) -> bool:
        """Whether a connection came in here."""
        return client.proxy_mode is MODE

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = mode_servers.ProxyConnectionHandler(ctx.master, reader, writer, ctx.options, MODE)
        handler.layer = layers.modes.HttpProxy(handler.layer.context)
        manager: Any = ctx.master.addons.get("proxyserver")
        task = asyncio.current_task()
        if task is not None:
            self._handlers.add(task)
            task.add_done_callback(self._handlers.discard)
        with manager.register_connection(handler.layer.context.client.id, handler):
            await handler.handle_client()

    # -- mitmproxy's hooks

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """The head of a call is here: find out whose it is; a body that flows must not flow before its intent."""
        desk = self._desk
        if desk is None:
            return
        if flow.request.port == self.port and flow.request.host in {HOST, "localhost", "::1"}:
            flow.kill()  # it would come in here again, without end
            return
        cause = self.causes.behind(flow.request.data.headers.fields)
        if cause[0] is not None and not cause[0].recorded:
            flow.request.stream = True
            return
        function = desk.config.functions[0].name
        call = Outgoing.begin(desk.recorder.next_id(), flow, cause, function, desk.spool_folder)
        self._calls[flow.id] = call
        if call.let_request_flow():
            await self._intend(call, desk)

    async def request(self, flow: http.HTTPFlow) -> None:
        """The whole request was read; what was held is recorded before it goes out."""
        call = self._calls.get(flow.id)
        if call is None or self._desk is None:
            return
        call.request_ended()
        if call.sent is None:
            await self._intend(call, self._desk)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """The head of the answer is here."""
        call = self._calls.get(flow.id)
        if call is not None:
            call.response_began()
        elif flow.response is not None:
            flow.response.stream = True

    async def response(self, flow: http.HTTPFlow) -> None:
        """The whole answer was read: record it, then let the function have its end."""
        call = self._calls.pop(flow.id, None)
        if call is not None:
            await self._finish(call, call.answered())

    async def error(self, flow: http.HTTPFlow) -> None:
        """There will be no whole answer."""
        await self._failed(flow, *reason(flow))

    def tls_failed_client(self, data: TlsData) -> None:
        """The program does not trust our CA: it looks for its CAs elsewhere, and has to be told."""
        address = data.context.server.address
        name = data.conn.sni or (address[0] if address else "a server")
        if name not in self._distrusted:
            self._distrusted.add(name)
            logger.warning(
                "fc-replay: a call of the function to %s is not recorded: it does not trust the CA; give it %s",
                name,
                self._bundle,
            )

    # -- recording

    async def _intend(self, call: Outgoing, desk: Desk) -> None:
        unwritten = await desk.recorder.intent(desk.stamped(call.opened()))
        if unwritten is not None and unwritten.refuse:
            await self._refuse(call, unwritten)

    async def _refuse(self, call: Outgoing, unwritten: Unwritten) -> None:
        """Nothing goes out that cannot be recorded (fc_on_store_failure=refuse)."""
        self._calls.pop(call.flow.id, None)
        if self._desk is not None:
            self._desk.recorder.later(self._desk.stamped(call.failed(Failure.STORE, unwritten.reason)))
        if call.sent is not None:
            call.flow.kill()
        else:
            call.flow.response = http.Response.make(503, f"fc-replay cannot record this call: {unwritten.reason}\n")
        call.close()

    async def _failed(self, flow: http.HTTPFlow, failure: Failure, text: str) -> None:
        call = self._calls.pop(flow.id, None)
        if call is not None:
            await self._finish(call, call.failed(failure, text))

    async def _finish(self, call: Outgoing, exchange: Exchange) -> None:
        if self._desk is not None:
            stamped = self._desk.stamped(exchange)
            await self._desk.recorder.finish(stamped, call.spools)
            shown = Draft(stamped.facts, call.start_ns, stamped.client.request, has_flow=True)
            self._desk.ended(stamped, shown)
        call.close()


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port), reuse_port=False)
    except OSError as error:
        raise StartRefused(
            Exit.PORT,
            f"fc_egress={port} cannot be opened on {HOST}: {error.strerror or error}; choose another port",
        ) from error
