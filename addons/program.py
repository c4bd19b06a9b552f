"""The user's program, when we start it or follow its log; nothing at all when somebody else does both.

Must not know: calls. Read next: instance/keeper.py, instance/follow.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from addons.refusal import Exit, StartRefused
from instance.follow import LogFollower
from instance.keeper import Keeper
from instance.log import Log
from instance.spec import InstanceSpec, StartFailure

if TYPE_CHECKING:
    from addons.settings import Settings


class Program:
    """What runs behind the gateway. `log` is None when nobody's output is read."""

    def __init__(self, settings: Settings, variables: tuple[tuple[str, str], ...] = ()) -> None:
        """`variables`: what the program needs beside the function's own environment (fc_egress)."""
        self._keeper: Keeper | None = None
        self._follower: LogFollower | None = None
        self.log: Log | None = None
        if settings.command:
            config = settings.config
            spec = InstanceSpec(
                command=settings.command,
                function=config.functions[0],
                region=config.region,
                account_id=config.account_id,
                folder=Path.cwd(),
                variables=variables,
            )
            self._keeper = Keeper(spec)
            self.log = self._keeper.log
        elif settings.log_file is not None:
            self.log = Log()
            self._follower = LogFollower(settings.log_file, self.log)

    async def start(self) -> None:
        """Start the program and wait until it serves. Raises StartRefused(SERVER) with its last words."""
        if self._follower is not None:
            self._follower.start()
        failure = await self.wake()
        if failure is not None:
            last = failure.log.decode("utf-8", "backslashreplace").strip().splitlines()[-1:]
            raise StartRefused(Exit.SERVER, " ".join([failure.text, *(f"Its last line: {line}" for line in last)]))

    async def wake(self) -> StartFailure | None:
        """Make sure that the program runs, after a crash too. None: it does, or it is not ours."""
        if self._keeper is None or self._keeper.current is not None:
            return None
        started = await self._keeper.running()
        return started if isinstance(started, StartFailure) else None

    async def stop(self) -> None:
        """Stop the program and all it started."""
        if self._keeper is not None:
            await self._keeper.stop()
        if self._follower is not None:
            self._follower.stop()
