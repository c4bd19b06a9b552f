"""`replay.py verify`: whether everything in the recording is still what was written.

Must not know: how digests are chained (store/verify.py). Read next: salvaging.py, for when it is not.
"""

from __future__ import annotations

import click

from playback.verdict import ExitCode
from playback.visible import visible
from store.verify import verify
from verbs.recordings import display_name, readable, recording_argument

SHOWN = 20


@click.command("verify")
@recording_argument
def command(recording: str) -> int:
    """Hold every exchange, body and commit of RECORDING against its digests.

    Exit code 3 when anything is not as it was written.
    """
    with readable(recording) as found:
        report = verify(found)
    for problem in report.problems[:SHOWN]:
        where = f"#{problem.exchange_id}  " if problem.exchange_id is not None else ""
        click.echo(f"{where}{visible(problem.text)}")
    if len(report.problems) > SHOWN:
        click.echo(f"... and {len(report.problems) - SHOWN} more")
    for note in report.notes:
        click.echo(f"note: {visible(note)}")
    counted = f"{report.exchanges} exchanges, {report.bodies} bodies, {report.commits} commits"
    name = display_name(recording)
    if report.sound:
        click.echo(f"verify {name}: {counted}, all as written")
        return ExitCode.SAME
    click.echo(
        f"verify {name}: {counted}, {len(report.problems)} damaged; rescue the rest with: salvage {name} -o NEW.db"
    )
    return ExitCode.UNREADABLE
