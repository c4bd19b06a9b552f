"""Recordings whose secrets are opened: with their key, or with values that the user gives.

Must not know: what is sent or shown. Read next: playback/vault.py.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from playback.errors import BadOption
from playback.given import parse_secrets
from playback.lines import tags_said
from playback.vault import open_vault
from store.reader import Reader
from verbs.recordings import readable, selected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playback.selection import Predicate
    from playback.sides import Side
    from playback.vault import Vault

_NAMED = 5


def _given(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> dict[bytes, bytes]:
    try:
        return parse_secrets(texts)
    except BadOption as error:
        raise click.BadParameter(str(error)) from error


secret_option = click.option(
    "--secret",
    "given",
    metavar="NAME=env:VAR",
    multiple=True,
    callback=_given,
    help="A value for a sealed one whose key is not here; also NAME=file:PATH. May be repeated.",
)


@contextmanager
def opened_with_vault(recording: str, given: Mapping[bytes, bytes] | None = None) -> Iterator[tuple[Reader, Vault]]:
    """A reader and what opens the recording's secrets."""
    with readable(recording) as found:
        reader = Reader(found)
        yield reader, open_vault(found, reader, given or {})


def refuse_missing(reader: Reader, vault: Vault, wanted: Predicate, side: Side) -> None:
    """End the verb before the first request when sealed values that it must send are not here."""
    if not vault.may_lack:
        return
    missing: dict[str, int] = {}
    for exchange in selected(reader, wanted):
        request = side.request(exchange)
        said = tags_said(vault.messages(exchange.id), vault.body_pieces) if exchange.messages else ()
        for name in (*vault.missing(request), *said) if request else ():
            missing.setdefault(name if isinstance(name, str) else name.decode(), exchange.id)
    if missing:
        told = ", ".join(f"{name} (exchange {number})" for name, number in list(missing.items())[:_NAMED])
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise click.UsageError(
            f"sealed values are not here: {told}{more}; give each with --secret NAME=env:VAR, or bring the key"
        )
