"""What a WebSocket handshake is: the one case in which `Connection` and `Upgrade` travel from end to end.

The bytes that follow 101 are kept as the bodies of request and response, as HTTP/2 frames them (RFC 8441
section 5): a handshake itself has no body. Must not know: frames (frames.py), sockets.
Read next: hop.py, rules/hop.py, rules/response.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.facts import Ingress, InvocationType
from gateway.messages import get, get_all

if TYPE_CHECKING:
    from gateway.facts import Facts
    from gateway.messages import Headers, Request, Response

SWITCHING = 101
FIELDS = frozenset({b"connection", b"upgrade"})
"""The fields of a handshake that would otherwise stay on their hop (contract PROTO-WS, REQ-HDR-1)."""


def is_handshake(request: Request, facts: Facts) -> bool:
    """Whether the client opens a WebSocket through an HTTP trigger, synchronously, on a connection that stays."""
    return (
        asks_for_websocket(request)
        and not facts.close
        and facts.ingress is not Ingress.API
        and facts.invocation_type is InvocationType.SYNC
    )


def asks_for_websocket(request: Request) -> bool:
    """Whether a request is a handshake by RFC 6455 section 4.1."""
    headers = request.headers
    return (
        request.method == b"GET"
        and get(headers, b"upgrade") is not None
        and b"websocket" in _tokens(headers, b"upgrade")
        and b"upgrade" in _tokens(headers, b"connection")
        and get(headers, b"sec-websocket-key") is not None
        and get(headers, b"sec-websocket-version") == b"13"
        and not _has_body(headers)
    )


def is_opened(response: Response, request: Request, facts: Facts) -> bool:
    """Whether the server agreed: 101, to a handshake, for a WebSocket (RFC 6455 section 4.2.2)."""
    return (
        response.status == SWITCHING
        and b"websocket" in _tokens(response.headers, b"upgrade")
        and b"upgrade" in _tokens(response.headers, b"connection")
        and is_handshake(request, facts)
    )


def _has_body(headers: Headers) -> bool:
    return get(headers, b"transfer-encoding") is not None or get(headers, b"content-length") not in (None, b"0")


def _tokens(headers: Headers, name: bytes) -> list[bytes]:
    return [token.strip(b" \t") for value in get_all(headers, name) for token in value.lower().split(b",")]
