"""Plain values: what a body says once its syntax is gone, and how such a value and its place are written down.

Numbers are Decimals, so that 1.0 and 1 are one number and no digit is lost.
Must not know: HTTP, content types, comparing. Read next: plain.py (bodies become values), trees.py (two of them).
"""

from __future__ import annotations

import json
import re
from decimal import Decimal

from playback.findings import keep

type Plain = bool | Decimal | str | bytes | list[Plain] | dict[str, Plain] | None

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_TYPES = {bool: "boolean", Decimal: "number", str: "text", bytes: "bytes", list: "list", dict: "object"}
_WORDS = {None: "null", True: "true", False: "false"}


def member_path(path: str, key: str) -> str:
    """The path of a member: `body.id`, or `body["a.b"]` when the key is no plain name."""
    return f"{path}.{key}" if _NAME.match(key) else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def type_name(value: Plain) -> str:
    """The word for a value's type in a report."""
    return "null" if value is None else _TYPES[type(value)]


def leaf_text(value: Plain) -> str | None:
    """A text or a number as text, None for everything else."""
    if isinstance(value, str):
        return value
    return _number(value) if isinstance(value, Decimal) else None


def show(value: Plain) -> str:
    """A value as the text of a finding: strings bare, everything else as compact JSON."""
    if isinstance(value, str):
        return keep(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return keep(canonical(value))


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
    return _quoted(value) if isinstance(value, str) else _WORDS[value]


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
