"""TOML files that a user writes for a replay: one sort of table, every key known, every value text.

Hostile-safe: plain data, bounded size, refusals in one line that name the table and the nearest right key.
Must not know: what the tables mean. Read next: noise_file.py, capture_file.py.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from playback.errors import BadOption

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 1024 * 1024
"""Largest file that is read."""


class BadFile(BadOption):
    """The file is not what it should be; the message names the place."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file may hold: `[[name]]` tables with these keys. `lists`: keys whose values are lists of texts."""

    name: str
    needed: tuple[str, ...]
    optional: tuple[str, ...]
    lists: tuple[str, ...] = ()


def load_tables(path: Path, layout: Layout) -> list[tuple[str, dict[str, Any]]]:
    """Each table with words that say where it stands. Raises BadFile."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadFile(f"{path} has more than {MOST_BYTES} bytes")
        text = path.read_text("utf-8")
    except OSError as error:
        raise BadFile(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise BadFile(f"{path} is not TOML: {error}") from error
    return read_tables(text, str(path), layout)


def read_tables(text: str, path: str, layout: Layout) -> list[tuple[str, dict[str, Any]]]:
    """The same from text; `path` says in messages where it comes from. Raises BadFile."""
    try:
        told = tomllib.loads(text)
    except ValueError as error:
        raise BadFile(f"{path} is not TOML: {error}") from error
    unknown = [key for key in told if key != layout.name]
    tables = told.get(layout.name, [])
    if unknown or not isinstance(tables, list):
        but = f", not {unknown[0]!r}" if unknown else ""
        raise BadFile(f"{path}: only [[{layout.name}]] tables belong here{but}")
    return [
        (where, _checked(table, where, layout))
        for where, table in ((f"{path}, {layout.name} {number}", table) for number, table in enumerate(tables, 1))
    ]


def one_of(where: str, what: str, value: str, known: tuple[str, ...]) -> None:
    """Refuse a value that is none of the known ones. Raises BadFile."""
    if value in known:
        return
    near = get_close_matches(value, known, 1)
    raise BadFile(
        f"{where}: no {what} {value!r}; " + (f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}")
    )


def _checked(table: Any, where: str, layout: Layout) -> dict[str, Any]:  # noqa: ANN401 - whatever a file may hold
    if not isinstance(table, dict):
        raise BadFile(f"{where} is no table")
    keys = (*layout.needed, *layout.optional, *layout.lists)
    for key, value in table.items():
        if key not in keys:
            near = get_close_matches(key, keys, 1)
            raise BadFile(f"{where}: no key {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        texts = value if isinstance(value, list) and key in layout.lists else [value]
        if not all(isinstance(text, str) for text in texts):
            raise BadFile(f"{where}: {key} must be text")
    missing = [key for key in layout.needed if not table.get(key)]
    if missing:
        raise BadFile(f"{where}: {missing[0]} is missing")
    return table
