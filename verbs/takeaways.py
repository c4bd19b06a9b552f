"""The forms in which exchanges leave: one function each, chosen by the output's name or by `--format`.

Must not know: sealing. Read next: formats/bundle.py, formats/har.py, audit/copies.py.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from audit.copies import curl
from formats import har, raw
from formats.bundle import Contents, write_bundle
from gateway.exchange import View
from gateway.messages import BodyRef, body_size
from gateway.rules import RULES_VERSION
from playback.decoding import decoded
from playback.verdict import ExitCode
from verbs.recordings import config_of
from verbs.shell import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from gateway.conversation import Message
    from gateway.exchange import Exchange
    from playback.exported import Export
    from store.reader import Reader

GATEWAY = "http://127.0.0.1:8080"
"""Where a client's curl command goes: the gateway's usual address."""


@dataclass(frozen=True, slots=True)
class Takeaway:
    """What leaves and where to. `exchanges` can be walked once; they are sealed already."""

    output: Path
    side: str
    name: str
    reader: Reader
    export: Export
    exchanges: Iterator[Exchange]
    noise: bytes = b""

    def load(self, ref: BodyRef) -> Iterable[bytes]:
        """A large body of an exchange that has been walked over."""
        return self.export.bodies()[ref.digest]()


def form_of(output: Path) -> str:
    """The form that a name stands for; a bundle when it says nothing."""
    return {".har": "har", ".sh": "curl", ".flow": "flows", ".flows": "flows", ".mitm": "flows"}.get(
        output.suffix.lower(), "bundle"
    )


def _bundle(away: Takeaway) -> None:
    noted, configs = _noted(away)
    about = {"recording": away.name, "rules_version": RULES_VERSION, "sealed": away.export.sealed}
    contents = Contents(noted, away.export.bodies, configs, about, away.noise, lambda: _said(away.export))
    write_bundle(away.output, contents, _private)


def _noted(away: Takeaway) -> tuple[Iterator[Exchange], Callable[[], dict[str, dict[str, Any]]]]:
    """The exchanges, and what gives the configs of those that were walked over."""
    used: set[str] = set()

    def noted() -> Iterator[Exchange]:
        for exchange in away.exchanges:
            used.add(exchange.config_digest)
            yield exchange

    def configs() -> dict[str, dict[str, Any]]:
        found = {digest: away.reader.config(digest) for digest in sorted(used)}
        return {digest: config for digest, config in found.items() if config is not None}

    return noted(), configs


def _said(export: Export) -> Iterator[tuple[int, Message]]:
    """The messages that leave, each searched for sealed values first."""
    for exchange_id, message in export.messages():
        if export.leaks_in(message):
            raise Refused(
                f"a sealed value would leave with message {message.seq} of exchange {exchange_id}; nothing was written",
                ExitCode.UNREACHABLE,
            )
        yield exchange_id, message


def _har(away: Takeaway) -> None:
    noted, configs = _noted(away)
    sealed = away.export.sealed
    source = har.Source(away.load, decoded)

    def about() -> dict[str, object]:
        return {"rules_version": RULES_VERSION, "sealed": sealed, "configs": configs()}

    lost: Counter[str] = Counter()
    _write(away.output, har.render(_watched(noted, away.side, lost), away.side, source, about))
    _tell(lost)


def _flows(away: Takeaway) -> None:
    from formats import flows  # noqa: PLC0415 - mitmproxy takes a second to import

    source = flows.Source(away.load, away.reader.config, away.export.sealed)
    lost: Counter[str] = Counter()
    _write(away.output, flows.render(_watched(away.exchanges, away.side, lost), away.side, source))
    _tell(lost)


def _watched(exchanges: Iterable[Exchange], side: str, lost: Counter[str]) -> Iterator[Exchange]:
    """The exchanges, counting what a HAR or a flow has no place for."""
    for exchange in exchanges:
        view = exchange.client if side == "client" else exchange.server
        if view is None or view.request is None:
            lost[f"exchanges without a request on the {side}'s side are left out"] += 1
        elif exchange.messages:
            lost["what was said in conversations over a WebSocket is left out"] += 1
        views = (exchange.client, exchange.server or View())
        bodies = [message.body for one in views for message in (one.request, one.response) if message]
        lost["bodies over 32 MiB are left out"] += len({body for body in bodies if body_size(body) > har.MOST_BODY})
        yield exchange


def _tell(lost: Counter[str]) -> None:
    """What is not in the file, on standard error."""
    for words, count in sorted(lost.items()):
        if count:
            click.echo(f"note: {words}: {count}", err=True)


def _curl(away: Takeaway) -> None:
    """A shell script; bodies that no command can hold lie beside it, under names made of ids alone."""
    config = config_of(away.reader)

    def commands() -> Iterator[bytes]:
        yield b"#!/bin/sh\n# Run it in its own folder: some bodies are files beside it.\n"
        for exchange in away.exchanges:
            view = exchange.client if away.side == "client" else exchange.server
            if view is None or view.request is None:
                continue
            servers = {one.name: one.server for one in config(exchange.config_digest).functions}
            server = servers.get(exchange.facts.function, next(iter(servers.values())))
            base = exchange.facts.origin or (GATEWAY if away.side == "client" else server)
            told = curl(view.request, base, f"{exchange.id}-{away.side}")
            yield f"\n# {exchange.id}\n{told}\n".encode()
            body_name = f"body-{exchange.id}-{away.side}.bin"
            if f"@{body_name}" in told:
                body = view.request.body
                _write(away.output.parent / body_name, away.load(body) if isinstance(body, BodyRef) else [body])

    _write(away.output, commands())


def _raw(away: Takeaway) -> None:
    """A folder with a file per message: `3-client-request.http` and its siblings."""
    try:
        away.output.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Refused(f"cannot write {away.output}: {error.strerror}", ExitCode.USAGE) from error
    for exchange in away.exchanges:
        for side, view in (("client", exchange.client), ("server", exchange.server)):
            for what in ("request", "response"):
                message = getattr(view, what, None)
                if message is not None:
                    _write(away.output / f"{exchange.id}-{side}-{what}.http", raw.render(message, away.load))


FORMS: dict[str, Callable[[Takeaway], None]] = {
    "bundle": _bundle,
    "har": _har,
    "curl": _curl,
    "raw": _raw,
    "flows": _flows,
}


def refuse_folder(output: Path) -> None:
    """A file cannot be written where a folder is."""
    if output.is_dir():
        raise Refused(f"cannot write {output}: it is a folder", ExitCode.USAGE)


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a private file; an unfinished one never takes the place of what stands there."""
    draft = path.with_name(f"{path.name}.part")
    try:
        with open(draft, "wb", opener=_private) as file:
            file.writelines(pieces)
        draft.replace(path)
    except OSError as error:
        raise Refused(f"cannot write {path}: {error.strerror}", ExitCode.USAGE) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
