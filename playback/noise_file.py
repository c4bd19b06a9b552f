"""Noise rules as a text file that a person reviews: TOML, one table per rule, its evidence as comments.

Hostile-safe: plain data, bounded size, every key known or refused with the nearest one.
Must not know: how rules are learnt or applied. Read next: noise.py.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from playback.errors import BadOption
from playback.noise import UNORDERED, NoiseRule
from playback.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from playback.learn import Proposal

MOST_BYTES = 1024 * 1024
"""Largest noise file that is read."""

_KEYS = tuple(field.name for field in fields(NoiseRule))
_NEEDED = ("id", "path", "shape")
_OPTIONAL = ("method", "route", "before", "after")
_HEAD = """\
# Differences that a replay does not count. Keep the rules you agree with and delete the rest.
# path: the place, array indexes as []. shape: what both values must look like, or "unordered".
# before, after: the text around the shape. method, route: for which calls (globs).
"""


class BadNoiseFile(BadOption):
    """The file is no list of noise rules; the message names the rule and what is wrong."""


def load_noise(path: Path) -> tuple[NoiseRule, ...]:
    """The rules of a file. Raises BadNoiseFile."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadNoiseFile(f"{path} has more than {MOST_BYTES} bytes")
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadNoiseFile(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise BadNoiseFile(f"{path} is not TOML: {error}") from error
    unknown = [key for key in told if key != "rule"]
    if unknown or not isinstance(told.get("rule", []), list):
        raise BadNoiseFile(f"{path}: only [[rule]] tables belong here" + (f", not {unknown[0]!r}" if unknown else ""))
    rules = tuple(_rule(table, f"{path}, rule {number}") for number, table in enumerate(told.get("rule", []), 1))
    doubled = {rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1}
    if doubled:
        raise BadNoiseFile(f"{path}: the id {min(doubled)!r} is used twice")
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
    return not any("\ud800" <= char <= "\udfff" for key in _KEYS for char in getattr(rule, key))


def _rule(table: Any, where: str) -> NoiseRule:  # noqa: ANN401 - whatever a file may hold
    if not isinstance(table, dict):
        raise BadNoiseFile(f"{where} is no table")
    for key, value in table.items():
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, 1)
            raise BadNoiseFile(f"{where}: no key {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        if not isinstance(value, str):
            raise BadNoiseFile(f"{where}: {key} must be text")
    missing = [key for key in _NEEDED if not table.get(key)]
    if missing:
        raise BadNoiseFile(f"{where}: {missing[0]} is missing")
    if table["shape"] not in (*SHAPES, UNORDERED):
        near = get_close_matches(table["shape"], (*SHAPES, UNORDERED), 1)
        known = f"did you mean {near[0]!r}?" if near else f"there are {', '.join((*SHAPES, UNORDERED))}"
        raise BadNoiseFile(f"{where}: no shape {table['shape']!r}; {known}")
    if not table["path"].startswith(("headers.", "trailers.", "body")):
        raise BadNoiseFile(f"{where}: a path begins with headers., trailers. or body; a status is never noise")
    return NoiseRule(**table)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
