"""`replay.py import`: a bundle becomes a recording of ours.

Must not know: file formats. Read next: bundles.py.
"""

from __future__ import annotations

from pathlib import Path

import click

from playback.verdict import ExitCode
from store.errors import RecordingError
from verbs.bundles import unpack
from verbs.shell import Refused


@click.command("import")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The new recording.")
def command(bundle: Path, output: Path) -> int:
    """Write what BUNDLE holds into a new recording; nothing may be there yet."""
    if output.exists():
        raise click.UsageError(f"{output} is already there")
    try:
        count = unpack(bundle, output)
    except RecordingError as error:
        output.unlink(missing_ok=True)
        raise Refused(str(error), error.exit_code) from error
    click.echo(f"{output}: {count} exchanges")
    return ExitCode.SAME
