"""The recorded requests by their keys, and which of them is next when the same request comes again.

The n-th occurrence gets the n-th answer, counted for each request by itself. What happens after the last one is a
policy that the user chose. Must not know: sockets, bodies of answers. Read next: keys.py, serve.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playback.keys import Keys


class End(StrEnum):
    """After the last recorded answer to a request: a miss, the last one again, or from the first one."""

    FAIL = "fail"
    LAST = "last"
    CYCLE = "cycle"


class Tier(StrEnum):
    """How closely a request matched: its bytes, its meaning, or its meaning but for ignored parts."""

    EXACT = "exact"
    CANONICAL = "canonical"
    VOLATILE = "volatile"


@dataclass(slots=True)
class Entry:
    """A recorded exchange that can answer. `uses`: how often it did. `reusable`: any number of times."""

    number: int
    keys: Keys
    method: str
    path: str
    reusable: bool = False
    uses: int = 0


@dataclass(slots=True)
class Shelf:
    """All entries. `strict_tier`: serve exact matches alone. `ignoring`: lenient keys leave parts out."""

    end: End = End.FAIL
    strict_tier: bool = False
    ignoring: bool = False
    _groups: dict[bytes, list[Entry]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Put a recorded exchange on the shelf, in order of arrival."""
        self._groups.setdefault(entry.keys.lenient, []).append(entry)

    def take(self, keys: Keys) -> tuple[Entry, Tier] | None:
        """The entry that answers a request now, and how it matched; None when none does."""
        group = self._groups.get(keys.lenient, [])
        exact = [entry for entry in group if entry.keys.exact == keys.exact]
        others = [entry for entry in group if entry.keys.exact != keys.exact]
        candidates = exact if self.strict_tier else [*exact, *others]
        entry = next((one for one in candidates if one.reusable or one.uses == 0), None)
        if entry is None and candidates:
            entry = self._after_the_last(exact or candidates)
        if entry is None:
            return None
        entry.uses += 1
        return entry, self._tier(entry, keys)

    def entries(self) -> Iterator[Entry]:
        """Every entry, in order of arrival."""
        yield from sorted((entry for group in self._groups.values() for entry in group), key=lambda one: one.number)

    def has_answered(self, keys: Keys) -> bool:
        """Whether such a request was recorded at all: its answers are used up."""
        return bool(self._groups.get(keys.lenient))

    def _after_the_last(self, candidates: list[Entry]) -> Entry | None:
        if self.end is End.FAIL:
            return None
        if self.end is End.LAST:
            return candidates[-1]
        fewest = min(entry.uses for entry in candidates)
        return next(entry for entry in candidates if entry.uses == fewest)

    def _tier(self, entry: Entry, keys: Keys) -> Tier:
        if entry.keys.exact == keys.exact:
            return Tier.EXACT
        return Tier.VOLATILE if self.ignoring else Tier.CANONICAL
