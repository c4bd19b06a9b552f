"""The program of one function: ours to start, somebody else's whose log is followed, or neither.

A command of the config is not run where somebody already listens: then a developer runs the function, in an
editor perhaps. Must not know: calls. Read next: programs.py (all of them), instance/keeper.py, instance/follow.py.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from instance.spec import StartFailure, StartProblem

if TYPE_CHECKING:
    from instance.follow import LogFollower
    from instance.keeper import Keeper
    from instance.log import Log
    from instance.start import Instance

logger = logging.getLogger(__name__)


class Program:
    """What runs behind one function. `log` is None when nobody's output is read.

    `required`: it was asked for by fc_command, so the proxy does not start without it.
    """

    def __init__(
        self, name: str, keeper: Keeper | None = None, follower: LogFollower | None = None, *, required: bool = False
    ) -> None:
        self.name = name
        self.required = required
        self.keeper = keeper
        self._follower = follower
        self._foreign = False
        self.log: Log | None = keeper.log if keeper is not None else follower.log if follower is not None else None

    @property
    def instance(self) -> Instance | None:
        """The process that serves now; None when it is not ours or not running."""
        return self.keeper.current if self.keeper is not None else None

    @property
    def asleep(self) -> bool:
        """A call would have to wait for a start."""
        return self.keeper is not None and not self._foreign and self.keeper.current is None

    def follow(self) -> None:
        """Begin to read the log that somebody else writes."""
        if self._follower is not None:
            self._follower.start()

    async def wake(self) -> StartFailure | None:
        """Make sure that the program runs, after a crash too. None: it does, or it is not ours."""
        if self.keeper is None or not self.asleep:
            return None
        started = await self.keeper.running()
        if not isinstance(started, StartFailure):
            return None
        if started.problem is StartProblem.PORT_TAKEN and not self.required:
            self._foreign = True
            port = self.keeper.spec.port
            logger.info("fc-replay: function %s is served by whoever listens on port %d", self.name, port)
            return None
        return started

    def nobody_listens(self) -> None:
        """Whoever served the function is gone: the next call starts the program."""
        self._foreign = False

    async def stop(self) -> None:
        """Stop the program and all it started."""
        if self.keeper is not None:
            await self.keeper.stop()
        if self._follower is not None:
            self._follower.stop()
