"""The `fc` proxy mode: mitmproxy opens the port, our own protocol answers on it.

A plain HTTP/1.1 call never enters mitmproxy's layers, whose hooks cost twenty times what the call itself
does. Must not know: FC rules. Read next: door.py (the first byte of a connection).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal, cast

from mitmproxy.net import server_spec
from mitmproxy.proxy import layers, mode_servers, mode_specs

if TYPE_CHECKING:
    from collections.abc import Callable

    from mitmproxy.proxy.context import Context
    from mitmproxy.proxy.layer import Layer

DEFAULT_SERVER = "http://127.0.0.1:9000"


class FcMode(mode_specs.ProxyMode):
    """`fc:http://HOST:PORT`: a Function Compute gateway in front of the user's server."""

    transport_protocol: Literal["tcp", "udp", "both"] = "tcp"
    scheme: str
    address: tuple[str, int]

    def __post_init__(self) -> None:
        """Parse the server's address. Raises ValueError, which mitmproxy turns into an options error."""
        self.scheme, self.address = server_spec.parse(self.data or DEFAULT_SERVER, default_scheme="http")
        if self.scheme != "http":
            raise ValueError(f"the user's server is reached over http, not {self.scheme}")

    @property
    def description(self) -> str:
        """What mitmproxy prints: `Function Compute gateway for http://127.0.0.1:9000`."""
        host, port = self.address
        return f"Function Compute gateway for http://{host}:{port}"


class FcInstance(mode_servers.AsyncioServerInstance[FcMode]):
    """One open port of the `fc` mode. `make_protocol` is set by the addon before the mode starts."""

    make_protocol: Callable[[], asyncio.Protocol] | None = None

    async def listen(self, host: str, port: int) -> list[Any]:
        """Open the port with our protocol instead of mitmproxy's stream handler."""
        factory = type(self).make_protocol
        if factory is None:
            raise OSError("the fc mode needs the fc-replay addon: mitmdump -s addons/fc.py")
        server = await asyncio.get_running_loop().create_server(factory, host or "127.0.0.1", port, backlog=1024)
        return [server]

    def make_top_layer(self, context: Context) -> Layer:
        """Connections that mitmproxy handles itself (TLS) are a reverse proxy to it."""
        return cast("Layer", layers.modes.ReverseProxy(context))
