"""`replay.py export`: a recording as a bundle, a HAR, curl commands or raw messages; without its secrets unless asked.

Must not know: file formats, sealing. Read next: playback/exported.py, takeaways.py, formats/.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from playback.errors import BadOption
from playback.exported import Export, subject_of
from playback.noise_file import load_noise
from playback.verdict import ExitCode
from verbs.progress import followed, progress
from verbs.recordings import display_name, filter_option, recording_argument, selected
from verbs.secrets import opened_with_vault
from verbs.shell import Refused
from verbs.takeaways import FORMS, Takeaway, form_of, refuse_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.exchange import Exchange
    from playback.selection import Predicate

_SIDES = click.Choice(["client", "server"])


@click.command("export")
@recording_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="bug.fcz, calls.har, curl.sh, calls.flow, a folder.",
)
@click.option("--format", "form", type=click.Choice(list(FORMS)), help="When the output's name does not say it.")
@click.option("--side", type=_SIDES, default="client", show_default=True, help="Whose view a HAR, curl or flow shows.")
@click.option("--noise", "noise_file", type=click.Path(path_type=Path), help="Accepted noise rules for a bundle.")
@click.option("--with-secrets", is_flag=True, help="Leave sealed values in the clear. Think twice.")
@filter_option
def command(
    *,
    recording: str,
    output: Path,
    form: str | None,
    side: str,
    noise_file: Path | None,
    wanted: Predicate,
    with_secrets: bool,
) -> int:
    """Write RECORDING for somebody else: a bundle (.fcz), a HAR, curl commands, raw messages, flows of mitmproxy.

    Secrets get new pseudonyms; what leaves is searched for every sealed value first, and if one is found nothing is
    written (exit code 4).
    """
    noise = _noise(noise_file)
    form = form or form_of(output)
    if form != "raw":
        refuse_folder(output)
    with opened_with_vault(recording) as (reader, vault), tempfile.TemporaryDirectory() as folder:
        numbers = [exchange.id for exchange in selected(reader, wanted)]
        if not numbers:
            return ExitCode.NOTHING_SELECTED
        name = display_name(recording)
        export = Export(vault, subject_of(name, numbers), Path(folder), with_secrets=with_secrets)
        try:
            with progress("export", lambda: len(numbers)) as told:
                leaving = followed(checked(export, selected(reader, wanted)), told)
                FORMS[form](Takeaway(output, side, name, reader, export, leaving, noise))
        finally:
            export.close()
    click.echo(f"{output}: {len(numbers)} exchanges, {'without secrets' if export.sealed else 'SECRETS IN THE CLEAR'}")
    return ExitCode.SAME


def checked(export: Export, stored: Iterator[Exchange]) -> Iterator[Exchange]:
    """What leaves, each exchange searched for sealed values first."""
    for exchange in export.exchanges(stored):
        if export.leaks(exchange):
            raise Refused(
                f"a sealed value would leave with exchange {exchange.id}; nothing was written", ExitCode.UNREACHABLE
            )
        yield exchange


def _noise(path: Path | None) -> bytes:
    if path is None:
        return b""
    try:
        load_noise(path)
    except BadOption as error:
        raise click.UsageError(str(error)) from error
    return path.read_bytes()
