"""The port itself; its calls are tested on the real proxy in tests/live/test_egress.py."""

from __future__ import annotations

import asyncio
import socket
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from mitmproxy import http
from mitmproxy.proxy import mode_specs
from mitmproxy.test import tflow

from addons.egress import HOST, MODE, Egress
from addons.recorder import Unwritten
from addons.refusal import Exit, StartRefused
from gateway.exchange import Failure, State

if TYPE_CHECKING:
    from gateway.exchange import Exchange


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


class Full:
    """A recorder whose disk is full. `kept`: what is to be written once there is room."""

    def __init__(self, *, refuse: bool) -> None:
        self.refuse = refuse
        self.kept: list[Exchange] = []

    def next_id(self) -> int:
        return 7

    async def intent(self, exchange: Exchange) -> Unwritten | None:
        assert exchange.state is State.OPEN
        return Unwritten("the disk is full", refuse=self.refuse)

    async def finish(self, exchange: Exchange, spools: object) -> None:
        del spools
        self.kept.append(exchange)

    def later(self, exchange: Exchange) -> None:
        self.kept.append(exchange)


def play(recorder: Full, headers: dict[str, str]) -> http.HTTPFlow:
    """One call through the hooks, as mitmproxy fires them."""
    flow = tflow.tflow()
    flow.request.headers.clear()
    flow.request.headers.update(headers)

    async def test() -> None:
        egress = Egress(0, ())
        function = SimpleNamespace(name="web")
        desk = SimpleNamespace(
            recorder=recorder,
            config=SimpleNamespace(functions=(function,)),
            spool_folder=None,
            stamped=lambda exchange: exchange,
            ended=lambda exchange, draft: None,  # noqa: ARG005 - the desk's signature
        )
        egress._desk = desk  # type: ignore[assignment]
        await egress.requestheaders(flow)
        await egress.request(flow)
        if flow.response is None and flow.error is None:
            flow.response = http.Response.make(200, b"told")
            egress.responseheaders(flow)
            await egress.response(flow)
        await egress.stop()

    asyncio.run(test())
    return flow


def test_what_cannot_be_recorded_does_not_go_out() -> None:
    recorder = Full(refuse=True)
    flow = play(recorder, {})
    assert flow.response is not None
    assert (flow.response.status_code, b"the disk is full" in (flow.response.content or b"")) == (503, True)
    assert [(one.state, one.failure) for one in recorder.kept] == [(State.REFUSED, Failure.STORE)]


def test_of_a_body_that_flows_nothing_goes_out_either() -> None:
    recorder = Full(refuse=True)
    flow = play(recorder, {"transfer-encoding": "chunked"})
    assert flow.error is not None
    assert flow.error.msg == flow.error.KILLED_MESSAGE
    assert recorder.kept[0].failure is Failure.STORE


def test_where_calls_go_on_unrecorded_they_do() -> None:
    recorder = Full(refuse=False)
    flow = play(recorder, {})
    assert flow.response is not None
    assert flow.response.status_code == 200
    assert [one.state for one in recorder.kept] == [State.COMPLETE]
