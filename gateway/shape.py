"""Reads a mapping that a person wrote into a settings class: every slip is named, with the nearest right word.

Must not know: which settings there are, files, lines. Read next: config_load.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_args, get_origin

from gateway.config_plain import type_hints

if TYPE_CHECKING:
    from collections.abc import Iterable

type Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a config: the keys that lead to it, and a sentence for its author."""

    path: Path
    text: str


def build(kind: Any, value: Any, path: Path, problems: list[Problem]) -> Any:  # noqa: ANN401 - any settings type
    """The value as the type wants it. What is wrong joins `problems`; the result then counts for nothing."""
    if is_dataclass(kind):
        return _build_class(kind, value, path, problems)
    if get_origin(kind) is tuple and get_origin(get_args(kind)[0]) is tuple:
        return _build_pairs(value, path, problems)
    if get_origin(kind) is tuple:
        return _build_list(get_args(kind)[0], value, path, problems)
    if issubclass(kind, StrEnum):
        return _build_choice(kind, value, path, problems)
    return _build_scalar(kind, value, path, problems)


def unknown_keys(mapping: Mapping[Any, Any], known: Iterable[str], path: Path) -> list[Problem]:
    """A problem for each key that nobody reads, with the nearest one that somebody does."""
    legal = list(known)
    return [
        Problem((*path, str(key)), f"unknown key{nearest(str(key), legal)}") for key in mapping if str(key) not in legal
    ]


def nearest(word: str, legal: list[str]) -> str:
    """How a sentence goes on after a wrong word."""
    close = get_close_matches(word, legal, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(legal)}"


def _build_class(kind: Any, value: Any, path: Path, problems: list[Problem]) -> Any:  # noqa: ANN401 - see build
    if not isinstance(value, Mapping):
        problems.append(Problem(path, f"a mapping is expected here, not {_named(value)}"))
        return None
    hints = type_hints(kind)
    problems += unknown_keys(value, hints, path)
    missing = [one.name for one in fields(kind) if _is_required(one) and one.name not in value]
    problems += [Problem(path, f"{name} is missing") for name in missing]
    read = {name: build(hints[name], value[name], (*path, name), problems) for name in hints if name in value}
    return None if missing else kind(**read)


def _is_required(field: Any) -> bool:  # noqa: ANN401 - dataclasses.Field of any type
    return field.default is MISSING and field.default_factory is MISSING


def _build_list(inner: Any, value: Any, path: Path, problems: list[Problem]) -> tuple[Any, ...]:  # noqa: ANN401 - see build
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        problems.append(Problem(path, f"a list is expected here, not {_named(value)}"))
        return ()
    return tuple(build(inner, one, (*path, place), problems) for place, one in enumerate(value))


def _build_pairs(value: Any, path: Path, problems: list[Problem]) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - see build
    """Names and values that a person writes as a mapping; a flag or a number is a text as YAML spells it."""
    if not isinstance(value, Mapping):
        problems.append(Problem(path, f"a mapping of names to texts is expected here, not {_named(value)}"))
        return ()
    pairs = []
    for name, given in value.items():
        spelled = str(given).lower() if isinstance(given, bool) else str(given) if isinstance(given, float) else given
        pairs.append((str(name), build(str, spelled, (*path, str(name)), problems) or ""))
    return tuple(pairs)


def _build_choice(kind: type[StrEnum], value: Any, path: Path, problems: list[Problem]) -> StrEnum | None:  # noqa: ANN401 - see build
    legal = [one.value for one in kind]
    if value in legal:
        return kind(str(value))
    problems.append(Problem(path, f"{value!r} is not possible{nearest(str(value), legal)}"))
    return None


def _build_scalar(kind: type, value: Any, path: Path, problems: list[Problem]) -> Any:  # noqa: ANN401 - see build
    is_flag = isinstance(value, bool)
    if kind is str and isinstance(value, str | int) and not is_flag:
        return str(value)
    if kind is bool and is_flag:
        return bool(value)
    if kind is int and isinstance(value, int) and not is_flag:
        return int(value)
    if kind is float and isinstance(value, int | float) and not is_flag:
        return float(value) if isinstance(value, float) else int(value)
    problems.append(Problem(path, f"{_KINDS[kind]} is expected here, not {_named(value)}"))
    return None


_KINDS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


def _named(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else repr(value)
