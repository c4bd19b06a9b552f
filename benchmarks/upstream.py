"""A small fast HTTP/1.1 server to stand behind the proxies: every request gets the same short answer.

Prints its port on the first line and serves until it is stopped. Must not know: what is measured.
"""

from __future__ import annotations

import asyncio

import httptools

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!"


class Upstream(asyncio.Protocol):
    """One connection; answers when a message is complete, bodies are counted by the parser and dropped."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a connection."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's own contract, for the type checker
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        """Hand bytes to the parser, which calls on_message_complete."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Answer."""
        self._transport.write(ANSWER)


async def main() -> None:
    """Serve on a free port."""
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
