"""`replay.py audit --live`: the page over a recording that grows, and what can be done there: replay one, export some.

Also the process that the proxy starts for fc_ui: then the recording's place comes on standard input, which a process
list does not show, and the end of that input is the end of the page.
Must not know: how a page looks, who may ask. Read next: watch/app.py, watch/guard.py, addons/live_page.py.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audit import PageMeta, Sources
from gateway.rules import RULES_VERSION
from playback import sides
from playback.errors import BadOption
from playback.exported import Export, subject_of
from playback.send import Plan, send
from playback.target import parse_target
from playback.vault import open_vault
from playback.verdict import ExitCode
from store.errors import Damaged
from store.reader import Reader
from verbs.exporting import checked
from verbs.pages import replay_of
from verbs.recordings import config_of, display_name, readable
from verbs.results import last_replays
from verbs.shell import Refused
from verbs.takeaways import FORMS, GATEWAY, Takeaway
from watch import app
from watch.app import LivePage
from watch.feed import Feed
from watch.guard import Guard, Keys
from watch.serve import bound, serve

if TYPE_CHECKING:
    import socket

    from audit.model import Replay
    from audit.page import Lang
    from gateway.exchange import Exchange
    from playback.vault import Vault
    from store.recording import Recording

NICENESS = 5
"""Beside a proxy the page gives way: calls come first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown. `to`: where replays go, None: where the function's config says."""

    recording: str
    port: int = 0
    language: Lang | None = None
    gateway_url: str = GATEWAY
    to: str | None = None
    attached: bool = False


class LiveActions:
    """Replays to servers of this machine alone, and exports without secrets."""

    def __init__(self, recording: Recording, reader: Reader, wanted: Wanted) -> None:
        self._recording, self._reader, self._wanted = recording, reader, wanted
        self._config = config_of(reader)

    def replay_to(self, exchange: Exchange) -> str:
        """The server that would get it; "" for what never reached one."""
        if exchange.server is None or exchange.server.request is None:
            return ""
        try:
            functions = self._config(exchange.config_digest).functions
        except Damaged:
            return self._wanted.to or ""
        servers = {function.name: function.server for function in functions}
        return self._wanted.to or servers.get(exchange.facts.function, functions[0].server)

    async def replay(self, exchange: Exchange) -> Replay:
        """One request as the server saw it, judged as `replay.py send` does."""
        url = self.replay_to(exchange)
        try:
            target = await asyncio.to_thread(parse_target, url)
        except BadOption as error:
            raise app.Refused(str(error)) from error
        vault = await asyncio.to_thread(self._vault)
        request = sides.SERVER.request(exchange)
        missing = vault.missing(request) if request else []
        if missing:
            raise app.Refused(f"sealed values are not here: {', '.join(missing)}")
        sent = await send([exchange], target, vault, Plan())
        if not sent.outcomes:
            raise app.Refused(sent.stopped or "nothing was sent")
        return replay_of(sent.outcomes[0], f"send to {url}")

    async def bundle(self, ids: list[int]) -> bytes:
        """A bundle as `replay.py export` writes it."""
        return await asyncio.to_thread(self._bundled, ids)

    def _vault(self) -> Vault:
        return open_vault(self._recording, self._reader, {})

    def _bundled(self, ids: list[int]) -> bytes:
        name = display_name(self._wanted.recording)
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "selection.fcz"
            export = Export(self._vault(), subject_of(name, ids), Path(folder))
            try:
                leaving = checked(export, self._reader.exchanges(ids))
                FORMS["bundle"](Takeaway(place, "client", name, self._reader, export, leaving))
            except Refused as refused:
                raise app.Refused(str(refused)) from refused
            finally:
                export.close()
            return place.read_bytes()


def show(wanted: Wanted) -> int:
    """Serve the page until a signal, or until the proxy that asked for it is gone."""
    with readable(wanted.recording) as recording:
        try:
            sock = bound(wanted.port)
        except OSError as error:
            raise Refused(f"cannot listen on 127.0.0.1:{wanted.port}: {error.strerror}", ExitCode.USAGE) from error
        with sock:
            asyncio.run(_show(wanted, recording, sock))
    return ExitCode.SAME


async def _show(wanted: Wanted, recording: Recording, sock: socket.socket) -> None:
    reader = Reader(recording)
    port = sock.getsockname()[1]
    replays = last_replays(recording)
    feed = Feed(
        recording,
        Sources(
            reader,
            config_of(reader),
            replays=replays,
            messages=reader.messages,
            tasks=reader.task,
            exchanges=reader.exchange,
        ),
    )
    keys = Keys()
    meta = PageMeta(display_name(wanted.recording), RULES_VERSION, wanted.gateway_url)
    page = LivePage(feed, LiveActions(recording, reader, wanted), meta, f"127.0.0.1:{port}", wanted.language)
    guard = Guard(page.app(keys.room), port, keys)
    ended = _ending(attached=wanted.attached)
    click.echo(guard.url if wanted.attached else f"{guard.url}\nThe page ends with Ctrl-C.")
    sys.stdout.flush()
    try:
        await serve(guard, sock, ended)
    finally:
        feed.close()


def _ending(*, attached: bool) -> asyncio.Event:
    """Set by SIGINT, SIGTERM, and when attached by the end of standard input: it ends however the proxy dies."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    if attached:
        threading.Thread(target=_until_input_ends, args=(loop, ended), daemon=True).start()
    return ended


def _until_input_ends(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(ended.set)


def show_attached(port: int) -> int:
    """As the proxy asks for it: one line of JSON on standard input names the recording."""
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece:
            raise Refused("nothing was said about what to show", ExitCode.USAGE)
        line += piece
    told = json.loads(line)
    os.nice(NICENESS)
    return show(Wanted(told["recording"], port, told["language"], told["gateway_url"], attached=True))
