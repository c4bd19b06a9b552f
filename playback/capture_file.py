"""Capture rules as a text file: TOML, one [[capture]] table per value that must change.

Must not know: how values are captured. Read next: toml_tables.py, captures.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playback.captures import PLACES, Capture
from playback.toml_tables import BadFile, Layout, load_tables, one_of

if TYPE_CHECKING:
    from pathlib import Path

_LAYOUT = Layout("capture", ("name", "source"), ("method", "route"), ("into",))


def load_captures(path: Path) -> tuple[Capture, ...]:
    """The rules of a file. Raises BadFile."""
    return tuple(_capture(where, table) for where, table in load_tables(path, _LAYOUT))


def _capture(where: str, table: dict[str, object]) -> Capture:
    source, into = str(table["source"]), table.get("into", PLACES)
    if not source.startswith(("headers.", "body")):
        raise BadFile(f"{where}: a source begins with headers. or body, such as body.token")
    places = (into,) if isinstance(into, str) else tuple(str(place) for place in into)  # type: ignore[attr-defined]
    for place in places:
        one_of(where, "place", place, PLACES)
    return Capture(str(table["name"]), source, str(table.get("method", "*")), str(table.get("route", "*")), places)
