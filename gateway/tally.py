"""How much changed, in numbers: header lines removed, added and changed. For lists and summaries.

Must not know: who shows the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.changes import Leg, Part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.changes import Transform


@dataclass(frozen=True, slots=True)
class Tally:
    """`removed` and `added` header lines; `changed`: lines that kept their name, and other parts that differ."""

    removed: int = 0
    added: int = 0
    changed: int = 0


def tally(transforms: Iterable[Transform], leg: Leg | None = None) -> Tally:
    """Count what the transforms of one leg (or of both) did. A refused message counts nothing."""
    removed = added = changed = 0
    for transform in transforms:
        if leg is not None and transform.leg is not leg:
            continue
        if transform.part in (Part.HEADERS, Part.TRAILERS):
            went, came, kept = _lines(transform)
            removed, added, changed = removed + went, added + came, changed + kept
        elif transform.part is not Part.MESSAGE:
            changed += 1
    return Tally(removed, added, changed)


def _lines(transform: Transform) -> tuple[int, int, int]:
    before = transform.before if isinstance(transform.before, tuple) else ()
    after = transform.after if isinstance(transform.after, tuple) else ()
    names = [name.lower() for name, _ in after]
    kept = 0
    for name, _ in before:
        if name.lower() in names:
            names.remove(name.lower())
            kept += 1
    return len(before) - kept, len(after) - kept, kept
