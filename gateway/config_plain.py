"""A config as plain JSON-safe values and back; the recording keeps one copy of each.

Exactly, but for what is marked UNRECORDED: how a program is started is no rule's business and may hold secrets.

Must not know: files, YAML, s.yaml. Read next: config_load.py (mappings that people write).
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Any, cast, get_args, get_type_hints

from gateway.config import UNRECORDED, Config


def to_plain(config: Config) -> dict[str, Any]:
    """The config as dicts, lists, texts and numbers, keyed by the field names of config.py."""
    plain = _plain(config)
    return dict(plain)


def from_plain(plain: dict[str, Any]) -> Config:
    """The config back. A field that an older recording lacks takes its default.

    Raises ValueError for a field that this version does not know: a newer one wrote it.
    """
    return cast("Config", _build(Config, plain))


def digest(config: Config) -> str:
    """A name for a config, the same in every process: the first half of a SHA-256, in hex."""
    text = json.dumps(to_plain(config), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of any settings class
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.metadata != UNRECORDED}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, StrEnum) else value


def _build(kind: Any, plain: Any) -> Any:  # noqa: ANN401 - a type of a settings field, and its plain value
    if is_dataclass(kind) and isinstance(kind, type):
        hints = type_hints(kind)
        if unknown := plain.keys() - hints.keys():
            raise ValueError(f"a newer fc-replay wrote this config: unknown settings {', '.join(sorted(unknown))}")
        return kind(**{name: _build(hints[name], value) for name, value in plain.items()})
    if isinstance(plain, list):
        inner = get_args(kind)[0]
        return tuple(_build(inner, one) for one in plain)
    return kind(plain) if issubclass(kind, StrEnum) else plain


@cache
def type_hints(kind: type) -> dict[str, Any]:
    """The types of a settings class's fields, in their order."""
    return get_type_hints(kind)
