from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from mitmproxy.proxy import layers, mode_specs
from mitmproxy.test import tflow

from addons.hooks import StackHooks
from addons.peers import Peer, Peers

INNER = ("127.0.0.1", 4321)


def hooks(peers: Peers | None = None) -> StackHooks:
    return StackHooks(cast("Any", SimpleNamespace(address=INNER)), peers or Peers())


def test_a_request_goes_to_the_gateway_whatever_host_it_names() -> None:
    """Threat T12."""
    flow = tflow.tflow()
    flow.request.host = "evil.test"
    flow.request.headers["host"] = "shop.test"
    hooks().requestheaders(flow)
    assert (flow.request.scheme, flow.request.host, flow.request.port) == ("http", *INNER)
    assert flow.request.headers["host"] == "shop.test"
    assert flow.request.stream


def test_the_authority_of_http2_becomes_host() -> None:
    flow = tflow.tflow()
    flow.request.headers.pop("host", None)
    flow.request.data.authority = b"shop.test"
    hooks().requestheaders(flow)
    assert flow.request.headers.fields[0] == (b"Host", b"shop.test")
    assert flow.request.data.authority == b""


@pytest.mark.parametrize(
    ("version", "length", "body", "expected"),
    [
        pytest.param(b"HTTP/2.0", None, None, "chunked", id="a-body-of-unknown-length-in-chunks"),
        pytest.param(b"HTTP/2.0", None, b"", None, id="no-body-no-framing"),
        pytest.param(b"HTTP/2.0", "3", None, None, id="a-length-is-enough"),
        pytest.param(b"HTTP/1.1", None, None, None, id="http1-says-it-itself"),
    ],
)
def test_a_body_over_http2_keeps_its_end(
    version: bytes, length: str | None, body: bytes | None, expected: str | None
) -> None:
    flow = tflow.tflow()
    flow.request.data.http_version = version
    flow.request.data.content = body
    flow.request.headers.pop("content-length", None)
    if length is not None:
        flow.request.headers["content-length"] = length
    hooks().requestheaders(flow)
    hooks().request(flow)
    assert flow.request.headers.get("transfer-encoding") == expected


def test_an_answer_flows_unbuffered() -> None:
    flow = tflow.tflow(resp=True)
    hooks().responseheaders(flow)
    assert flow.response is not None
    assert flow.response.stream


def connection(address: tuple[str, int], alpn: bytes = b"http/1.1") -> Any:
    mode = mode_specs.ProxyMode.parse(f"reverse:http://{INNER[0]}:{INNER[1]}")
    client = SimpleNamespace(peername=("127.0.0.9", 1), tls_established=True, proxy_mode=mode, alpn=alpn)
    return SimpleNamespace(client=client, server=SimpleNamespace(address=address, sockname=("127.0.0.1", 7)))


def test_mitmproxy_s_connection_to_the_gateway_speaks_for_its_client() -> None:
    peers = Peers()
    hooks(peers).server_connected(connection(INNER))
    assert peers.of(("127.0.0.1", 7)) == Peer("127.0.0.9", secure=True)
    hooks(peers).server_disconnected(connection(INNER))
    assert not peers.is_inner(("127.0.0.1", 7))


def test_a_call_over_http2_has_a_flow_of_mitmproxy_s_own() -> None:
    peers = Peers()
    hooks(peers).server_connected(connection(INNER, b"h2"))
    assert peers.of(("127.0.0.1", 7)).has_flow


def test_connections_elsewhere_are_not_ours() -> None:
    peers = Peers()
    hooks(peers).server_connected(connection(("192.0.2.1", 80)))
    assert not peers.is_inner(("127.0.0.1", 7))


@pytest.mark.parametrize(
    ("address", "alpn", "changed"),
    [
        pytest.param(INNER, b"http/1.1", True, id="http1-is-passed-on-byte-by-byte"),
        pytest.param(INNER, None, True, id="no-alpn-is-http1"),
        pytest.param(INNER, b"h2", False, id="http2-stays-with-mitmproxy"),
        pytest.param(("192.0.2.1", 80), b"http/1.1", False, id="not-ours"),
    ],
)
def test_after_tls_the_protocol_decides(address: tuple[str, int], alpn: bytes | None, *, changed: bool) -> None:
    from mitmproxy.test import taddons

    with taddons.context() as tctx:
        from mitmproxy.proxy import context

        made = context.Context(tflow.tclient_conn(), tctx.options)
        made.server.address = address
        made.client.tls, made.client.alpn = True, alpn
        made.client.proxy_mode = mode_specs.ProxyMode.parse(f"reverse:http://{INNER[0]}:{INNER[1]}")
        nextlayer = SimpleNamespace(context=made, layer=None)
        hooks().next_layer(cast("Any", nextlayer))
    assert isinstance(nextlayer.layer, layers.TCPLayer) is changed
