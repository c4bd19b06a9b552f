"""Noise rules as a text file that a person reviews: TOML, one table per rule, its evidence as comments.

Must not know: how rules are learnt or applied. Read next: toml_tables.py, noise.py.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from playback.noise import UNORDERED, NoiseRule
from playback.shapes import SHAPES
from playback.toml_tables import BadFile, Layout, load_tables, one_of, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from playback.learn import Proposal

_NEEDED = ("id", "path", "shape")
_OPTIONAL = ("method", "route", "before", "after")
_LAYOUT = Layout("rule", _NEEDED, _OPTIONAL)
_HEAD = """\
# Differences that a replay does not count. Keep the rules you agree with and delete the rest.
# path: the place, array indexes as []. shape: what both values must look like, or "unordered".
# before, after: the text around the shape. method, route: for which calls (globs).
"""


def load_noise(path: Path) -> tuple[NoiseRule, ...]:
    """The rules of a file. Raises BadFile."""
    return _rules(load_tables(path, _LAYOUT), str(path))


def read_noise(text: str, where: str) -> tuple[NoiseRule, ...]:
    """The rules of a text that came from somewhere else than a file. Raises BadFile."""
    return _rules(read_tables(text, where, _LAYOUT), where)


def _rules(tables: list[tuple[str, dict[str, Any]]], path: str) -> tuple[NoiseRule, ...]:
    rules = tuple(_rule(where, table) for where, table in tables)
    names = Counter(rule.id for rule in rules)
    doubled = [name for name, count in names.items() if count > 1]
    if doubled:
        raise BadFile(f"{path}: the id {doubled[0]!r} is used twice")
    return rules


def write_noise(proposals: Iterable[Proposal]) -> str:
    """The file that proposes rules: each with its evidence above it."""
    parts = [_HEAD]
    for proposal in proposals:
        if not _is_text(proposal.rule):
            continue
        lines = [f"# {line}" for line in proposal.evidence]
        lines.append("[[rule]]")
        plain = {key: getattr(proposal.rule, key) for key in (*_NEEDED, *_OPTIONAL)}
        defaults = {"method": "*", "route": "*", "before": "", "after": ""}
        lines += [f"{key} = {_quoted(value)}" for key, value in plain.items() if defaults.get(key) != value]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _is_text(rule: NoiseRule) -> bool:
    """TOML holds no half characters, as a hostile body can bring; such a rule cannot be proposed."""
    return not any("\ud800" <= char <= "\udfff" for key in (*_NEEDED, *_OPTIONAL) for char in getattr(rule, key))


def _rule(where: str, table: dict[str, Any]) -> NoiseRule:
    one_of(where, "shape", table["shape"], (*SHAPES, UNORDERED))
    if not table["path"].startswith(("headers.", "trailers.", "body")):
        raise BadFile(f"{where}: a path begins with headers., trailers. or body; a status is never noise")
    return NoiseRule(**table)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
