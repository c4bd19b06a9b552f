"""`replay.py audit`: the recording as one self-contained page.

Must not know: what a page looks like. Read next: audit/page.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from audit import PageMeta, Sources, render_page
from playback.verdict import ExitCode
from verbs.outputs import write_file
from verbs.recordings import config_of, display_name, filter_option, opened, recording_argument, selected

if TYPE_CHECKING:
    from audit.page import Lang
    from playback.selection import Predicate


@click.command("audit")
@recording_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The HTML file to write.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Opens in this language, not in the browser's.")
@filter_option
def command(recording: str, output: Path, language: Lang | None, wanted: Predicate) -> int:
    """Write RECORDING as one self-contained HTML page: every exchange, both views, each change with its reason."""
    with opened(recording) as reader:
        exchanges = list(selected(reader, wanted))
        if not exchanges:
            return ExitCode.NOTHING_SELECTED
        meta = PageMeta(display_name(recording), rules_version=exchanges[-1].rules_version)
        page = render_page(exchanges, meta, lang=language, sources=Sources(reader, config_of(reader)))
    write_file(output, page.encode("utf-8"))
    click.echo(f"{output}: {len(exchanges)} exchanges")
    return ExitCode.SAME
