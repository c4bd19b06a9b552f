"""Shapes that minted values have: a value may change and still be a UUID; an error text in its place is none.

Ordered from the most telling to the blanket. Must not know: rules, paths. Read next: noise.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ANY = "any"
"""The blanket: says nothing about a value, so a person should look twice before accepting it."""

SHAPES: dict[str, re.Pattern[str]] = {
    "uuid": re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
    "fc-request-id": re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{4,16}-[0-9a-f]{12}"),
    "rfc3339": re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"),
    "http-date": re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"),
    "time": re.compile(r"\d{1,2}:\d\d:\d\d(?:[.,]\d+)?"),
    "epoch-s": re.compile(r"1[0-9]{9}(?:\.\d+)?"),
    "epoch-ms": re.compile(r"1[0-9]{12}(?:\.\d+)?"),
    "epoch-us": re.compile(r"1[0-9]{15}"),
    "jwt": re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"),
    "integer": re.compile(r"-?\d{1,19}"),
    "number": re.compile(r"-?\d{1,19}(?:\.\d+)?(?:e-?\d+)?"),
    "hex": re.compile(r"(?i)(?:0x)?[0-9a-f]{8,}"),
    "token": re.compile(r"[A-Za-z0-9_+/.~-]{8,}={0,2}"),
    ANY: re.compile(r".*", re.DOTALL),
}


def fits(shape: str, text: str) -> bool:
    """Whether the whole text has the shape."""
    return SHAPES[shape].fullmatch(text) is not None


def shape_of(texts: Iterable[str]) -> str:
    """The most telling shape that all the texts have."""
    known = list(texts)
    return next(shape for shape in SHAPES if all(fits(shape, text) for text in known))


def common_frame(texts: Iterable[str]) -> tuple[str, str]:
    """What all texts begin and end with, cut back so that no word or number is torn."""
    known = list(texts)
    before, after = _prefix(known), ""
    rest = [text[len(before) :] for text in known]
    after = _prefix([text[::-1] for text in rest])[::-1]
    return before, after


def _prefix(texts: list[str]) -> str:
    low, high = min(texts), max(texts)
    length = next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))
    while length and low[length - 1].isalnum():
        length -= 1
    return low[:length]
