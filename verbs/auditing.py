"""`replay.py audit`: the recording as one self-contained page, or a folder of pages when it is very large.

Must not know: what a page looks like. Read next: pages.py, audit/page.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from playback.verdict import ExitCode
from store.reader import Reader
from verbs.pages import write_page
from verbs.recordings import filter_option, readable, recording_argument, selected
from verbs.results import last_replays

if TYPE_CHECKING:
    from audit.page import Lang
    from playback.selection import Predicate


@click.command("audit")
@recording_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The HTML file, or a folder.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Opens in this language, not in the browser's.")
@filter_option
def command(recording: str, output: Path, language: Lang | None, wanted: Predicate) -> int:
    """Write RECORDING as one self-contained HTML page: every exchange, both views, each change with its reason."""
    with readable(recording) as found:
        reader = Reader(found)
        if next(selected(reader, wanted), None) is None:
            return ExitCode.NOTHING_SELECTED
        replays = last_replays(found)
        changed = write_page(reader, recording, output, wanted, language=language, replays=replays)
    click.echo(f"{output}: {'written' if changed else 'up to date'}")
    return ExitCode.SAME
