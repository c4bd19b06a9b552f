"""What the gateway did in total: outcomes, rules by use, calls near a limit, the slowest, asynchronous calls.

Grows exchange by exchange, so that a large recording is never held twice. Must not know: HTML.
Read next: sentences.py (`Outcome`), page.py, templates/parts/summary.html.j2.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit import catalogue, gauges, sentences, text, texts
from audit.overview import Bar, Pointer, RuleUse, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.gauges import Measure
    from audit.model import ExchangePage
    from audit.words import Counts, Gauge, Text
    from gateway.exchange import Exchange

LISTED = 12
_NEAR = 0.8


@dataclass(slots=True)
class Tally:
    """The running totals of a page. Heaps keep the `LISTED` most telling calls of each kind."""

    flags: Counter[str] = field(default_factory=Counter)
    acted: Counter[str] = field(default_factory=Counter)
    advised: Counter[str] = field(default_factory=Counter)
    unexplained: list[Pointer] = field(default_factory=list)
    near: list[tuple[float, int, Pointer]] = field(default_factory=list)
    slowest: list[tuple[float, int, Pointer]] = field(default_factory=list)
    asynchronous: list[Pointer] = field(default_factory=list)
    count: int = 0

    def add(self, exchange: Exchange, page: ExchangePage, flags: Iterable[str], measured: tuple[Measure, ...]) -> None:
        """Count one exchange in."""
        self.count += 1
        self.flags.update(flags)
        self.acted.update({change.rule_id for change in exchange.transforms})
        self.advised.update({advice.rule_id for advice in exchange.advice})
        counts = page.request.counts + page.response.counts
        if (counts.unexplained or page.unexplained) and len(self.unexplained) < LISTED:
            self.unexplained.append(_pointer(page, _unexplained(page, counts)))
        if page.links and exchange.parent_id is None and len(self.asynchronous) < LISTED:
            told = texts.DELIVERIES.format(ids=", ".join(f"#{link.id}" for link in page.links))
            self.asynchronous.append(_pointer(page, told))
        self._rank(page, exchange.timings.done, measured)

    def _rank(self, page: ExchangePage, done_us: int, measured: tuple[Measure, ...]) -> None:
        for measure in measured:
            share = measure.used / measure.limit if measure.limit else 1
            if share >= _NEAR:
                _keep(self.near, share, _pointer(page, measure.label, gauges.gauge(measure)))
        if done_us >= 0:
            longest = max(page.path.phases, key=lambda phase: phase.width, default=None)
            label = longest.label if longest else texts.TOTAL
            told = texts.SLOW.format(total=text.duration(done_us), phase=label, time=longest.value if longest else "")
            _keep(self.slowest, done_us, _pointer(page, told))

    def summary(self) -> Summary:
        """The totals as the page shows them."""
        most = max(self.count, 1)
        uses = Counter(self.acted) + Counter(self.advised)
        return Summary(
            unexplained=tuple(self.unexplained),
            outcomes=tuple(
                Bar(label, self.flags[flag], self.flags[flag] * 1000 // most, f"is:{flag}")
                for flag, label in _OUTCOMES
                if self.flags[flag]
            ),
            near=_best(self.near),
            slowest=_best(self.slowest),
            asynchronous=tuple(self.asynchronous),
            rules=tuple(
                RuleUse(catalogue.claim(rule_id), self.acted[rule_id], self.advised[rule_id], total * 1000 // most)
                for rule_id, total in sorted(uses.items(), key=lambda use: (-use[1], use[0]))
            ),
        )


_OUTCOMES = (
    ("passed", texts.PASSED),
    ("changed", texts.CHANGED_ON_THE_WAY),
    ("differs", texts.STATUS_DIFFERS),
    ("rejected", texts.REJECTED),
    ("failed", texts.FAILED),
    ("delivery", texts.DELIVERED),
    ("advised", texts.ADVISED),
    ("unexplained", texts.UNEXPLAINED),
)


def _pointer(page: ExchangePage, told: Text, gauge: Gauge | None = None) -> Pointer:
    target, _ = text.split(page.target, 80)
    return Pointer(page.id, page.method, target, page.status, page.level, told, gauge)


def _unexplained(page: ExchangePage, counts: Counts) -> Text:
    return sentences.UNEXPLAINED.format(n=max(counts.unexplained, len(page.unexplained)))


def _keep(heap: list[tuple[float, int, Pointer]], weight: float, pointer: Pointer) -> None:
    """Keep the heaviest; of equals the earliest, so that the same recording gives the same page."""
    heapq.heappush(heap, (weight, -pointer.id, pointer))
    if len(heap) > LISTED:
        heapq.heappop(heap)


def _best(heap: list[tuple[float, int, Pointer]]) -> tuple[Pointer, ...]:
    return tuple(pointer for _, _, pointer in sorted(heap, key=lambda entry: (-entry[0], -entry[1])))
