"""The index columns of an exchange: what lists show and SQL asks, computed from the record's own values.

Must not know: tables. Read next: schema.py (what each column means).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from gateway.messages import body_size

if TYPE_CHECKING:
    from gateway.changes import Transform
    from gateway.exchange import Exchange
    from gateway.messages import Request, Response

_TARGET_LIMIT = 4096

type Trail = tuple[tuple[str, str, str], ...]
"""Leg, part and rule of each change."""

_STEP = attrgetter("leg", "part", "rule_id")


def begun(exchange: Exchange) -> dict[str, Any]:
    """The columns that are known when an exchange begins."""
    facts, request = exchange.facts, exchange.client.request
    return {
        "id": exchange.id,
        "request_id": readable(facts.seed.request_id),
        "state": exchange.state.value,
        "ingress": facts.ingress.value,
        "invocation_type": facts.invocation_type.value,
        "function": readable(facts.function),
        "method": readable(request.method) if request else "",
        "target": readable(exchange.address)[:_TARGET_LIMIT],
        "error_code": readable(exchange.error_code),
        "started_us": facts.seed.arrived_us,
        "request_bytes": _bytes_of(request),
    }


def ended(exchange: Exchange) -> dict[str, Any]:
    """All columns of an exchange that has ended."""
    client, server = exchange.client.response, exchange.server and exchange.server.response
    return begun(exchange) | {
        "parent_id": exchange.parent_id,
        "client_status": client.status if client else None,
        "server_status": server.status if server else None,
        "duration_us": exchange.timings.done if exchange.timings.done >= 0 else None,
        "response_bytes": _bytes_of(client),
        "trail_id": trail_id(trail(exchange.transforms)),
    }


def trail(transforms: tuple[Transform, ...]) -> Trail:
    """Which rules acted where, in order: nearly always a list that was seen before."""
    return tuple(map(_STEP, transforms))


@lru_cache(maxsize=4096)
def trail_id(steps: Trail) -> int:
    """The name of a trail: the first 48 bits of its SHA-256; 0 for the empty one."""
    if not steps:
        return 0
    # Of the text as the table keeps it, so that verify can compute it again.
    told = "\n".join("\t".join(map(readable, step)) for step in steps)
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:6], "big")


def readable(value: bytes | str) -> str:
    """Text that every database takes: what is not text appears as a visible escape."""
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _bytes_of(message: Request | Response | None) -> int:
    return body_size(message.body) if message else 0
