"""Values that are secrets whatever they are called: tokens, keys, passwords in addresses, card numbers.

Must not know: where the bytes come from. Read next: secret_spans.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_B64URL = rb"[A-Za-z0-9_-]"

_SHAPES: tuple[tuple[str, tuple[bytes, ...], re.Pattern[bytes]], ...] = (
    (
        "jwt",
        (b"eyJ",),
        re.compile(rb"(?<![A-Za-z0-9_-])eyJ" + _B64URL + rb"{4,}\." + _B64URL + rb"{4,}\." + _B64URL + rb"*"),
    ),
    ("secret", (b"earer ",), re.compile(rb"\b[Bb]earer +([A-Za-z0-9._~+/-]{6,}=*)")),
    ("secret", (b"asic ",), re.compile(rb"\b[Bb]asic +([A-Za-z0-9+/]{8,}={0,2})")),
    ("secret", (b"://",), re.compile(rb"://[^\s/?#@:\"']*:([^\s/?#@\"']+)@")),
    ("key-id", (b"LTAI",), re.compile(rb"\bLTAI[A-Za-z0-9]{12,26}\b")),
    ("key-id", (b"STS.",), re.compile(rb"\bSTS\.[A-Za-z0-9]{10,}")),
    ("key-id", (b"AKIA", b"ASIA"), re.compile(rb"\bA[KS]IA[A-Z0-9]{16}\b")),
    ("secret", (b"gh",), re.compile(rb"\bgh[pousr]_[A-Za-z0-9]{20,}")),
)
_PEM = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----")
_PEM_LIMIT = 16 * 1024
_ANY_HINT = re.compile(b"|".join(re.escape(hint) for _, hints, _ in _SHAPES for hint in hints) + b"|-----BEGIN ")
_SHORTEST_CARD = 13
_CARD = re.compile(rb"(?<![0-9A-Za-z.-])[3-6](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z.-])")

KINDS = ("secret", "jwt", "pem", "key-id", "card")
"""What a pseudonym may say of the value it stands for."""

TAG = re.compile(rb"(?:" + b"|".join(kind.encode() for kind in KINDS) + rb"):[0-9a-f]{12}")
"""A pseudonym. One that arrives in traffic is itself sealed, so that each in a recording is ours."""


def kind_of(value: bytes) -> str:
    """What a value is, judged by itself alone: equal values must get equal pseudonyms everywhere."""
    for kind, hints, pattern in _SHAPES:
        if kind != "secret" and any(hint in value for hint in hints) and pattern.fullmatch(value):
            return kind
    if _PEM.match(value):
        return "pem"
    return "card" if _is_card(value) else "secret"


def shapes(data: bytes) -> Iterator[tuple[int, int]]:
    """Spans (start, end) of values that are secrets by their look."""
    if _ANY_HINT.search(data):  # one look for most lines, which have none of them
        for _, hints, pattern in _SHAPES:
            if any(hint in data for hint in hints):
                yield from (found.span(found.lastindex or 0) for found in pattern.finditer(data))
        yield from _private_keys(data)
    if len(data) >= _SHORTEST_CARD:
        yield from (found.span() for found in _CARD.finditer(data) if _is_card(found.group()))
    if b":" in data:
        yield from (found.span() for found in TAG.finditer(data))


def _private_keys(data: bytes) -> Iterator[tuple[int, int]]:
    """From BEGIN to END; a key that is cut is still a key."""
    end = 0
    for found in _PEM.finditer(data):
        if found.start() < end:
            continue
        last = data.find(b"-----END ", found.end(), found.end() + _PEM_LIMIT)
        line = data.find(b"-----", last + 9, last + 60) + 5 if last >= 0 else 0
        end = line if line > 5 else min(len(data), found.end() + _PEM_LIMIT)
        yield found.start(), end


def _is_card(value: bytes) -> bool:
    """A card number: 13 to 19 digits whose Luhn sum is a multiple of ten, and not all the same."""
    digits = [byte - 48 for byte in value if 48 <= byte <= 57]
    if not _CARD.fullmatch(value) or len(set(digits)) < 3:
        return False
    doubled = (digit if at % 2 == 0 else digit * 2 - 9 * (digit > 4) for at, digit in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0
