"""`replay.py export`: a recording as a bundle for somebody else; without its secrets unless asked.

Must not know: file formats, sealing. Read next: playback/exported.py, formats/bundle.py.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from formats.bundle import Contents, write_bundle
from gateway.rules import RULES_VERSION
from playback.errors import BadOption
from playback.exported import Export, subject_of
from playback.noise_file import load_noise
from playback.verdict import ExitCode
from verbs.recordings import display_name, filter_option, recording_argument, selected
from verbs.secrets import opened_with_vault
from verbs.shell import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.exchange import Exchange
    from playback.selection import Predicate
    from store.reader import Reader


@click.command("export")
@recording_argument
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Such as bug.fcz.")
@click.option("--noise", "noise_file", type=click.Path(path_type=Path), help="Accepted noise rules to send along.")
@click.option("--with-secrets", is_flag=True, help="Leave sealed values in the clear. Think twice.")
@filter_option
def command(recording: str, output: Path, noise_file: Path | None, wanted: Predicate, *, with_secrets: bool) -> int:
    """Write RECORDING as one bundle that replays on another desk: every verb reads it as it reads a recording.

    Secrets get new pseudonyms; the finished text is searched for every sealed value, and a bundle that holds one is
    removed (exit code 4).
    """
    noise = _noise(noise_file)
    with opened_with_vault(recording) as (reader, vault), tempfile.TemporaryDirectory() as folder:
        numbers = [exchange.id for exchange in selected(reader, wanted)]
        if not numbers:
            return ExitCode.NOTHING_SELECTED
        subject = subject_of(display_name(recording), numbers)
        export = Export(vault, subject, Path(folder), with_secrets=with_secrets)
        about = {"recording": display_name(recording), "rules_version": RULES_VERSION, "sealed": export.sealed}
        used: set[str] = set()
        leaving = _checked(export, selected(reader, wanted), used)
        try:
            contents = Contents(leaving, export.bodies, lambda: _configs(reader, used), about, noise)
            count = write_bundle(output, contents, _private)
        finally:
            export.close()
    click.echo(f"{output}: {count} exchanges, {'without secrets' if export.sealed else 'SECRETS IN THE CLEAR'}")
    return ExitCode.SAME


def _checked(export: Export, stored: Iterator[Exchange], used: set[str]) -> Iterator[Exchange]:
    """What leaves, each exchange searched for sealed values first."""
    for exchange in export.exchanges(stored):
        if export.leaks(exchange):
            raise Refused(
                f"a sealed value would leave with exchange {exchange.id}; nothing was written", ExitCode.UNREACHABLE
            )
        used.add(exchange.config_digest)
        yield exchange


def _configs(reader: Reader, used: set[str]) -> dict[str, dict[str, Any]]:
    found = {digest: reader.config(digest) for digest in sorted(used)}
    return {digest: config for digest, config in found.items() if config is not None}


def _noise(path: Path | None) -> bytes:
    if path is None:
        return b""
    try:
        load_noise(path)
    except BadOption as error:
        raise click.UsageError(str(error)) from error
    return path.read_bytes()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
