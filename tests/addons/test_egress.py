"""The port itself; its calls are tested on the real proxy in tests/live/test_egress.py."""

from __future__ import annotations

import asyncio
import socket

import pytest
from mitmproxy.proxy import mode_specs
from mitmproxy.test import tflow

from addons.egress import HOST, MODE, Egress
from addons.refusal import Exit, StartRefused


def test_a_taken_port_is_refused_in_one_line() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartRefused, match=f"fc_egress={port} cannot be opened") as refused:
            Egress(port, ())
    assert refused.value.code is Exit.PORT


def test_it_is_open_on_loopback_alone_and_gone_after_the_stop() -> None:
    egress = Egress(0, ("127.0.0.1:9000",))
    named = dict(egress.variables)
    assert named["HTTP_PROXY"] == f"http://127.0.0.1:{egress.port}"
    assert egress._socket.getsockname()[0] == HOST
    folder = egress._folder
    assert folder.stat().st_mode & 0o777 == 0o700
    asyncio.run(egress.stop())
    assert not folder.exists()


def test_only_its_own_connections_are_its_own() -> None:
    egress = Egress(0, ())
    client = tflow.tflow().client_conn
    client.proxy_mode = mode_specs.ProxyMode.parse("regular@8081")
    assert not egress.owns(client)
    client.proxy_mode = MODE
    assert egress.owns(client)
    asyncio.run(egress.stop())
