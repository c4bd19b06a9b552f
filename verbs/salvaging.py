"""`replay.py salvage`: what can be rescued of a damaged recording, into a new one.

Must not know: which rows are sound (store/salvage.py). Read next: verifying.py.
"""

from __future__ import annotations

import click

from playback.verdict import ExitCode
from playback.visible import visible
from store.errors import RecordingError
from store.salvage import salvage
from verbs.recordings import display_name, readable, recording_argument
from verbs.shell import Refused

SHOWN = 20


@click.command("salvage")
@recording_argument
@click.option("-o", "--output", required=True, metavar="NEW.db", help="The new recording; nothing may be there yet.")
def command(recording: str, output: str) -> int:
    """Copy every exchange of RECORDING whose digest holds into a new recording, and list the rest.

    RECORDING itself is not changed. Exit code 1 when something could not be rescued.
    """
    with readable(recording) as found:
        try:
            report = salvage(found, output)
        except RecordingError as error:
            raise Refused(str(error), error.exit_code) from error
    lost = [f"#{ident}  {visible(reason)}" for ident, reason in report.lost] + [visible(line) for line in report.others]
    for line in lost[:SHOWN]:
        click.echo(line)
    if len(lost) > SHOWN:
        click.echo(f"... and {len(lost) - SHOWN} more")
    name = display_name(recording)
    click.echo(f"salvage {name}: {len(report.recovered)} exchanges rescued, {len(lost)} losses")
    return ExitCode.DIFFERENT if lost else ExitCode.SAME
