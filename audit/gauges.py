"""How close a call came to each limit of the contract, counted as the contract counts.

Must not know: HTML. Read next: gateway/config.py (`Limits`, what each counts), cards.py, sentences.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit import text, texts
from audit.words import Gauge
from gateway.changes import Leg
from gateway.config import KIB, MIB
from gateway.facts import InvocationType
from gateway.messages import body_size, headers_size

if TYPE_CHECKING:
    from audit.words import Text
    from gateway.config import Limits
    from gateway.exchange import Exchange

_NEAR_PERMILLE = 800


@dataclass(frozen=True, slots=True)
class Measure:
    """One limit and what this call used of it, in bytes. `label` names the gauge, `what` begins a sentence."""

    leg: Leg
    label: Text
    what: Text
    used: int
    limit: int

    @property
    def excess(self) -> int:
        """Bytes too many; not above 0 when legal. Equality is legal (contract REQ-LIM-5)."""
        return self.used - self.limit


def measures(exchange: Exchange, limits: Limits) -> tuple[Measure, ...]:
    """Every limit that applies to a call (contract REQ-LIM-1..7, RESP-LIM-1); none to hooks and calls of its own.

    The response's headers count as the server returned them, before the gateway adds its own.
    """
    if exchange.is_egress or exchange.is_hook:
        return ()
    found = []
    request = exchange.client.request
    if request is not None:
        asynchronous = exchange.facts.invocation_type is InvocationType.ASYNC
        largest_body = limits.async_body if asynchronous else limits.sync_body
        rows = (
            (texts.HEADERS, texts.THE_HEADERS, headers_size(request.headers), limits.request_headers),
            (texts.PATH, texts.THE_PATH, len(request.target), limits.target),
            (texts.BODY, texts.THE_BODY, body_size(request.body), largest_body),
        )
        found += [Measure(Leg.REQUEST, *row) for row in rows]
    response = exchange.server.response if exchange.server else None
    if response is not None:
        used = headers_size(response.headers)
        labels = (texts.RESPONSE_HEADERS, texts.THE_RESPONSE_HEADERS)
        found.append(Measure(Leg.RESPONSE, *labels, used, limits.response_headers))
    return tuple(found)


def gauges(found: tuple[Measure, ...], leg: Leg) -> tuple[Gauge, ...]:
    """The gauges of one leg; over the limit the exact bytes are named."""
    return tuple(gauge(measure) for measure in found if measure.leg is leg)


def gauge(measure: Measure) -> Gauge:
    """One gauge."""
    limit = limit_text(measure.limit)
    if measure.excess > 0:
        return Gauge(measure.label, f"{measure.used:,} B", limit, 1000, "over")
    permille = measure.used * 1000 // measure.limit if measure.limit else 1000
    return Gauge(measure.label, text.size(measure.used), limit, permille, "near" if permille >= _NEAR_PERMILLE else "")


def limit_text(limit: int) -> str:
    """A limit as people know it: `8 KB`, `32 MB`, or plain bytes when it is no round number."""
    for unit, name in ((MIB, "MB"), (KIB, "KB")):
        if limit and limit % unit == 0:
            return f"{limit // unit} {name}"
    return f"{limit:,} B"
