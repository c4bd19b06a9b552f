"""`send --update NEW.db`: a recording whose expectations are the answers of now.

Must not know: how answers were got. Read next: playback/updated.py, bundles.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from playback.updated import Updated
from playback.vault import Unsealed
from store.errors import RecordingError
from verbs.bundles import write_incoming
from verbs.importing import all_or_nothing, refuse_existing
from verbs.recordings import config_of
from verbs.shell import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from playback.updated import Answers
    from playback.vault import Vault
    from store.reader import Reader


def refuse_before(output: Path, vault: Vault, *, as_client: bool, captures: bool) -> None:
    """End the verb before the first request when there is no way to update."""
    refuse_existing(output)
    if as_client:
        raise click.UsageError("--update takes the server's answers: use --to, not --as-client")
    if captures:
        raise click.UsageError("--update and --capture exclude each other: a captured value is of one run alone")
    if vault.blind:
        raise click.UsageError("--update needs the recording's key: without it the new recording would hold pseudonyms")


def write_updated(reader: Reader, vault: Vault, answers: Answers, output: Path) -> None:
    """Write the new recording, all exchanges in it, and say what changed."""
    updated = Updated(reader.exchanges(), vault, config_of(reader), reader.config, answers, answers.notes)
    with all_or_nothing(output):
        try:
            done = asyncio.run(write_incoming(updated, output, "off" if isinstance(vault, Unsealed) else "on"))
        except RecordingError as error:
            raise Refused(str(error), error.exit_code) from error
    click.echo(f"{output}: {done.exchanges} exchanges, {updated.changed} with a new answer")
    for words, count in done.notes:
        click.echo(f"note: {words}: {count}", err=True)
