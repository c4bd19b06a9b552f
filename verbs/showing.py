"""`replay.py show`: one exchange as text, both views line by line, each change beside its rule and reason.

It prints the very page that the audit shows, so the two can never tell different stories.
Must not know: how a difference finds its rule. Read next: page_text.py, audit/detail.py.
"""

from __future__ import annotations

import click

from audit import detail
from audit.model import PageMeta
from playback.verdict import ExitCode
from store.reader import Reader
from verbs.page_text import Printer
from verbs.recordings import config_of, display_name, readable, recording_argument
from verbs.results import last_replays
from verbs.shell import Refused


@click.command("show")
@recording_argument
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", help="Language of the reasons.")
def command(recording: str, number: int, language: str) -> int:
    """Exchange ID of RECORDING: what the client and the server saw, and every change with its reason."""
    with readable(recording) as found:
        reader = Reader(found)
        exchange = reader.exchange(number)
        if exchange is None:
            raise Refused(f"no exchange {number} in {display_name(recording)}", ExitCode.NOTHING_SELECTED)
        sources = detail.Sources(
            reader,
            config_of(reader),
            replays=last_replays(found, [number]),
            messages=reader.messages,
            tasks=reader.task,
            exchanges=reader.exchange,
        )
        page = detail.page(exchange, PageMeta(display_name(recording)), sources)
        for line in Printer(language).page(page):
            click.echo(line)
    return ExitCode.SAME
