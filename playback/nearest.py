"""Which recorded requests were nearest to one that matched none, and what differs: said at once, at the miss.

Must not know: sockets. Read next: keys.py (the named parts), serve.py.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from playback.keys import is_ignored, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.messages import Request

MOST = 3
"""Near misses that are told."""

MOST_READ = 100
"""Recorded requests that are read to find them."""

_SHOWN = 120
_MOST_PARTS = 1000


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A recorded request that almost matched, and the parts that differ: name, recorded, now (None: absent)."""

    number: int
    label: str
    differences: tuple[tuple[str, str | None, str | None], ...]

    @property
    def cure(self) -> str:
        """The options that would make it match, "" when a part differs that nobody should ignore."""
        names = [name for name, _, _ in self.differences]
        if any(name in {"method", "path"} for name in names):
            return ""
        return " ".join(f"--ignore {name}" for name in names)


class Listed(Protocol):
    """A recorded request by its number, method and path."""

    number: int
    method: str
    path: str


def by_path(method: str, path: str, entries: Iterable[Listed], most: int = MOST_READ) -> list[int]:
    """The exchanges worth a closer look, by path and method alone: nothing has to be read for that."""

    def distance(entry: Listed) -> tuple[int, bool, int]:
        return _apart(entry.path, path), entry.method != method, entry.number

    return [entry.number for entry in heapq.nsmallest(most, entries, key=distance)]


def nearest(
    request: Request, known: Iterable[tuple[int, Request]], ignored: tuple[str, ...] = ()
) -> tuple[NearMiss, ...]:
    """The three nearest of these recorded requests, the nearest first."""
    now = _parts(request)
    misses = (_miss(number, _parts(recorded), now, ignored) for number, recorded in known)
    return tuple(heapq.nsmallest(MOST, misses, key=_distance))


def _distance(miss: NearMiss) -> tuple[int, int, int, int]:
    """Another path is farther than another method, and that is farther than any number of other parts."""
    found = {name: (recorded or "", now or "") for name, recorded, now in miss.differences}
    apart = _apart(*found["path"]) if "path" in found else 0
    return apart, int("method" in found), len(found), miss.number


def _apart(one: str, other: str) -> int:
    """Characters of two paths after their common beginning."""
    shared = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return max(len(one), len(other)) - shared


def _miss(number: int, recorded: dict[str, str], now: dict[str, str], ignored: tuple[str, ...]) -> NearMiss:
    names = dict.fromkeys((*recorded, *now))
    differences = tuple(
        (name, recorded.get(name), now.get(name))
        for name in names
        if recorded.get(name) != now.get(name) and not is_ignored(name, ignored)
    )
    return NearMiss(number, f"{recorded.get('method', '')} {recorded.get('path', '')}", differences)


def _parts(request: Request) -> dict[str, str]:
    return {name: value[:_SHOWN] for name, value in islice(parts_of(request), _MOST_PARTS)}
