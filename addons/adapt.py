"""The only room that knows both mitmproxy's flows and our messages.

An exchange of the fc mode becomes an HTTPFlow, the client's view of it, for those who want flows: `-w`,
mitmweb's list, a user's script. They see; what they change has no effect, because the answer may already
be on its way. Must not know: rules. Read next: onlookers.py (who wants flows).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitmproxy import connection, flow, http

from addons.rules_view import comment
from gateway.messages import BodyRef, get

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange
    from gateway.messages import Body, Request, Response

type ReadBody = Callable[[BodyRef], bytes | None]
"""The bytes of a body that is kept elsewhere, or None when it is too large for a flow."""


def to_flow(exchange: Exchange, server: tuple[str, int], read_body: ReadBody) -> http.HTTPFlow:
    """The client's view as a flow; `flow.metadata` names the exchange and its rules, plain values only."""
    started = exchange.facts.seed.arrived_us / 1e6
    client = connection.Client(
        peername=(exchange.facts.seed.client_ip, 0),
        sockname=("127.0.0.1", 0),
        timestamp_start=started,
        state=connection.ConnectionState.CLOSED,
    )
    result = http.HTTPFlow(client, connection.Server(address=server), live=False)
    if exchange.client.request is not None:
        result.request = to_request(exchange.client.request, server, started, read_body)
    if exchange.client.response is not None:
        result.response = to_response(exchange.client.response, started + exchange.timings.done / 1e6, read_body)
    if exchange.failure_text:
        result.error = flow.Error(exchange.failure_text)
    result.comment = comment(exchange)
    result.metadata["fc_exchange"] = exchange.id
    result.metadata["fc_request_id"] = exchange.facts.seed.request_id
    result.metadata["fc_rules"] = [transform.rule_id for transform in exchange.transforms]
    return result


def to_request(request: Request, server: tuple[str, int], started: float, read_body: ReadBody) -> http.Request:
    """One request, its Host as the client wrote it."""
    host = get(request.headers, b"host") or b""
    return http.Request(
        host=server[0],
        port=server[1],
        method=request.method,
        scheme=b"http",
        authority=host if not request.target.startswith(b"/") else b"",
        path=request.target,
        http_version=request.version,
        headers=http.Headers(request.headers),
        content=_content(request.body, read_body),
        trailers=http.Headers(request.trailers) if request.trailers else None,
        timestamp_start=started,
        timestamp_end=started,
    )


def to_response(response: Response, ended: float, read_body: ReadBody) -> http.Response:
    """One response."""
    return http.Response(
        http_version=response.version,
        status_code=response.status,
        reason=response.reason,
        headers=http.Headers(response.headers),
        content=_content(response.body, read_body),
        trailers=http.Headers(response.trailers) if response.trailers else None,
        timestamp_start=ended,
        timestamp_end=ended,
    )


def _content(body: Body, read_body: ReadBody) -> bytes | None:
    return read_body(body) if isinstance(body, BodyRef) else body
