"""The programs of all functions: which of them are ours to start, and when (option fc_start).

Must not know: calls. Read next: program.py, ../instance/spec.py.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from addons.freezing import Freezer
from addons.lifecycle import Lifecycle
from addons.program import Program
from addons.refusal import Exit, StartRefused
from addons.settings import NEVER
from instance.follow import LogFollower
from instance.keeper import Keeper
from instance.spec import InstanceSpec

if TYPE_CHECKING:
    from addons.desk import Desk
    from addons.settings import Settings
    from gateway.config import Function
    from instance.spec import StartFailure

logger = logging.getLogger(__name__)

AT_START, FIRST_CALL = "at-start", "first-call"
"""The values of fc_start by which programs are ours to start."""

FOREIGN_WAIT_S = 0.5
"""How long a config's command waits for its port: who listens after that is taken for the function's server."""


class Programs:
    """One program for each function of the config."""

    def __init__(self, settings: Settings, variables: tuple[tuple[str, str], ...] = ()) -> None:
        """`variables`: what every program needs beside its function's own environment (fc_egress)."""
        self._when = settings.start
        self._programs = {one.name: _program(one, settings, variables) for one in settings.config.functions}
        self._freezers: list[Freezer] = []
        self._lone = next(iter(self._programs.values()))

    def of(self, name: str) -> Program:
        """The program of a function. A lone function answers to any name."""
        return self._programs.get(name, self._lone)

    def all(self) -> tuple[Program, ...]:
        """Every program, in the order of the config."""
        return tuple(self._programs.values())

    @property
    def ours(self) -> bool:
        """Whether any of them is started by us."""
        return any(program.keeper is not None for program in self.all())

    def tell(self, desk: Desk) -> None:
        """Have the instances told of their lives."""
        for program in self.all():
            if program.keeper is None:
                continue
            function = program.keeper.spec.function
            program.keeper.hooks = told = Lifecycle(desk, function)
            if function.launch.pre_freeze_s:
                self._freezers.append(Freezer(program, desk.slots_of(function.name), told.freezing))

    async def start(self) -> None:
        """Start what is to run from the beginning. Raises StartRefused(SERVER) with the last words of fc_command's."""
        for program in self.all():
            program.follow()
        if self._when != AT_START:
            return
        failures = await asyncio.gather(*(program.wake() for program in self.all()))
        for program, failure in zip(self.all(), failures, strict=True):
            if failure is not None and program.required:
                raise StartRefused(Exit.SERVER, last_words(failure))
            if failure is not None:
                logger.warning(
                    "fc-replay: function %s does not run, its calls are answered so: %s",
                    program.name,
                    last_words(failure),
                )

    async def stop(self) -> None:
        """Stop the programs and all they started."""
        await asyncio.gather(*(freezer.stop() for freezer in self._freezers))
        await asyncio.gather(*(program.stop() for program in self.all()))


def last_words(failure: StartFailure) -> str:
    """Why a start failed, in one line with the last that the program printed."""
    last = failure.log.decode("utf-8", "backslashreplace").strip().splitlines()[-1:]
    return " ".join([failure.text, *(f"Its last line: {line}" for line in last)])


def _program(function: Function, settings: Settings, variables: tuple[tuple[str, str], ...]) -> Program:
    if settings.log_file is not None:
        return Program(function.name, follower=LogFollower(settings.log_file))
    if settings.command:
        return Program(function.name, Keeper(_spec(function, settings, Path.cwd(), variables)), required=True)
    if function.launch.command and settings.start != NEVER:
        folder = settings.folder / function.launch.folder
        return Program(function.name, Keeper(_spec(function, settings, folder, variables)))
    return Program(function.name)


def _spec(function: Function, settings: Settings, folder: Path, variables: tuple[tuple[str, str], ...]) -> InstanceSpec:
    config = settings.config
    return InstanceSpec(
        command=settings.command,
        function=function,
        region=config.region,
        account_id=config.account_id,
        folder=folder,
        variables=variables,
        port_wait_s=2 if settings.command else FOREIGN_WAIT_S,
    )
