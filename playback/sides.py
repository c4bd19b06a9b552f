"""Which half of an exchange a replay sends: the server's (straight to the server) or the client's (through a gateway).

Must not know: sockets. Read next: sendable.py, send.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from gateway.exchange import Failure
from gateway.upgrade import asks_for_websocket
from playback.allowance import VOLATILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange, View
    from gateway.messages import Request, Response
    from playback.sendable import Ending

_SERVER_FAILURES = {
    Failure.CLOSED: Failure.CLOSED,
    Failure.EXITED: Failure.CLOSED,  # a replay watches no process: it sees the connection end
    Failure.MALFORMED_ANSWER: Failure.MALFORMED_ANSWER,
    Failure.TIMED_OUT: Failure.TIMED_OUT,
}


@dataclass(frozen=True, slots=True)
class Side:
    """What that side saw, what to send, how that call ended then, and which response fields are minted for each answer.

    `answered` puts another answer in the place of how it ended. `absent` says why an exchange has nothing to send on
    this side.
    """

    view: Callable[[Exchange], View | None]
    request: Callable[[Exchange], Request | None]
    ending: Callable[[Exchange], Ending | None]
    answered: Callable[[Exchange, Response], Exchange]
    volatile: frozenset[bytes]
    absent: str


def _without_conversation(request: Request) -> Request:
    """A handshake without what the client said after it: that is not sent with it (talk.py)."""
    return replace(request, body=b"") if request.body and asks_for_websocket(replace(request, body=b"")) else request


def _server_request(exchange: Exchange) -> Request | None:
    """The request that the server got, None when none reached it. A hook is not repeated: it ends or begins a life."""
    if exchange.is_egress or exchange.is_hook or exchange.server is None or exchange.failure is Failure.NOT_LISTENING:
        return None
    request = exchange.server.request
    return request and _without_conversation(request)


def _server_ending(exchange: Exchange) -> Ending | None:
    """How the server's part ended; None when nobody waited for its end."""
    if exchange.failure in _SERVER_FAILURES:
        return _SERVER_FAILURES[exchange.failure]
    if exchange.failure is not None or exchange.server is None:
        return None
    return exchange.server.response


def _client_request(exchange: Exchange) -> Request | None:
    """What the client sent; not what the gateway made: a delivery, which its call brings about again, or a hook."""
    request = exchange.client.request
    by_us = exchange.is_delivery or exchange.is_egress or exchange.is_hook
    return None if by_us or request is None else _without_conversation(request)


def _client_ending(exchange: Exchange) -> Ending | None:
    return None if exchange.failure is Failure.CLIENT_GONE else exchange.client.response


def _server_answered(exchange: Exchange, response: Response) -> Exchange:
    return replace(exchange, failure=None, server=exchange.server and replace(exchange.server, response=response))


def _client_answered(exchange: Exchange, response: Response) -> Exchange:
    return replace(exchange, failure=None, client=replace(exchange.client, response=response))


SERVER = Side(
    attrgetter("server"), _server_request, _server_ending, _server_answered, VOLATILE, "nothing was sent to the server"
)
CLIENT = Side(
    attrgetter("client"),
    _client_request,
    _client_ending,
    _client_answered,
    VOLATILE | {b"x-fc-request-id"},
    "no client sent this",
)
