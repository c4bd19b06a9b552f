"""The port of a live page: on loopback alone, and gone when it was told to end.

Must not know: what is served. Read next: guard.py, app.py.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

LOOPBACK = "127.0.0.1"

SETTINGS = {
    "http": "h11",
    "ws": "none",
    "lifespan": "off",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "date_header": False,
    "proxy_headers": False,
    "h11_max_incomplete_event_size": 32 * 1024,
    "limit_concurrency": 64,
    "timeout_keep_alive": 30,
    "timeout_graceful_shutdown": 1,
}
"""One process, one protocol, nothing said about ourselves, nothing taken without a bound."""


def bound(port: int) -> socket.socket:
    """A socket at a port of this machine, 0 for any free one. Raises OSError."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((LOOPBACK, port))
        sock.listen(128)  # whoever is quick waits until the server takes it
    except OSError:
        sock.close()
        raise
    return sock


class _Server(uvicorn.Server):
    """Signals are our caller's: uvicorn would take them and raise them again at the end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: ASGIApp, sock: socket.socket, ended: asyncio.Event) -> None:
    """Serve until `ended`."""
    server = _Server(uvicorn.Config(app, **SETTINGS))  # type: ignore[arg-type] # a table of many types
    serving = asyncio.create_task(server.serve([sock]))
    ending = asyncio.create_task(ended.wait())
    await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    ending.cancel()
    await serving
