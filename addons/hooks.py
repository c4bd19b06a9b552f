"""Hooks on mitmproxy's own flows (TLS, HTTP/2, regular and other modes): they all lead to the gateway.

Plain HTTP/1.1 inside TLS is passed on byte by byte; HTTP/2 and proxied requests go on as flows whose
server is the inner port. Whatever host a request names, no other address is dialled (threat T12).
Must not know: FC rules. Read next: inner.py, peers.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitmproxy.proxy import layers, mode_specs

from addons.peers import Peer, Peers

if TYPE_CHECKING:
    from mitmproxy import http
    from mitmproxy.connection import Client
    from mitmproxy.proxy.layer import NextLayer
    from mitmproxy.proxy.server_hooks import ServerConnectionHookData

    from addons.inner import Inner

HTTP2 = b"h2"


class StackHooks:
    """Hook methods that the addon passes on while the gateway runs."""

    def __init__(self, inner: Inner, peers: Peers) -> None:
        self._inner = inner
        self._peers = peers

    def next_layer(self, nextlayer: NextLayer) -> None:
        """First TLS and nothing decided beyond it; then HTTP/1.1 is ours byte by byte, HTTP/2 stays with mitmproxy."""
        context = nextlayer.context
        if context.server.address != self._inner.address:
            return
        if not context.client.tls:
            nextlayer.layer = layers.ClientTLSLayer(context)
        elif self._is_raw(context.client):
            nextlayer.layer = layers.TCPLayer(context, ignore=True)

    def _is_raw(self, client: Client) -> bool:
        """TLS that was taken over at our own port and holds HTTP/1.1: its bytes pass as they are, without a flow."""
        mode = client.proxy_mode
        ours = isinstance(mode, mode_specs.ReverseMode) and mode.address == self._inner.address
        return ours and client.alpn != HTTP2

    def server_connected(self, data: ServerConnectionHookData) -> None:
        """Note for whom mitmproxy connected to the inner port."""
        if data.server.address == self._inner.address and data.server.sockname:
            client = data.client
            peer = Peer(client.peername[0], secure=client.tls_established, has_flow=not self._is_raw(client))
            self._peers.note(data.server.sockname[:2], peer)

    def server_disconnected(self, data: ServerConnectionHookData) -> None:
        """That connection ended."""
        if data.server.address == self._inner.address and data.server.sockname:
            self._peers.forget(data.server.sockname[:2])

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Send the request to the gateway, unbuffered, its Host as the client wrote it."""
        if flow.is_replay:
            return
        data = flow.request.data
        data.scheme = b"http"
        data.host, data.port = self._inner.address
        if data.authority and "host" not in flow.request.headers:
            # HTTP/2 has :authority instead (RFC 9113 8.3.1); in HTTP/1.1 it is Host, and comes first.
            flow.request.headers.insert(0, "Host", data.authority.decode("latin-1"))
        data.authority = b""
        flow.request.stream = True
        if _is_framed_by_streams(flow.request) and "content-length" not in flow.request.headers:
            # HTTP/2 ends a body without having told its length; mitmproxy would send it with no framing at all.
            flow.request.headers["Transfer-Encoding"] = "chunked"

    def request(self, flow: http.HTTPFlow) -> None:
        """Take the framing back where there is no body: such a request has been held until here, others went on."""
        if _is_framed_by_streams(flow.request) and flow.request.raw_content == b"":
            flow.request.headers.pop("Transfer-Encoding", None)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Pass the gateway's answer on as it comes."""
        if flow.response is not None and not flow.is_replay:
            flow.response.stream = True


def _is_framed_by_streams(request: http.Request) -> bool:
    return request.is_http2 or request.is_http3
