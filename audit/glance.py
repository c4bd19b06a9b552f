"""What lists and totals say of an exchange: all of it at a glance, without its lines and bodies.

A hundred times cheaper than the whole page of an exchange, so that a list of ten thousand is quick and a live one
keeps up. Must not know: HTML. Read next: listing.py (a row), summary.py (the totals), detail.py (the whole page).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit import cards, detail, gauges, path, sentences, tasks, text
from gateway.changes import Leg
from gateway.traits import unclaimed

if TYPE_CHECKING:
    from audit.detail import Sources
    from audit.gauges import Measure
    from audit.model import ExchangePage, Phase
    from audit.words import Counts, Spans, Text
    from gateway.exchange import Exchange

_TARGET_BYTES = 200


@dataclass(frozen=True, slots=True)
class Glance:
    """One exchange for lists. `unexplained`: parts that no rule claims; `acted`, `advised`: ids of rules.

    `stopped`: FC's code or the failure, "" when the call went through. `done_us`: microseconds it took, -1 when it
    never ended. `deliveries`: of an accepted call. `is_delivery`: it is one itself. `task`: what has become of it.
    """

    id: int
    method: Spans
    target: Spans
    status: str
    server_status: str
    level: str
    mode: Text
    stopped: str
    counts: Counts
    unexplained: int
    phases: tuple[Phase, ...]
    done_us: int
    acted: frozenset[str]
    advised: frozenset[str]
    measures: tuple[Measure, ...]
    deliveries: tuple[int, ...] = ()
    is_delivery: bool = False
    task: Text | None = None


def glance(exchange: Exchange, sources: Sources, made: ExchangePage | None = None) -> Glance:
    """What a list says of an exchange. `made`: its whole page where there is one, which has counted already."""
    client, server = sentences.statuses(exchange)
    sent = exchange.client.request
    return Glance(
        id=exchange.id,
        method=text.show(sent.method) if sent else (),
        target=text.show(exchange.address[:_TARGET_BYTES]) if sent else (),
        status=str(client or ""),
        server_status=str(server) if server and server != client else "",
        level=detail.level(client),
        mode=detail.mode(exchange),
        stopped=text.clean(exchange.error_code) or (exchange.failure.value if exchange.failure else ""),
        counts=made.request.counts + made.response.counts if made else _counts(exchange),
        unexplained=len(made.unexplained if made else unclaimed(exchange)),
        phases=path.phases(exchange.timings),
        done_us=exchange.timings.done,
        acted=frozenset(change.rule_id for change in exchange.transforms),
        advised=frozenset(advice.rule_id for advice in exchange.advice),
        measures=gauges.measures(exchange, sources.config(exchange.config_digest).limits),
        deliveries=sources.children.get(exchange.id, ()),
        is_delivery=exchange.is_delivery,
        task=None if exchange.is_delivery else tasks.task_of(exchange, sources.tasks),
    )


def _counts(exchange: Exchange) -> Counts:
    return cards.counts(exchange, Leg.REQUEST) + cards.counts(exchange, Leg.RESPONSE)
