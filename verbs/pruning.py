"""`replay.py prune`: the oldest exchanges go, by hand.

Must not know: how they are removed (store/retention.py). Read next: addons/options.py (fc_keep, the same by itself).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from playback.errors import BadOption
from playback.verdict import ExitCode
from store.errors import RecordingError
from store.keep import Keep, parse_keep
from store.recording import open_for_writing
from store.retention import prune
from verbs.options import parsed_by
from verbs.recordings import display_name, readable, recording_argument
from verbs.shell import Refused

if TYPE_CHECKING:
    from store.retention import Pruned


def limits(text: str) -> Keep:
    """What to keep. Raises BadOption, also when nothing is said."""
    try:
        keep = parse_keep(text)
    except ValueError as error:
        raise BadOption(str(error)) from error
    if keep is None:
        raise BadOption("say what to keep: an age (7d), a number (10000), a size (2GiB), or several")
    return keep


@click.command("prune")
@recording_argument
@click.option("--keep", required=True, metavar="LIMITS", callback=parsed_by(limits), help="Such as '7d', '10000,2GiB'.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
def command(recording: str, keep: Keep, dry_run: bool) -> int:
    """Remove the oldest exchanges of RECORDING beyond the limits, bodies with their last exchange, and give back space.

    While a proxy records there, use its option fc_keep instead.
    """
    with readable(recording):
        pass  # whatever is wrong with it is told before anything is opened for writing
    try:
        found = open_for_writing(recording)
        try:
            done = prune(found, keep, dry_run=dry_run)
        finally:
            found.close()
    except RecordingError as error:
        raise Refused(str(error), error.exit_code) from error
    click.echo(f"prune {display_name(recording)}: {told(done, dry_run=dry_run)}")
    return ExitCode.SAME


def told(done: Pruned, *, dry_run: bool) -> str:
    """What went, in words."""
    verb = "would go" if dry_run else "removed"
    return f"{done.exchanges} exchanges and {done.bodies} bodies {verb}, {done.size} bytes in use afterwards"
