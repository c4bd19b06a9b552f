"""The fc-replay addon: `mitmdump -s addons/fc.py`. Options, start, stop, hooks; no decisions.

Must not know: FC rules (gateway/), how calls proceed (connection.py). Read next: service.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

# mitmproxy puts this script's own folder on the import path, not the project's.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mitmproxy import ctx, exceptions

from addons import options, process
from addons.refusal import StartRefused, leave
from addons.service import Service

if TYPE_CHECKING:
    from mitmproxy import http
    from mitmproxy.addonmanager import Loader
    from mitmproxy.connection import Client
    from mitmproxy.proxy.layer import NextLayer
    from mitmproxy.proxy.server_hooks import ServerConnectionHookData
    from mitmproxy.tls import TlsData

    from addons.egress import Egress


class FunctionCompute:
    """The addon that mitmproxy talks to."""

    def __init__(self) -> None:
        self._service: Service | None = None
        self._fixed = False

    def load(self, loader: Loader) -> None:
        """Make the options known."""
        process.show_anything()
        try:
            options.read_values(loader.master.options.deferred)
        except StartRefused as refused:
            leave(refused)
        options.register(loader)

    def configure(self, updated: set[str]) -> None:
        """At the start: check everything and take the recording, before any port is open."""
        if self._fixed:
            self._changed(updated)
            return
        self._fixed = True
        try:
            options.check_names(ctx.options.deferred)
            self._service = Service.prepare(self)
        except StartRefused as refused:
            leave(refused)

    def _changed(self, updated: set[str]) -> None:
        fixed = sorted(updated & options.NAMES)
        if fixed and self._service is not None and self._service.started:
            raise exceptions.OptionsError(f"{fixed[0]} is read at the start; stop the proxy and start it again")
        if self._service is not None:
            self._service.onlookers.look()

    async def running(self) -> None:
        """Open the port."""
        if self._service is not None:
            try:
                await self._service.start()
            except StartRefused as refused:
                await self._service.stop()
                leave(refused)

    async def done(self) -> None:
        """Finish what is under way and close the recording."""
        if self._service is not None:
            await self._service.stop()
            self._service = None

    def next_layer(self, nextlayer: NextLayer) -> None:
        """See hooks.py."""
        if self._service is not None:
            self._service.hooks.next_layer(nextlayer)

    def server_connected(self, data: ServerConnectionHookData) -> None:
        """See hooks.py."""
        if self._service is not None and not self._is_egress(data.client):
            self._service.hooks.server_connected(data)

    def server_disconnected(self, data: ServerConnectionHookData) -> None:
        """See hooks.py."""
        if self._service is not None:
            self._service.hooks.server_disconnected(data)

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """See hooks.py, or egress.py for a call of the function's own."""
        if (egress := self._egress_of(flow)) is not None:
            await egress.requestheaders(flow)
        elif self._service is not None and flow.live:
            self._service.hooks.requestheaders(flow)

    async def request(self, flow: http.HTTPFlow) -> None:
        """See hooks.py and egress.py."""
        if (egress := self._egress_of(flow)) is not None:
            await egress.request(flow)
        elif self._service is not None and flow.live:
            self._service.hooks.request(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """See hooks.py and egress.py."""
        if (egress := self._egress_of(flow)) is not None:
            egress.responseheaders(flow)
        elif self._service is not None and flow.live:
            self._service.hooks.responseheaders(flow)

    async def response(self, flow: http.HTTPFlow) -> None:
        """See egress.py."""
        if (egress := self._egress_of(flow)) is not None:
            await egress.response(flow)

    async def error(self, flow: http.HTTPFlow) -> None:
        """See egress.py."""
        if (egress := self._egress_of(flow)) is not None:
            await egress.error(flow)

    def tls_failed_client(self, data: TlsData) -> None:
        """See egress.py."""
        if self._service is not None and self._service.egress is not None and self._is_egress(data.context.client):
            self._service.egress.tls_failed_client(data)

    def _egress_of(self, flow: http.HTTPFlow) -> Egress | None:
        """What handles a flow that the function itself began, None for every other."""
        if self._service is None or self._service.egress is None or flow.is_replay:
            return None
        return self._service.egress if self._service.egress.owns(flow.client_conn) else None

    def _is_egress(self, client: Client) -> bool:
        return self._service is not None and self._service.egress is not None and self._service.egress.owns(client)


addons = [FunctionCompute()]
