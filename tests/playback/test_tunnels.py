"""A proxy that leads nowhere: plain calls, tunnels with and without TLS, and what is no CONNECT."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from gateway.messages import Response
from playback.authority import Authority
from playback.tunnels import Tunnels, origin

if TYPE_CHECKING:
    from pathlib import Path

    from wire.app import Fault
    from wire.call import Call


class Echo:
    """Answers with where it was asked and for what."""

    def __init__(self, named: str) -> None:
        self.named = named

    async def handle(self, call: Call) -> None:
        body = self.named.encode() + b" " + call.head.target
        call.send(Response(200, b"OK", ((b"Content-Length", b"%d" % len(body)),), body))

    async def reject(self, call: Call, fault: Fault) -> None:
        del fault
        call.close_after = True
        call.send(Response(400, b"Bad", ((b"Content-Length", b"0"),)))


async def exchange(port: int, *says: bytes, tls: ssl.SSLContext | None = None) -> bytes:
    """Say each in turn, reading one answer after each; TLS begins after the first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = b""
    for number, data in enumerate(says):
        if number == 1 and tls is not None:
            await writer.start_tls(tls, server_hostname="api.example.test")
        writer.write(data)
        found = await reader.readuntil(b"\r\n\r\n")
        length = int(found.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        found += await reader.readexactly(length)
    writer.close()
    return found


def run(folder: Path, *says: bytes, secure: bool = False) -> bytes:
    async def test() -> bytes:
        authority = Authority(folder)
        tunnels = Tunnels(Echo, authority)
        tunnels.open()
        tls = ssl.create_default_context(cafile=str(authority.bundle)) if secure else None
        try:
            async with asyncio.timeout(10):
                return await exchange(tunnels.port, *says, tls=tls)
        finally:
            await tunnels.close()

    return asyncio.run(test())


GET = b"GET /a HTTP/1.1\r\nHost: api.example.test\r\n\r\n"


def test_a_plain_call_names_its_whole_url(tmp_path: Path) -> None:
    said = b"GET http://h.test/a HTTP/1.1\r\nHost: h.test\r\n\r\n"
    assert run(tmp_path, said).endswith(b"\r\n\r\n http://h.test/a")


@pytest.mark.parametrize(
    ("port", "secure", "expected"),
    [
        pytest.param(443, True, b"https://api.example.test /a", id="tls"),
        pytest.param(8443, True, b"https://api.example.test:8443 /a", id="tls-on-another-port"),
        pytest.param(80, False, b"http://api.example.test /a", id="plain-inside"),
    ],
)
def test_a_tunnel_has_named_the_origin(tmp_path: Path, port: int, secure: bool, expected: bytes) -> None:
    connect = b"CONNECT API.example.test:%d HTTP/1.1\r\nHost: x\r\n\r\n" % port
    assert run(tmp_path, connect, GET, secure=secure).endswith(expected)


@pytest.mark.parametrize("said", [b"CONNECT nowhere HTTP/1.1\r\n\r\n", b"CONNECT a b:1 HTTP/1.1\r\n\r\n"])
def test_what_is_no_connect_is_refused(tmp_path: Path, said: bytes) -> None:
    assert run(tmp_path, said).startswith(b"HTTP/1.1 400")


def test_a_client_that_does_not_trust_it_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        tunnels = Tunnels(Echo, Authority(tmp_path))
        tunnels.open()
        connect = b"CONNECT api.example.test:443 HTTP/1.1\r\nHost: x\r\n\r\n"
        with pytest.raises(ssl.SSLError):
            await exchange(tunnels.port, connect, GET, tls=ssl.create_default_context())
        await tunnels.close()

    asyncio.run(test())
    assert not caplog.records


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("http", "H.test", 80), "http://h.test"),
        (("https", "h.test", 443), "https://h.test"),
        (("https", "::1", 8443), "https://[::1]:8443"),
        (("http", "h.test", None), "http://h.test"),
    ],
)
def test_an_origin_is_named_as_recordings_name_it(parts: Any, expected: str) -> None:
    assert origin(*parts) == expected
