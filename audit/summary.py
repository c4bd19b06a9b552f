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
from audit.overview import Bar, Pointer, Pointers, RuleUse, Summary
from audit.stretches import Stretches
from audit.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.glance import Glance
    from audit.words import Gauge

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
    stretches: Stretches = field(default_factory=Stretches)
    found: Counter[str] = field(default_factory=Counter)
    count: int = 0

    def add(self, seen: Glance, flags: Iterable[str]) -> None:
        """Count one exchange in."""
        self.count += 1
        self.flags.update(flags)
        self.acted.update(seen.acted)
        self.advised.update(seen.advised)
        if seen.counts.unexplained or seen.unexplained:
            self._list("unexplained", self.unexplained, _pointer(seen, _unexplained(seen)))
        if (seen.deliveries or seen.task) and not seen.is_delivery:
            self._list("asynchronous", self.asynchronous, _pointer(seen, _accepted(seen)))
        self.stretches.add(seen.id, seen.phases)
        self._rank(seen)

    def _list(self, kind: str, listed: list[Pointer], pointer: Pointer) -> None:
        """The first of a kind are listed, all are counted."""
        self.found[kind] += 1
        if len(listed) < LISTED:
            listed.append(pointer)

    def _rank(self, seen: Glance) -> None:
        for measure in seen.measures:
            share = measure.used / measure.limit if measure.limit else 1
            if share >= _NEAR:
                self.found["near"] += 1
                _keep(self.near, share, _pointer(seen, measure.label, gauges.gauge(measure)))
        if seen.done_us >= 0:
            longest = max(seen.phases, key=lambda phase: phase.width, default=None)
            label = longest.label if longest else texts.TOTAL
            time = longest.value if longest else ""
            told = texts.SLOW.format(total=text.duration(seen.done_us), phase=label, time=time)
            _keep(self.slowest, seen.done_us, _pointer(seen, told))

    def summary(self) -> Summary:
        """The totals as the page shows them."""
        most = max(self.count, 1)
        uses = Counter(self.acted) + Counter(self.advised)
        return Summary(
            unexplained=self._pointers("unexplained", self.unexplained),
            outcomes=tuple(
                Bar(label, self.flags[flag], self.flags[flag] * 1000 // most, f"is:{flag}")
                for flag, label in _OUTCOMES
                if self.flags[flag]
            ),
            near=self._pointers("near", _best(self.near)),
            slowest=_best(self.slowest),
            phases=self.stretches.told(),
            asynchronous=self._pointers("asynchronous", self.asynchronous),
            rules=tuple(
                RuleUse(catalogue.claim(rule_id), self.acted[rule_id], self.advised[rule_id], total * 1000 // most)
                for rule_id, total in sorted(uses.items(), key=lambda use: (-use[1], use[0]))
            ),
        )

    def _pointers(self, kind: str, listed: Iterable[Pointer]) -> Pointers:
        shown = tuple(listed)
        return Pointers(shown, self.found[kind] - len(shown))


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


def _pointer(seen: Glance, told: Text, gauge: Gauge | None = None) -> Pointer:
    target, _ = text.split(seen.target, 80)
    return Pointer(seen.id, seen.method, target, seen.status, seen.level, told, gauge)


def _accepted(seen: Glance) -> Text:
    """What has become of an accepted call, and by which deliveries."""
    ids = ", ".join(f"#{ident}" for ident in seen.deliveries)
    parts = [part for part in (seen.task, texts.DELIVERIES.format(ids=ids) if ids else None) if part is not None]
    return Text("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def _unexplained(seen: Glance) -> Text:
    return sentences.UNEXPLAINED.format(n=max(seen.counts.unexplained, seen.unexplained))


def _keep(heap: list[tuple[float, int, Pointer]], weight: float, pointer: Pointer) -> None:
    """Keep the heaviest; of equals the earliest, so that the same recording gives the same page."""
    heapq.heappush(heap, (weight, -pointer.id, pointer))
    if len(heap) > LISTED:
        heapq.heappop(heap)


def _best(heap: list[tuple[float, int, Pointer]]) -> tuple[Pointer, ...]:
    return tuple(pointer for _, _, pointer in sorted(heap, key=lambda entry: (-entry[0], -entry[1])))
