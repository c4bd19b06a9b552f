"""What fc_keep asks for: an age, a number of exchanges, a size, in any combination.

Must not know: how pruning is done. Read next: retention.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_AGE_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_BYTES = {"kib": 1024, "mib": 1024**2, "gib": 1024**3, "kb": 1000, "mb": 1000**2, "gb": 1000**3}
_TERM = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


@dataclass(frozen=True, slots=True)
class Keep:
    """Limits of a recording; None = no such limit. `age_s` seconds, `size` bytes of the database in use."""

    age_s: float | None = None
    exchanges: int | None = None
    size: int | None = None


def parse_keep(told: str) -> Keep | None:
    """Read `7d`, `10000`, `2GiB` or several of them, separated by commas or spaces; None when empty.

    Raises ValueError that says what is wrong with which term.
    """
    found: dict[str, float] = {}
    for term in re.split(r"[,\s]+", told.strip().lower()):
        if not term:
            continue
        name, value = _term(term)
        if name in found:
            raise ValueError(f"{term!r} limits what another term limits already")
        found[name] = value
    if not found:
        return None
    return Keep(
        age_s=found.get("age_s"),
        exchanges=int(found["exchanges"]) if "exchanges" in found else None,
        size=int(found["size"]) if "size" in found else None,
    )


def _term(term: str) -> tuple[str, float]:
    matched = _TERM.fullmatch(term)
    if not matched:
        raise ValueError(f"{term!r} is not a limit: use an age (7d), a number (10000) or a size (2GiB)")
    number, unit = float(matched[1]), matched[2]
    if number <= 0:
        raise ValueError(f"{term!r} would keep nothing")
    if unit in _AGE_S:
        return "age_s", number * _AGE_S[unit]
    if unit in _BYTES:
        return "size", number * _BYTES[unit]
    if unit == "" and number.is_integer():
        return "exchanges", number
    raise ValueError(f"{term!r} has an unknown unit: use s, m, h, d, w or KiB, MiB, GiB")
