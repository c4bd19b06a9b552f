"""How FC counts a request against its limits (contract REQ-LIM-5..7): equality is legal, KB is 1024.

Read next: refusal.py, invoke.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.facts import InvocationType
from gateway.messages import body_size, get, headers_size
from gateway.upgrade import asks_for_websocket

if TYPE_CHECKING:
    from gateway.messages import Request, Response
    from gateway.rule import Call


def fields_size(message: Request | Response) -> int:
    """Bytes of all names and values as received, Host included (REQ-LIM-6)."""
    return headers_size(message.headers)


def target_size(request: Request) -> int:
    """Bytes of path and query, still percent-encoded (REQ-LIM-7)."""
    return len(request.target)


def announced_size(request: Request) -> int:
    """Bytes of the body: as announced, or as they came when that is more.

    A body that was cut at the limit is still judged by what the client wanted to send. What was said through a
    WebSocket is recorded as the body of its handshake, and no limit counts it.
    """
    announced = get(request.headers, b"content-length")
    told = int(announced) if announced is not None and announced.isdigit() else 0
    size = body_size(request.body)
    return told if size <= told or asks_for_websocket(request) else size


def largest_body(call: Call) -> int:
    """The largest legal body of this call, in bytes (REQ-LIM-3, REQ-LIM-4)."""
    limits = call.config.limits
    return limits.async_body if call.facts.invocation_type is InvocationType.ASYNC else limits.sync_body
