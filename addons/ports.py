"""Opening the right ports, and no other.

mitmproxy asks for its default listener (a regular proxy on every interface) before it loads a script; that
one is called off before it is bound. Must not know: what is served. Read next: mode.py.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx
from mitmproxy.addons.proxyserver import Servers
from mitmproxy.proxy import mode_specs

from addons.refusal import Exit, StartRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

SETUP_TASK = "setup_servers"
"""The name that mitmproxy's Master gives to the task that opens the listeners of its first options."""


def forget_default_listener() -> None:
    """Cancel the listeners that are still being set up, so that none of them is ever bound."""
    proxyserver: Any = ctx.master.addons.get("proxyserver")
    for task in asyncio.all_tasks():
        if task.get_name() == SETUP_TASK and not task.done():
            task.cancel()
            fresh = Servers(proxyserver)
            fresh.changed = proxyserver.servers.changed
            proxyserver.servers = fresh


async def open_all() -> None:
    """Open the listeners of the present modes. Raises StartRefused(PORT)."""
    proxyserver: Any = ctx.master.addons.get("proxyserver")
    if not ctx.options.server or await proxyserver.setup_servers():
        return
    raise StartRefused(Exit.PORT, "the port could not be opened, see the line above; try another --listen-port")


def check_free(modes: Sequence[str], host: str, port: int | None) -> None:
    """Refuse, before anything is started, a port that somebody else has. Raises StartRefused."""
    for text in modes:
        try:
            mode = mode_specs.ProxyMode.parse(text)
        except ValueError as error:
            raise StartRefused(Exit.OPTION, f"the mode {text!r} is not possible: {error}") from error
        listen_port = mode.listen_port(port)
        if listen_port and mode.transport_protocol != "udp":
            _check_address(mode.listen_host(host), listen_port)


def _check_address(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "another program listens there" if taken else error.strerror or str(error)
        raise StartRefused(
            Exit.PORT,
            f"port {port} on {host} cannot be opened: {reason}; choose another with --listen-port {port + 10}",
        ) from error
