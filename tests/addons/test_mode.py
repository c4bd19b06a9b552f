from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from mitmproxy.proxy import mode_servers, mode_specs

from addons.mode import FcInstance, FcMode


def test_the_mode_is_known_to_mitmproxy() -> None:
    mode = mode_specs.ProxyMode.parse("fc:http://127.0.0.1:9123@8090")
    assert isinstance(mode, FcMode)
    assert mode.address == ("127.0.0.1", 9123)
    assert mode.listen_port() == 8090
    assert isinstance(mode_servers.ServerInstance.make(mode, cast("Any", None)), FcInstance)


def test_without_an_address_the_server_is_where_fc_s_is() -> None:
    mode = mode_specs.ProxyMode.parse("fc")
    assert isinstance(mode, FcMode)
    assert mode.address == ("127.0.0.1", 9000)
    assert mode.description == "Function Compute gateway for http://127.0.0.1:9000"


def test_the_server_is_reached_over_http() -> None:
    with pytest.raises(ValueError, match="over http, not https"):
        mode_specs.ProxyMode.parse("fc:https://127.0.0.1:9000")


def test_the_port_is_opened_with_our_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        made = asyncio.Event()

        def make() -> asyncio.Protocol:
            made.set()
            return asyncio.Protocol()

        monkeypatch.setattr(FcInstance, "make_protocol", make)
        instance = FcInstance(cast("Any", mode_specs.ProxyMode.parse("fc")), cast("Any", None))
        (server,) = await instance.listen("127.0.0.1", 0)
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        await made.wait()
        writer.close()
        server.close()

    asyncio.run(test())


def test_the_mode_needs_the_addon() -> None:
    instance = FcInstance(cast("Any", mode_specs.ProxyMode.parse("fc")), cast("Any", None))
    with pytest.raises(OSError, match=r"addons/fc\.py"):
        asyncio.run(instance.listen("127.0.0.1", 0))
