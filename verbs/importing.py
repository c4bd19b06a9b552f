"""`replay.py import`: a bundle, a HAR or a flow file of mitmproxy becomes a recording of ours.

Must not know: file formats. Read next: bundles.py, formats/incoming.py.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from playback.verdict import ExitCode
from playback.visible import visible
from store.errors import RecordingError
from verbs.bundles import unpack
from verbs.shell import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_BESIDE = ("", "-mark", "-lock", "-wal", "-shm", ".key")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The new recording.")
def command(file: Path, output: Path) -> int:
    """Write what FILE holds into a new recording: a bundle, a HAR of anybody's, or flows of mitmproxy.

    Nothing may be there yet. Secrets that FILE has in the clear are sealed. What FILE could not hold is said. A call
    that no gateway of ours saw has two equal views: send and serve it as any other; check skips it.
    """
    refuse_existing(output)
    with all_or_nothing(output):
        done = unpack(file, output, seal="on")
        if not done.exchanges:
            raise Refused(_told(file, "nothing in it can be a recording", done.notes), ExitCode.NOTHING_SELECTED)
    click.echo(f"{output}: {done.exchanges} exchanges")
    for words, count in done.notes:
        click.echo(f"note: {visible(words)}: {count}", err=True)
    return ExitCode.SAME


def refuse_existing(output: Path) -> None:
    """A new recording takes no place that is taken, and none in a folder that is not there."""
    if not output.parent.is_dir():
        raise click.UsageError(f"the folder {output.parent} does not exist")
    if any(_beside(output, ending).exists() for ending in _BESIDE):
        raise click.UsageError(f"{output} is already there, or something that belongs to it")


@contextmanager
def all_or_nothing(output: Path) -> Iterator[None]:
    """What fails leaves nothing behind."""
    try:
        yield
    except BaseException as error:
        for ending in _BESIDE:
            with suppress(OSError):
                _beside(output, ending).unlink(missing_ok=True)
        if isinstance(error, RecordingError):
            raise Refused(str(error), error.exit_code) from error
        raise


def _beside(output: Path, ending: str) -> Path:
    return output.with_name(output.name + ending)


def _told(file: Path, what: str, notes: tuple[tuple[str, int], ...]) -> str:
    return f"{file}: {what}" + "".join(f"; {words}: {count}" for words, count in notes)
