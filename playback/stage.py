"""What stands around a server that a replay starts itself: its process, its outside, its clock.

Must not know: how answers are compared. Read next: hermetic.py, freeze.py, instance/start.py.
"""

from __future__ import annotations

import socket
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from instance.spec import InstanceSpec, StartFailure
from instance.start import Instance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gateway.config import Config
    from gateway.exchange import Exchange
    from playback.findings import Finding
    from playback.freeze import Frozen
    from playback.hermetic import Outside

_LAST_LINES = 5
_TAIL_BYTES = 2048


class NotStarted(Exception):
    """The server did not come up; the message says why, with its last line."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to start: a command line, the config that was in force, the function, and where it is expected."""

    command: str
    config: Config
    function: str
    address: tuple[str, int]


@dataclass(slots=True)
class Stage:
    """Told of every exchange before and after it is sent. `outside` and `clock`: None where they are the real ones."""

    outside: Outside | None = None
    clock: Frozen | None = None
    instance: Instance | None = field(default=None)

    def begin(self, exchange: Exchange) -> None:
        """The server gets this exchange next."""
        if self.clock is not None:
            self.clock.set(moment(exchange))
        if self.outside is not None:
            self.outside.begin(exchange)

    def end(self, exchange: Exchange) -> tuple[Finding, ...]:
        """It was answered, or will not be: what there is to tell of the calls made for it."""
        return self.outside.end(exchange) if self.outside is not None else ()

    def rest(self) -> tuple[Finding, ...]:
        """What is left to tell once nothing more is sent."""
        return self.outside.rest() if self.outside is not None else ()

    def last_words(self) -> list[str]:
        """The last lines that the server printed."""
        if self.instance is None:
            return []
        log = self.instance.log
        tail = log.tail_between(self.instance.log_start, log.end, _TAIL_BYTES)
        return tail.decode("utf-8", "backslashreplace").splitlines()[-_LAST_LINES:]


def moment(exchange: Exchange) -> int:
    """When the server got an exchange, microseconds since the epoch."""
    return exchange.facts.seed.arrived_us + max(exchange.timings.server_sent, 0)


@asynccontextmanager
async def staged(wish: Wish, stage: Stage, folder: Path) -> AsyncIterator[Stage]:
    """Start the server with all that stands around it; stopped, with all it started, after the block.

    Raises: NotStarted.
    """
    variables = stage.clock.variables() if stage.clock is not None else ()
    with tempfile.TemporaryDirectory(prefix="fc-replay-") as private:
        try:
            if stage.outside is not None:
                variables += stage.outside.open(Path(private), wish.address)
            started = await Instance.start(_spec(wish, folder, variables))
            if isinstance(started, StartFailure):
                raise NotStarted(_told(started))
            stage.instance = started
            try:
                yield stage
            finally:
                await started.stop()
        finally:
            if stage.outside is not None:
                await stage.outside.close()


def _spec(wish: Wish, folder: Path, variables: tuple[tuple[str, str], ...]) -> InstanceSpec:
    known = {function.name: function for function in wish.config.functions}
    function = known.get(wish.function, wish.config.functions[0])
    host, port = wish.address
    return InstanceSpec(
        command=wish.command,
        function=replace(function, server=f"http://{host}:{port}"),
        region=wish.config.region,
        account_id=wish.config.account_id,
        folder=folder,
        variables=variables,
    )


def _told(failure: StartFailure) -> str:
    last = failure.log.decode("utf-8", "backslashreplace").strip().splitlines()[-1:]
    return " ".join([failure.text, *(f"Its last line: {line}" for line in last)])


def place_of(server: tuple[str, int]) -> tuple[str, int]:
    """Where the server is to listen: the recorded port of 127.0.0.1 when it is free, else any free one."""
    for port in (server[1], 0):
        try:
            with socket.create_server(("127.0.0.1", port)) as probe:
                return "127.0.0.1", int(probe.getsockname()[1])
        except OSError:
            continue
    raise NotStarted("no port of 127.0.0.1 is free")
