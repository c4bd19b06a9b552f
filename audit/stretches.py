"""Where the time of all calls went: each phase's share, its median, its slow end, and the call that spent the most.

Must not know: HTML. Read next: path.py (the phases of one call), summary.py.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from audit import text
from audit.overview import Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.model import Phase
    from audit.words import Text


class Stretches:
    """The phases of every call so far, microseconds each."""

    def __init__(self) -> None:
        self._took: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._labels: dict[str, Text] = {}

    def add(self, ident: int, phases: Iterable[Phase]) -> None:
        """Count the phases of one call in."""
        for phase in phases:
            self._took[phase.key].append((phase.us, ident))
            self._labels.setdefault(phase.key, phase.label)

    def told(self) -> tuple[Stretch, ...]:
        """The phases by their share, the largest first."""
        return tuple(sorted(self._each(), key=lambda stretch: (-stretch.permille, stretch.key)))

    def _each(self) -> Iterator[Stretch]:
        whole = max(1, sum(us for took in self._took.values() for us, _ in took))
        for key, took in self._took.items():
            ordered = sorted(us for us, _ in took)
            longest, first = max(took, key=lambda each: (each[0], -each[1]))
            yield Stretch(
                key=key,
                label=self._labels[key],
                permille=sum(ordered) * 1000 // whole,
                median=text.duration(ordered[len(ordered) // 2]),
                p95=text.duration(ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]),
                longest=text.duration(longest),
                slowest=first,
            )
