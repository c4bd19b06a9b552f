"""Keeps one instance of the program: a new life after a crash, one start for many callers.

As on the platform a crashed instance is replaced by the next call, so a program that cannot live is not
restarted in a loop. Must not know: calls. Read next: start.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from instance.log import Log
from instance.spec import StartFailure, StartProblem
from instance.start import STOP_GRACE_S, Instance

if TYPE_CHECKING:
    from instance.spec import InstanceSpec


class Keeper:
    """The program of one function, whichever process it is right now. `log` goes on across its lives."""

    def __init__(self, spec: InstanceSpec) -> None:
        self.spec = spec
        self.log = Log()
        self.starts = 0
        self._instance: Instance | None = None
        self._starting: asyncio.Task[Instance | StartFailure] | None = None
        self._stopped = False

    @property
    def current(self) -> Instance | None:
        """The instance that serves now; None before the first start, after a crash and after `stop`."""
        instance = self._instance
        return None if instance is None or instance.exited.is_set() else instance

    async def running(self) -> Instance | StartFailure:
        """The instance, started now if there is none. Callers at the same time share one start.

        A caller that is cancelled (its client left) does not cancel the start.
        """
        if self.current is not None:
            return self.current
        if self._stopped:
            return self._was_stopped()
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        starting = self._starting
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            if starting.cancelled():
                return self._was_stopped()
            raise

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """Stop the program for good, also in the middle of a start."""
        self._stopped = True
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        await self._end(grace_s)

    async def _start(self) -> Instance | StartFailure:
        try:
            await self._end(STOP_GRACE_S)
            self.starts += 1
            started = await Instance.start(self.spec, self.log)
            if isinstance(started, Instance):
                self._instance = started
            return started
        finally:
            self._starting = None

    async def _end(self, grace_s: float) -> None:
        """Stop the instance if it runs; let go of its pipe if it crashed."""
        instance, self._instance = self._instance, None
        if instance is not None:
            await instance.stop(grace_s)

    def _was_stopped(self) -> StartFailure:
        return StartFailure(StartProblem.STOPPED, f"`{self.spec.command}` was stopped")
