"""Compare two plain values: objects by key, lists by index, leaves by value; every difference has a path.

Noise rules are asked at every leaf and list; what they forgive stays a finding, of kind `noise`.
Must not know: HTTP, content types. Read next: values.py, noise.py, compare.py.
"""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING

from playback.findings import Finding, Kind
from playback.noise import NO_NOISE, Noise
from playback.values import canonical, leaf_text, member_path, show, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playback.values import Plain


def compare_values(path: str, recorded: Plain, now: Plain, noise: Noise = NO_NOISE) -> Iterator[Finding]:
    """Every difference between two plain values, in the order of the recorded one."""
    if type_name(recorded) != type_name(now):
        note = f"was {type_name(recorded)}, is {type_name(now)}"
        yield Finding(Kind.TYPE, path, show(recorded), show(now), note)
    elif isinstance(recorded, dict) and isinstance(now, dict):
        yield from _compare_objects(path, recorded, now, noise)
    elif isinstance(recorded, list) and isinstance(now, list):
        yield from _compare_lists(path, recorded, now, noise)
    elif isinstance(recorded, bytes) and isinstance(now, bytes) and recorded != now:
        yield compare_bytes(path, recorded, now)
    elif recorded != now:
        yield _leaf(path, recorded, now, noise)


def compare_bytes(path: str, recorded: bytes, now: bytes) -> Finding:
    """Two unequal byte strings: sizes, the first offset that differs, and a window around it in hex."""
    pairs = enumerate(zip(recorded, now, strict=False))
    offset = next((at for at, (one, other) in pairs if one != other), min(len(recorded), len(now)))
    start = max(0, offset - 4)
    old, new = (side[start : offset + 12].hex(" ") for side in (recorded, now))
    note = f"{len(recorded)} and {len(now)} bytes, first difference at byte {offset}"
    return Finding(Kind.VALUE, path, old, new, note)


def _leaf(path: str, recorded: Plain, now: Plain, noise: Noise) -> Finding:
    old, new = leaf_text(recorded), leaf_text(now)
    rule = noise.claim(path, old, new) if old is not None and new is not None else ""
    if rule:
        return Finding(Kind.NOISE, path, rule=rule)
    return Finding(Kind.VALUE, path, show(recorded), show(now))


def _compare_objects(path: str, recorded: dict[str, Plain], now: dict[str, Plain], noise: Noise) -> Iterator[Finding]:
    for key, value in recorded.items():
        if key in now:
            yield from compare_values(member_path(path, key), value, now[key], noise)
        else:
            yield Finding(Kind.REMOVED, member_path(path, key), show(value), None)
    for key, value in now.items():
        if key not in recorded:
            yield Finding(Kind.ADDED, member_path(path, key), None, show(value))


def _compare_lists(path: str, recorded: list[Plain], now: list[Plain], noise: Noise) -> Iterator[Finding]:
    """Same elements in another order are one finding; else the differing middle is compared by index.

    Elements belong together when they are equal but for noise.
    """
    old = [canonical(noise.masked(f"{path}[]", item)) for item in recorded]
    new = [canonical(noise.masked(f"{path}[]", item)) for item in now]
    rule = noise.unordered(path)
    if old != new and sorted(old) == sorted(new):
        yield _other_order(path, recorded, now, rule)
        return
    if rule:
        shared = Counter(old) & Counter(new)
        first, second = _order(old, Counter(shared)), _order(new, Counter(shared))
        recorded, old = [recorded[at] for at in first], [old[at] for at in first]
        now, new = [now[at] for at in second], [new[at] for at in second]
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    yield from _compare_pairs(path, recorded[:start], now[:start], 0, noise)
    yield from _compare_pairs(path, recorded[start : len(old) - end], now[start : len(new) - end], start, noise)
    yield from _compare_pairs(path, recorded[len(old) - end :], now[len(new) - end :], len(old) - end, noise)


def _other_order(path: str, recorded: list[Plain], now: list[Plain], rule: str) -> Finding:
    if rule:
        return Finding(Kind.NOISE, path, rule=rule)
    return Finding(Kind.ORDER, path, show(recorded), show(now), f"the same {len(now)} elements in another order")


def _compare_pairs(path: str, recorded: list[Plain], now: list[Plain], start: int, noise: Noise) -> Iterator[Finding]:
    """Elements one by one; `start` is the index of the first."""
    for index in range(max(len(recorded), len(now))):
        place = f"{path}[{start + index}]"
        if index >= len(now):
            yield Finding(Kind.REMOVED, place, show(recorded[index]), None)
        elif index >= len(recorded):
            yield Finding(Kind.ADDED, place, None, show(now[index]))
        else:
            yield from compare_values(place, recorded[index], now[index], noise)


def _order(texts: list[str], shared: Counter[str]) -> list[int]:
    """The indexes of the shared texts, then those of the others, both sorted by text."""
    ranked: list[tuple[bool, str, int]] = []
    for at, text in enumerate(texts):
        is_shared = shared[text] > 0
        shared[text] -= is_shared
        ranked.append((not is_shared, text, at))
    return [at for _, _, at in sorted(ranked)]


def _common(old: list[str], new: list[str]) -> int:
    """How many elements the two lists share from their start."""
    return next((at for at, (one, other) in enumerate(zip_longest(old, new)) if one != other), len(old))
