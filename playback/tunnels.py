"""The port of a forward proxy that leads nowhere: CONNECT is answered, TLS is ended here, and an App answers.

Plain calls name their whole URL in the request line (RFC 9112 3.2.2); inside a tunnel the CONNECT has named the
origin. There is no way from here to any other host. Must not know: recordings. Read next: authority.py, hermetic.py.
"""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from wire.app import Connections
from wire.limits import Limits
from wire.server import ServerProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from playback.authority import Authority
    from wire.app import App

_CONNECT = b"CONNECT "
_TARGET = re.compile(rb"CONNECT (?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):([0-9]{1,5}) HTTP/1\.[01]\r?\n")
_OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_REFUSED = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TLS_HANDSHAKE = 0x16
_MOST_HEAD = 64 * 1024
_WAIT_S = 10.0
_LEAVE_S = 1.0


class Tunnels:
    """A listening port. `app_for(origin)` answers the calls of a connection; "" when each call names its origin."""

    def __init__(self, app_for: Callable[[str], App], authority: Authority) -> None:
        self._app_for = app_for
        self._authority = authority
        self._connections = Connections()
        self._limits = Limits()
        self._tasks: set[asyncio.Task[None]] = set()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]

    def open(self) -> None:
        """Take connections from now on."""
        self._start(self._accept())

    async def close(self) -> None:
        """Take no more, and end those that are open."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._socket.close()
        for connection in tuple(self._connections.open):
            connection.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVE_S):
                await self._connections.ended()

    def _start(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]  # a coroutine of ours
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._socket)
            connection.setblocking(False)
            self._start(self._serve(connection))

    async def _serve(self, connection: socket.socket) -> None:
        """Find out what the client wants, and hand its connection to the wire. It is ours until then."""
        try:
            async with asyncio.timeout(_WAIT_S):
                first = await _peek(connection, len(_CONNECT))
                if first != _CONNECT:
                    await self._hand_over(connection, "", None)
                    return
                where = _TARGET.match(await _read_head(connection))
                if where is None:
                    await asyncio.get_running_loop().sock_sendall(connection, _REFUSED)
                    connection.close()
                    return
                await self._through(connection, (where[1] or where[2]).decode("ascii").lower(), int(where[3]))
        except (OSError, TimeoutError):  # the client left, does not trust us, or says nothing
            connection.close()
        except asyncio.CancelledError:
            connection.close()
            raise

    async def _through(self, connection: socket.socket, host: str, port: int) -> None:
        """A tunnel: what comes inside is TLS or plain HTTP, and its first byte says which."""
        await asyncio.get_running_loop().sock_sendall(connection, _OPENED)
        first = await _peek(connection, 1)
        secure = first[:1] == bytes((_TLS_HANDSHAKE,))
        await self._hand_over(connection, origin("https" if secure else "http", host, port), host if secure else None)

    async def _hand_over(self, connection: socket.socket, named: str, host: str | None) -> None:
        app = self._app_for(named)
        context = self._authority.context(host) if host is not None else None
        kind = ServerProtocol if context is None else _Secured
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: kind(app, self._limits, connections=self._connections), connection, ssl=context
        )


class _Secured(ServerProtocol):
    """A connection inside TLS, which has no half-closed state in asyncio: a client that ends has left."""

    def eof_received(self) -> bool:
        """As without TLS, but our side ends too."""
        super().eof_received()
        return False


def origin(scheme: str, host: str, port: int | None) -> str:
    """Scheme, host and port as recordings name them: without what is usual."""
    usual = port in {None, {"http": 80, "https": 443}.get(scheme)}
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown.lower()}" + ("" if usual else f":{port}")


async def _peek(connection: socket.socket, size: int) -> bytes:
    """The first bytes of what waits, left where they are; a client that sends less at once sends no CONNECT."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    descriptor = connection.fileno()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
    return connection.recv(size, socket.MSG_PEEK)


async def _read_head(connection: socket.socket) -> bytes:
    """A CONNECT with its fields; the client waits for the answer before it says more (RFC 9110 9.3.6)."""
    loop = asyncio.get_running_loop()
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _MOST_HEAD:
        piece = await loop.sock_recv(connection, 4096)
        if not piece:
            break
        head += piece
    return head
