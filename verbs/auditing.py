"""`replay.py audit`: the recording as one self-contained page, a folder of pages when it is very large, or live.

Must not know: what a page looks like. Read next: pages.py, audit/page.py, live.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from playback.errors import BadOption
from playback.verdict import ExitCode
from store.reader import Reader
from verbs.comparing import compare_calls, compare_recordings
from verbs.options import parsed_by
from verbs.pages import write_page
from verbs.recordings import filter_option, readable, recording_argument, selected
from verbs.results import last_replays

if TYPE_CHECKING:
    from audit.compare import Side
    from audit.page import Lang
    from playback.selection import Predicate


def _pair(text: str) -> tuple[int, int]:
    one, comma, two = text.partition(",")
    if not (comma and one.isdecimal() and two.isdecimal()):
        raise BadOption(f"{text!r} names no two calls; write 3,7")
    return int(one), int(two)


@click.command("audit")
@recording_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The HTML file, or a folder.")
@click.option("--compare", "other", metavar="OTHER", help="Beside another recording: missing, extra, moved, changed.")
@click.option("--pair", metavar="ID,ID", callback=parsed_by(_pair), help="Two calls of RECORDING beside each other.")
@click.option("--side", type=click.Choice(["client", "server"]), default="client", help="Whose view --pair compares.")
@click.option("--live", is_flag=True, help="Serve the page instead, on this machine, as the recording grows.")
@click.option("--port", type=click.IntRange(0, 65535), default=8081, show_default=True, help="Of --live; 0: any free.")
@click.option("--to", metavar="URL", help="Where --live sends what is replayed.  [default: the function's server]")
@click.option("--attached", is_flag=True, hidden=True, help="The proxy asks; it says on standard input for what.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Opens in this language, not in the browser's.")
@filter_option
def command(
    *,
    recording: str,
    output: Path | None,
    other: str | None,
    pair: tuple[int, int] | None,
    side: Side,
    live: bool,
    port: int,
    to: str | None,
    attached: bool,
    language: Lang | None,
    wanted: Predicate,
) -> int:
    """Write RECORDING as one self-contained HTML page: every exchange, both views, each change with its reason.

    With --live nothing is written: the page is served on this machine and shows new exchanges as they come. With
    --compare the exit code tells whether the two recordings are the same.
    """
    if sum((other is not None, pair is not None, live or attached)) > 1:
        raise click.UsageError("--compare, --pair and --live exclude each other")
    if live or attached:
        return _live(recording, output, port, to, language, attached=attached)
    if output is None:
        raise click.UsageError("name the file to write with --output FILE, or serve the page with --live")
    if other is not None:
        return compare_recordings(recording, other, output, language, wanted)
    if pair is not None:
        return compare_calls(recording, pair, side, output, language)
    return _written(recording, output, language, wanted)


def _written(recording: str, output: Path, language: Lang | None, wanted: Predicate) -> int:
    with readable(recording) as found:
        reader = Reader(found)
        if next(selected(reader, wanted), None) is None:
            return ExitCode.NOTHING_SELECTED
        replays = last_replays(found)
        changed = write_page(reader, recording, output, wanted, language=language, replays=replays)
    click.echo(f"{output}: {'written' if changed else 'up to date'}")
    return ExitCode.SAME


def _live(
    recording: str, output: Path | None, port: int, to: str | None, language: Lang | None, *, attached: bool
) -> int:
    from verbs.live import Wanted, show, show_attached  # noqa: PLC0415 - only a live page pays for a web server

    if output is not None:
        raise click.UsageError("-o and --live exclude each other")
    return show_attached(port) if attached else show(Wanted(recording, port, language, to=to))
