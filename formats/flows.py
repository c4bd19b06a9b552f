"""mitmproxy's flow files, out: one side of each exchange as a flow, the whole exchange in its metadata.

So mitmproxy, mitmweb and what is built on them open a recording, and nothing is lost on the way back. This module
and flows_read.py alone know mitmproxy's format outside addons/. Must not know: databases, secrets.
Read next: flows_read.py, plain.py.
"""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mitmproxy import connection, flow, http
from mitmproxy.io import tnetstring

from formats.plain import to_plain
from gateway.exchange import View
from gateway.messages import BodyRef, get

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gateway.exchange import Exchange
    from gateway.messages import Body, Request, Response

SCHEMA = 1
"""Of what our metadata says."""

ABOUT = "fc_replay"
"""The name of our metadata in a flow."""

MOST_BODY = 32 * 1024 * 1024
"""Bytes of a body that goes into a flow; mitmproxy holds flows in memory."""

_NAMES = uuid.UUID("6f0f5c5e-6a35-5d1a-9a0f-2f6f5f0c1a55")

type Load = Callable[[BodyRef], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where flows get what an exchange only names. `sealed`: whether secrets are under pseudonyms.

    `load`: the pieces of a large body. `config`: the config behind a digest, None when nobody has it.
    """

    load: Callable[[BodyRef], Iterable[bytes]]
    config: Callable[[str], Mapping[str, Any] | None]
    sealed: bool


def render(exchanges: Iterable[Exchange], side: str, source: Source) -> Iterator[bytes]:
    """A flow file in pieces. `side`: "client" or "server", whose view the flows show. Same exchanges, same bytes."""
    told: set[str] = set()
    for exchange in exchanges:
        view = exchange.client if side == "client" else exchange.server
        if view is None or view.request is None:
            continue
        about = {"schema": SCHEMA, "sealed": source.sealed, "exchange": to_plain(exchange)}
        refs = sorted({body for body in _large(exchange) if body.size <= MOST_BODY}, key=lambda ref: ref.digest)
        about["bodies"] = {
            ref.digest.hex(): base64.b64encode(_content(ref, source.load) or b"").decode() for ref in refs
        }
        if exchange.config_digest not in told:  # once: a config is longer than a call
            told.add(exchange.config_digest)
            about["config"] = source.config(exchange.config_digest)
        found = _flow(exchange, view, source.load)
        found.metadata[ABOUT] = json.dumps(about)
        yield tnetstring.dumps(found.get_state())


def _flow(exchange: Exchange, view: View, load: Load) -> http.HTTPFlow:
    started = exchange.facts.seed.arrived_us / 1e6
    ended = started + max(exchange.timings.done, 0) / 1e6
    name = f"{exchange.id}:{exchange.facts.seed.request_id}"
    client = connection.Client(
        peername=(exchange.facts.seed.client_ip, 0), sockname=("127.0.0.1", 0), timestamp_start=started
    )
    client.state = connection.ConnectionState.CLOSED
    server = connection.Server(address=("127.0.0.1", 80))
    client.id, server.id = str(uuid.uuid5(_NAMES, f"client {name}")), str(uuid.uuid5(_NAMES, f"server {name}"))
    found = http.HTTPFlow(client, server)
    found.id, found.timestamp_created = str(uuid.uuid5(_NAMES, f"flow {name}")), started
    assert view.request is not None  # noqa: S101 - render leaves out what has none
    found.request = _to_request(view.request, started, load, secure=exchange.facts.seed.secure)
    found.response = None if view.response is None else _to_response(view.response, ended, load)
    if exchange.failure_text or exchange.failure:
        found.error = flow.Error(exchange.failure_text or str(exchange.failure), ended)
    return found


def _to_request(request: Request, started: float, load: Load, *, secure: bool) -> http.Request:
    host, _, port = (get(request.headers, b"host") or b"127.0.0.1").decode("utf-8", "backslashreplace").partition(":")
    return http.Request(
        host=host,
        port=int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 443 if secure else 80,
        method=request.method,
        scheme=b"https" if secure else b"http",
        authority=b"",
        path=request.target,
        http_version=request.version,
        headers=http.Headers(request.headers),
        content=_content(request.body, load),
        trailers=http.Headers(request.trailers) if request.trailers else None,
        timestamp_start=started,
        timestamp_end=started,
    )


def _to_response(response: Response, ended: float, load: Load) -> http.Response:
    return http.Response(
        http_version=response.version,
        status_code=response.status,
        reason=response.reason,
        headers=http.Headers(response.headers),
        content=_content(response.body, load),
        trailers=http.Headers(response.trailers) if response.trailers else None,
        timestamp_start=ended,
        timestamp_end=ended,
    )


def _content(body: Body, load: Load) -> bytes | None:
    """A body that is too large is None, which mitmproxy shows as missing."""
    if not isinstance(body, BodyRef):
        return body
    return b"".join(load(body)) if body.size <= MOST_BODY else None


def _large(exchange: Exchange) -> Iterator[BodyRef]:
    for view in (exchange.client, exchange.server or View()):
        for message in (view.request, view.response):
            if message is not None and isinstance(message.body, BodyRef):
                yield message.body
    for change in exchange.transforms:
        yield from (side for side in (change.before, change.after) if isinstance(side, BodyRef))
