"""GitHub's workflow commands: differences that appear on the run's page, and a table for its summary.

Must not know: replay; it receives lines. Read next: junit.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST = 10
"""Annotations that are written; the platform shows about as many per step."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One message on a run's page. `level`: error, warning or notice. `file`: what it points at, may be ""."""

    level: str
    title: str
    message: str
    file: str = ""


def render(annotations: Sequence[Annotation]) -> str:
    """The first ten as workflow commands, one a line; a last line counts what is left out."""
    lines = [_line(annotation) for annotation in annotations[:MOST]]
    if len(annotations) > MOST:
        lines.append(_line(Annotation("notice", "fc-replay", f"{len(annotations) - MOST} more are in the report")))
    return "".join(f"{line}\n" for line in lines)


def render_table(heading: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown section with a table, for the file that GITHUB_STEP_SUMMARY names."""
    lines = [f"### {_cell(heading)}", "", _row(columns), _row(["---"] * len(columns))]
    lines += [_row(row) for row in rows]
    return "\n".join(lines) + "\n"


def _line(annotation: Annotation) -> str:
    properties = [("file", annotation.file), ("title", annotation.title)]
    told = ",".join(f"{name}={_property(value)}" for name, value in properties if value)
    return f"::{annotation.level} {told}::{_data(annotation.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_cell(cell) if cell != "---" else cell for cell in cells) + " |"


def _cell(text: str) -> str:
    """Text that Markdown takes literally: recorded content must not become a link, an image or HTML."""
    return text.translate(_LITERAL)


_LITERAL = {ord(char): f"\\{char}" for char in "\\`*_{}[]()#!~"} | {
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord("&"): "&amp;",
    ord("|"): "&#124;",
    ord("\n"): " ",
}
