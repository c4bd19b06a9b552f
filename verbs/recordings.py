"""Open a recording for a verb, and choose the exchanges it works on.

Must not know: what the verb does with them. Read next: listing.py, checking.py.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from gateway.config_plain import from_plain
from playback.selection import Predicate, parse_filter
from playback.shard import parse_shard
from store.errors import Damaged, NewerVersion, NotOurs, RecordingError
from store.reader import Reader
from store.recording import open_for_reading
from verbs.options import parsed_by
from verbs.shell import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway.config import Config
    from gateway.exchange import Exchange
    from store.recording import Recording


recording_argument = click.argument("recording", metavar="RECORDING")
filter_option = click.option(
    "--filter",
    "wanted",
    metavar="EXPR",
    callback=parsed_by(parse_filter),
    default="",
    help="Only these: 'status:>=400 -method:GET path:/api/* rule:req.strip.* is:rejected mode:async id:3-9 word'.",
)

shard_option = click.option(
    "--shard", metavar="I/N", callback=parsed_by(parse_shard), help="Only the I-th of N parts, for several machines."
)


@contextmanager
def opened(recording: str) -> Iterator[Reader]:
    """A reader of the recording, its secrets sealed; what is wrong with it ends the verb with exit code 3."""
    with readable(recording) as found:
        yield Reader(found)


@contextmanager
def readable(recording: str) -> Iterator[Recording]:
    """The recording, open as long as the block; its errors become one line and exit code 3.

    A bundle is unpacked into a recording that is gone with the block.
    """
    try:
        with _as_recording(recording) as place:
            found = open_for_reading(place)
            try:
                yield found
            finally:
                found.close()
    except NotOurs as error:
        raise Refused(_or_import_it(recording, error), error.exit_code) from error
    except RecordingError as error:
        raise Refused(str(error), error.exit_code) from error


def _or_import_it(recording: str, error: NotOurs) -> str:
    """What is not a recording may be a file that can become one."""
    from verbs.bundles import kind_of  # noqa: PLC0415 - only this error pays for the writing side

    words = {"har": "a HAR", "flows": "a mitmproxy flow file"}.get(kind_of(Path(recording)), "")
    return (
        f"{recording}: it is {words}. Make a recording of it: replay.py import FILE -o NEW.db" if words else str(error)
    )


@contextmanager
def _as_recording(given: str) -> Iterator[str]:
    if not is_bundle(Path(given)):
        yield given
        return
    from verbs.bundles import unpack  # noqa: PLC0415 - only a bundle pays for the writing side

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "bundle.db"
        unpack(Path(given), place)
        yield str(place)


def is_bundle(path: Path) -> bool:
    """Whether a file looks like a bundle: it begins as a zip does."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except (OSError, ValueError):
        return False


def selected(reader: Reader, wanted: Predicate) -> Iterator[Exchange]:
    """The exchanges that the filter wants, in order of arrival."""
    return (exchange for exchange in reader.exchanges() if wanted(exchange))


def within(wanted: Predicate, shard: Predicate | None) -> Predicate:
    """What the filter wants, of one shard when there is one."""
    return wanted if shard is None else lambda exchange: wanted(exchange) and shard(exchange)


def config_of(reader: Reader) -> Callable[[str], Config]:
    """The config that was in force for an exchange, by its digest; each is read once."""

    @cache
    def config(digest: str) -> Config:
        plain = reader.config(digest)
        if plain is None:
            raise Damaged(f"the config {digest!r} that its exchanges name is not in it")
        try:
            return from_plain(plain)
        except ValueError as error:
            raise NewerVersion(f"its config {digest!r} holds what this program does not know ({error})") from error

    return config


def display_name(recording: str) -> str:
    """The recording's name for reports: never its folder, never a password."""
    return PurePath(recording.rpartition("/")[2]).name or recording
