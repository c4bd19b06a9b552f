"""Opening the right ports, and no other.

mitmproxy asks for its default listener (a regular proxy on every interface) before it loads a script; that
one is taken back. Must not know: what is served. Read next: mode.py.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx
from mitmproxy.addons.proxyserver import Servers
from mitmproxy.proxy import mode_specs

from addons.refusal import Exit, StartRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

_LAST_PORT = 65535

SETUP_TASK = "setup_servers"
"""The name that mitmproxy's Master gives to the task that opens the listeners of its first options."""


def forget_default_listener() -> bool:
    """Call off the listeners of mitmproxy's first options before they are bound. False: it is too late for that.

    It is when listen_host is an IP address: then nothing has to be looked up, and they are bound before a
    script loads, but where the user said. `take_back_default_listener` closes those. Raises StartRefused(PORT)
    when they could not be bound.
    """
    proxyserver: Any = ctx.master.addons.get("proxyserver")
    if _is_ip_address(ctx.options.listen_host):
        for instance in proxyserver.servers:
            if isinstance(instance.last_exception, OSError):
                port = instance.mode.listen_port(ctx.options.listen_port)
                raise _not_free(ctx.options.listen_host, port, instance.last_exception)
        return False
    for task in asyncio.all_tasks():
        if task.get_name().startswith(SETUP_TASK) and not task.done():  # under pytest the name goes on
            task.cancel()
            fresh = Servers(proxyserver)
            fresh.changed = proxyserver.servers.changed
            proxyserver.servers = fresh
    return True


async def take_back_default_listener() -> None:
    """Close the listeners of mitmproxy's first options, if there are any."""
    proxyserver: Any = ctx.master.addons.get("proxyserver")
    await proxyserver.servers.update([])


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


async def open_all() -> None:
    """Open the listeners of the present modes. Raises StartRefused(PORT)."""
    proxyserver: Any = ctx.master.addons.get("proxyserver")
    if not ctx.options.server or await proxyserver.setup_servers():
        return
    raise StartRefused(Exit.PORT, "the port could not be opened, see the line above; try another --listen-port")


def check_free(modes: Sequence[str], host: str, port: int | None) -> None:
    """Refuse, before anything is started, a port that somebody else has or that cannot be. Raises StartRefused."""
    if port is not None and not 0 <= port <= _LAST_PORT:
        raise StartRefused(Exit.OPTION, f"listen_port={port} is not possible: 0 to {_LAST_PORT}")
    for text in modes:
        try:
            mode = mode_specs.ProxyMode.parse(text)
        except ValueError as error:
            raise StartRefused(Exit.OPTION, f"the mode {text!r} is not possible: {error}") from error
        listen_port = mode.listen_port(port)
        if listen_port and mode.transport_protocol != "udp":
            _check_address(mode.listen_host(host), listen_port)


def first_address(modes: Sequence[str], host: str, port: int | None) -> tuple[str, int]:
    """Where clients find the first mode, as a URL names it."""
    mode = mode_specs.ProxyMode.parse(modes[0])
    found = mode.listen_host(host) or "127.0.0.1"
    return f"[{found}]" if ":" in found else found, mode.listen_port(port) or 0


def _check_address(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise _not_free(host, port, error) from error


def _not_free(host: str, port: int, error: OSError) -> StartRefused:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return StartRefused(
            Exit.PORT,
            f"listen_host={host} is no address of this machine: {error.strerror}; --listen-host 127.0.0.1 is for this "
            "machine alone, 0.0.0.0 for the network too",
        )
    taken = error.errno == errno.EADDRINUSE
    reason = "another program listens there" if taken else error.strerror or str(error)
    return StartRefused(
        Exit.PORT, f"port {port} on {host} cannot be opened: {reason}; choose another with --listen-port {port + 10}"
    )
