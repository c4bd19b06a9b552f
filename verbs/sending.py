"""`replay.py send`: the stored server requests to a live server, its answers against the recorded ones.

Must not know: how answers are compared. Read next: playback/send.py, outputs.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from gateway.rules import RULES_VERSION
from playback.report import Report
from playback.send import send_all
from playback.target import BadTarget, parse_target
from verbs.gate import fail_on_option
from verbs.outputs import Forms, deliver, report_options
from verbs.recordings import display_name, filter_option, opened, recording_argument, selected

if TYPE_CHECKING:
    from playback.findings import Rank
    from playback.selection import Predicate


_SECONDS = click.FloatRange(0, min_open=True)


@click.command("send")
@recording_argument
@click.option("--to", "url", default="http://127.0.0.1:9000", show_default=True, metavar="URL", help="The server.")
@click.option("--allow-remote", is_flag=True, help="Let --to be another machine.")
@click.option("--timeout", "timeout_s", type=_SECONDS, default=60, show_default=True, help="Seconds per answer.")
@filter_option
@fail_on_option
@report_options
def command(
    *, recording: str, url: str, allow_remote: bool, timeout_s: float, wanted: Predicate, fail_on: Rank, forms: Forms
) -> int:
    """Send the stored server requests of RECORDING to a server and compare its answers with the recorded ones.

    Each request goes out byte for byte as it was, with its recorded request id, in the order of arrival.
    """
    try:
        target = parse_target(url, allow_remote=allow_remote)
    except BadTarget as error:
        raise click.UsageError(str(error)) from error
    with opened(recording) as reader:
        sending = send_all(selected(reader, wanted), target, reader.body_pieces, timeout_s=timeout_s, fail_on=fail_on)
        sent = asyncio.run(sending)
    report = Report("send", display_name(recording), RULES_VERSION, fail_on, sent.outcomes, sent.stopped)
    return deliver(report, forms)
