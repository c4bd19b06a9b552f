"""The options of `send` that start the server themselves: its command, its outside from the recording, its clock.

Must not know: what is sent, how it is compared. Read next: playback/stage.py.
"""

from __future__ import annotations

import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from playback.freeze import WHERE_TO_GET_IT, Frozen, find_library
from playback.stage import NotStarted, Stage, Wish, moment, place_of, staged
from playback.target import Target
from playback.verdict import ExitCode
from playback.visible import visible
from verbs.recordings import config_of, selected
from verbs.shell import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from gateway.config import Config
    from gateway.exchange import Exchange
    from playback.selection import Predicate
    from playback.vault import Vault
    from store.reader import Reader


@dataclass(frozen=True, slots=True)
class Staging:
    """What was asked for. `command` is "" when somebody else runs the server."""

    command: str = ""
    hermetic: bool = False
    freeze: bool = False

    def check(self, *, as_client: bool) -> None:
        """Refuse what makes no sense together."""
        if not self.command and (self.hermetic or self.freeze):
            name = "--hermetic" if self.hermetic else "--freeze-time"
            raise click.UsageError(f"{name} needs --start COMMAND: it is for a server that is started here")
        if self.command and as_client:
            raise click.UsageError("--as-client sends to a gateway that runs already; --start goes with --to or alone")


def staging_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options; the command gets them as one value, `staging`."""

    @wraps(command)
    def with_staging(*, start: str | None, hermetic: bool, freeze_time: bool, **others: object) -> int:
        if start is not None and not start.strip():
            raise click.UsageError("--start needs a command, such as --start 'python app.py'")
        return command(staging=Staging(start or "", hermetic, freeze_time), **others)

    for option in (
        click.option("--freeze-time", is_flag=True, help="Give that server the recorded time (libfaketime)."),
        click.option(
            "--hermetic", is_flag=True, help="Answer what that server calls from the recording, nothing else."
        ),
        click.option("--start", metavar="COMMAND", help="Start the server for the replay, and stop it afterwards."),
    ):
        with_staging = option(with_staging)
    return with_staging


@dataclass(frozen=True, slots=True)
class Prepared:
    """A server that is to be started, and what is to stand around it."""

    wish: Wish
    hermetic: bool
    frozen_at_us: int | None

    @property
    def target(self) -> Target:
        """Where it will listen."""
        host, port = self.wish.address
        return Target(host, port, f"http://{host}:{port}")


def prepare(staging: Staging, reader: Reader, wanted: Predicate, to: Target | None) -> Prepared | None:
    """What to start for these exchanges; None when nothing is to be sent. Raises Refused."""
    first = next((one for one in selected(reader, wanted) if not one.is_egress), None)
    if first is None:
        return None
    config = config_of(reader)(first.config_digest)
    wish = Wish(staging.command, config, first.facts.function, _address(config, first, to))
    return Prepared(wish, staging.hermetic, moment(first) if staging.freeze else None)


def _address(config: Config, first: Exchange, to: Target | None) -> tuple[str, int]:
    """Where the user says, else the recorded port, else a free one, which the program learns from PORT."""
    if to is not None:
        return to.address
    servers = {function.name: function.server for function in config.functions}
    server = servers.get(first.facts.function, config.functions[0].server)
    port = int(server.rpartition(":")[2].strip("/")) if server.count(":") > 1 else 80
    try:
        host, free = place_of(("127.0.0.1", port))
    except NotStarted as error:
        raise Refused(str(error), ExitCode.UNREACHABLE) from error
    if free != port:
        click.echo(f"port {port} is taken: the server is to listen on {free} (PORT in its environment)", err=True)
    return host, free


@asynccontextmanager
async def running(prepared: Prepared, reader: Reader, vault: Vault) -> AsyncIterator[Stage]:
    """The server, up, as long as the block lasts. Raises Refused when it does not come up."""
    with tempfile.TemporaryDirectory(prefix="fc-replay-") as folder:
        stage = Stage(clock=_clock(prepared, Path(folder)))
        if prepared.hermetic:
            from playback.hermetic import Outside  # noqa: PLC0415 - only this pays for certificates

            stage.outside = Outside(reader, vault)
        try:
            async with staged(prepared.wish, stage, Path.cwd()):
                yield stage
        except NotStarted as error:
            raise Refused(str(error), ExitCode.UNREACHABLE) from error


def _clock(prepared: Prepared, folder: Path) -> Frozen | None:
    if prepared.frozen_at_us is None:
        return None
    library = find_library()
    if library is None:
        raise click.UsageError(f"--freeze-time needs libfaketime, which is not here: {WHERE_TO_GET_IT}")
    clock = Frozen(library, folder / "now")
    clock.set(prepared.frozen_at_us)
    return clock


def tell_last_words(stage: Stage) -> None:
    """The server is gone: what it said last is what a person looks for."""
    for line in stage.last_words():
        click.echo(f"server: {visible(line)}", err=True)
