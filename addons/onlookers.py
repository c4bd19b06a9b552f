"""Who besides us wants to see the traffic of the fc mode as flows, and showing it to them.

When nobody does, no flow is ever built. Must not know: how an exchange was made. Read next: adapt.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mitmproxy import addonmanager, http
from mitmproxy.proxy.layers.http._hooks import (
    HttpErrorHook,
    HttpRequestHeadersHook,
    HttpRequestHook,
    HttpResponseHeadersHook,
    HttpResponseHook,
)

from addons.adapt import to_flow
from gateway.messages import BodyRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.exchange import Exchange
    from store.spool import Spool

FLOW_HOOKS = ("requestheaders", "request", "responseheaders", "response", "error")
FLOW_OPTIONS = ("save_stream_file", "hardump")
"""Options of mitmproxy's own addons that ask for flows."""

ACTING_OPTIONS = ("modify_body", "modify_headers", "map_local", "map_remote", "block_list", "intercept")
"""Options that would change flows, which the fc mode does not offer; a warning says so."""

LARGEST_BODY = 8 * 1024 * 1024


class Onlookers:
    """Shows ended exchanges to the addons that want flows. `look` again after options or scripts changed."""

    def __init__(self, master: Any, own: object) -> None:
        self._master = master
        self._own = own
        self._queue: set[asyncio.Task[None]] = set()
        self.present = False

    def look(self) -> None:
        """Find out whether anybody wants flows."""
        options = self._master.options
        self.present = (
            any(getattr(options, name, None) for name in FLOW_OPTIONS)
            or self._master.addons.get("view") is not None
            or any(wants_flows(addon) for addon in self._scripts())
        )

    def without_effect(self) -> list[str]:
        """Options in use that would change flows and cannot change a call of the fc mode."""
        return [name for name in ACTING_OPTIONS if getattr(self._master.options, name, None)]

    def _scripts(self) -> Iterable[object]:
        loader = self._master.addons.get("scriptloader")
        if loader is None:
            return ()
        return (addon for addon in addonmanager.traverse(loader.addons) if addon is not self._own)

    def show(self, exchange: Exchange, server: tuple[str, int], spools: list[Spool]) -> None:
        """Build the flow now, while its bodies are at hand, and fire the usual hooks in their order."""
        bodies = {spool.body(): spool for spool in spools if isinstance(spool.body(), BodyRef)}

        def read_body(ref: BodyRef) -> bytes | None:
            spool = bodies.get(ref)
            return b"".join(spool.pieces()) if spool is not None and ref.size <= LARGEST_BODY else None

        if exchange.client.request is None:
            return
        task = asyncio.get_running_loop().create_task(self._fire(to_flow(exchange, server, read_body)))
        self._queue.add(task)
        task.add_done_callback(self._queue.discard)

    async def drain(self) -> None:
        """Wait until everything shown has been seen."""
        if self._queue:
            await asyncio.wait(self._queue)

    async def _fire(self, shown: http.HTTPFlow) -> None:
        hooks: list[Any] = [HttpRequestHeadersHook(shown), HttpRequestHook(shown)]
        if shown.response is not None:
            hooks += [HttpResponseHeadersHook(shown), HttpResponseHook(shown)]
        elif shown.error is not None:
            hooks.append(HttpErrorHook(shown))
        for hook in hooks:
            await self._master.addons.handle_lifecycle(hook)


def wants_flows(addon: object) -> bool:
    """A user's script (or an addon in it) that has a hook for flows."""
    return any(callable(getattr(addon, name, None)) for name in FLOW_HOOKS)
