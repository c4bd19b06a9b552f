"""Two header lists side by side: by name, case-insensitive, duplicates in order, equal lines never torn apart.

Must not know: rules, HTML. Read next: explain.py (which rule claims a pair that differs).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from gateway.quick import quick

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gateway.messages import Header, Headers

# SequenceMatcher is quadratic in the worst case; a head of repeats beyond this is paired by position.
_MATCH_LIMIT = 200


@quick
@dataclass(frozen=True, slots=True)
class Pair:
    """A line as it left (`before`) and as it arrived (`after`); None where that side has no such line."""

    before: Header | None
    after: Header | None

    @property
    def same(self) -> bool:
        """The line arrived byte for byte."""
        return self.before == self.after


def align(before: Headers, after: Headers) -> tuple[Pair, ...]:
    """Every line of both lists exactly once: what left in its order, then what only arrived in its order."""
    arrived: dict[bytes, list[int]] = defaultdict(list)
    for index, (name, _) in enumerate(after):
        arrived[name.lower()].append(index)
    left: dict[bytes, list[int]] = defaultdict(list)
    for index, (name, _) in enumerate(before):
        left[name.lower()].append(index)
    partner: dict[int, int] = {}
    for name, indices in left.items():
        if name in arrived:
            partner.update(_partners(before, indices, after, arrived[name]))
    taken = set(partner.values())
    pairs = [Pair(line, after[partner[i]] if i in partner else None) for i, line in enumerate(before)]
    pairs += [Pair(None, line) for i, line in enumerate(after) if i not in taken]
    return tuple(pairs)


def _partners(before: Headers, left: list[int], after: Headers, arrived: list[int]) -> Iterator[tuple[int, int]]:
    """Which line became which, among lines of one name: equal lines in order, equal lines moved, then the rest."""
    if len(left) == len(arrived) == 1 or max(len(left), len(arrived)) > _MATCH_LIMIT:
        yield from zip(left, arrived, strict=False)
        return
    matcher = SequenceMatcher(None, [before[i] for i in left], [after[i] for i in arrived], autojunk=False)
    found = {left[m.a + n]: arrived[m.b + n] for m in matcher.get_matching_blocks() for n in range(m.size)}
    free = [i for i in arrived if i not in found.values()]
    for i in left:
        moved = next((j for j in free if i not in found and after[j] == before[i]), None)
        if moved is not None:
            found[i] = moved
            free.remove(moved)
    yield from found.items()
    yield from zip((i for i in left if i not in found), free, strict=False)


def reordered(before: Headers, after: Headers) -> bool:
    """Both lists hold the same lines, in another order: worth a quiet note, not red and green."""
    return before != after and sorted(before) == sorted(after)


def first_difference(one: Sequence[int], two: Sequence[int]) -> int:
    """Offset of the first byte that differs; the shorter length when one is the start of the other."""
    length = min(len(one), len(two))
    if one[:length] == two[:length]:
        return length
    low, high = 0, length
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if one[low:middle] == two[low:middle] else (low, middle)
    return low
