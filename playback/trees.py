"""Compare two plain values: objects by key, lists by index, leaves by value; every difference has a path.

A plain value is what a body says once its syntax is gone (see plain.py). Numbers are Decimals, so that
1.0 and 1 are one number and no digit is lost. Must not know: HTTP, content types, noise.
Read next: plain.py, compare.py.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING

from playback.findings import Finding, Kind, cut

if TYPE_CHECKING:
    from collections.abc import Iterator

type Plain = bool | Decimal | str | bytes | list[Plain] | dict[str, Plain] | None

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_TYPES = {bool: "boolean", Decimal: "number", str: "text", bytes: "bytes", list: "list", dict: "object"}


def compare_values(path: str, recorded: Plain, now: Plain) -> Iterator[Finding]:
    """Every difference between two plain values, in the order of the recorded one."""
    if type_name(recorded) != type_name(now):
        note = f"was {type_name(recorded)}, is {type_name(now)}"
        yield Finding(Kind.TYPE, path, show(recorded), show(now), note)
    elif isinstance(recorded, dict) and isinstance(now, dict):
        yield from _compare_objects(path, recorded, now)
    elif isinstance(recorded, list) and isinstance(now, list):
        yield from _compare_lists(path, recorded, now)
    elif isinstance(recorded, bytes) and isinstance(now, bytes) and recorded != now:
        yield compare_bytes(path, recorded, now)
    elif recorded != now:
        yield Finding(Kind.VALUE, path, show(recorded), show(now))


def compare_bytes(path: str, recorded: bytes, now: bytes) -> Finding:
    """Two unequal byte strings: sizes, the first offset that differs, and a window around it in hex."""
    pairs = enumerate(zip(recorded, now, strict=False))
    offset = next((at for at, (one, other) in pairs if one != other), min(len(recorded), len(now)))
    start = max(0, offset - 4)
    old, new = (side[start : offset + 12].hex(" ") for side in (recorded, now))
    return Finding(
        Kind.VALUE, path, old, new, f"{len(recorded)} and {len(now)} bytes, first difference at byte {offset}"
    )


def child(path: str, key: str) -> str:
    """The path of a member: `body.id`, or `body["a.b"]` when the key is no plain name."""
    return f"{path}.{key}" if _NAME.match(key) else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def type_name(value: Plain) -> str:
    """The word for a value's type in a report."""
    return "null" if value is None else _TYPES[type(value)]


def show(value: Plain) -> str:
    """A value as the text of a finding: strings bare, everything else as compact JSON."""
    if isinstance(value, str):
        return cut(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return cut(canonical(value))


def canonical(value: Plain) -> str:
    """One text per value: keys sorted, numbers normalised. Equal values have equal texts and only they do."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, bytes):
        return f"bytes:{value.hex()}"
    return _quoted(value) if isinstance(value, str) else {None: "null", True: "true", False: "false"}[value]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(value: Decimal) -> str:
    """Digits without trailing zeros; an exponent stays an exponent, so 1e999999 stays short."""
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    shift = int(exponent) + len(digits) - len(text)
    if not text:
        return "0"
    minus = "-" if sign else ""
    if 0 <= shift <= 20:
        return f"{minus}{text}{'0' * shift}"
    if -20 <= shift < 0:
        whole = text.rjust(1 - shift, "0")
        return f"{minus}{whole[:shift]}.{whole[shift:]}"
    return f"{minus}{text}e{shift}"


def _compare_objects(path: str, recorded: dict[str, Plain], now: dict[str, Plain]) -> Iterator[Finding]:
    for key, value in recorded.items():
        if key in now:
            yield from compare_values(child(path, key), value, now[key])
        else:
            yield Finding(Kind.REMOVED, child(path, key), show(value), None)
    for key, value in now.items():
        if key not in recorded:
            yield Finding(Kind.ADDED, child(path, key), None, show(value))


def _compare_lists(path: str, recorded: list[Plain], now: list[Plain]) -> Iterator[Finding]:
    """Same elements in another order are one finding; else the differing middle is compared by index."""
    old, new = [canonical(item) for item in recorded], [canonical(item) for item in now]
    if old == new:
        return
    if sorted(old) == sorted(new):
        yield Finding(Kind.ORDER, path, note=f"the same {len(old)} elements in another order")
        return
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    for index in range(start, max(old_end, new_end)):
        place = f"{path}[{index}]"
        if index >= new_end:
            yield Finding(Kind.REMOVED, place, show(recorded[index]), None)
        elif index >= old_end:
            yield Finding(Kind.ADDED, place, None, show(now[index]))
        else:
            yield from compare_values(place, recorded[index], now[index])


def _common(old: list[str], new: list[str]) -> int:
    """How many elements the two lists share from their start."""
    return next((at for at, (one, other) in enumerate(zip_longest(old, new)) if one != other), len(old))
