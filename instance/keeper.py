"""Keeps one instance of the program: a new life after a crash, one start for many callers.

As on the platform a crashed instance is replaced by the next call, not before. A program that keeps failing gets
longer and longer pauses. Must not know: calls, recordings. Read next: start.py, backoff.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from instance.backoff import Backoff
from instance.log import Log
from instance.spec import StartFailure, StartProblem
from instance.start import STOP_GRACE_S, Instance

if TYPE_CHECKING:
    from instance.spec import InstanceSpec


class Hooks(Protocol):
    """What an instance is told of its life (contract LIFE-HOOK-1..3)."""

    async def born(self, instance: Instance) -> StartFailure | None:
        """It serves, and no call has reached it yet. A failure: it is of no use."""

    async def leaving(self, instance: Instance) -> None:
        """It is about to be stopped."""


class NoHooks:
    """An instance that is told nothing."""

    async def born(self, instance: Instance) -> StartFailure | None:
        """Nothing to say."""

    async def leaving(self, instance: Instance) -> None:
        """Nothing to say."""


class Keeper:
    """The program of one function, whichever process it is right now. `log` goes on across its lives.

    `starts` counts them. `hooks` may be set before the first one.
    """

    def __init__(self, spec: InstanceSpec, hooks: Hooks | None = None) -> None:
        self.spec = spec
        self.hooks: Hooks = hooks or NoHooks()
        self.log = Log()
        self.starts = 0
        self._instance: Instance | None = None
        self._born = 0.0
        self._starting: asyncio.Task[Instance | StartFailure] | None = None
        self._stopped = False
        self._backoff = Backoff()
        self._failure: StartFailure | None = None

    @property
    def current(self) -> Instance | None:
        """The instance that serves now; None before the first start, after a crash and after `stop`."""
        instance = self._instance
        return None if instance is None or instance.exited.is_set() else instance

    async def running(self) -> Instance | StartFailure:
        """The instance, started now if there is none. Callers at the same time share one start.

        A caller that is cancelled (its client left) does not cancel the start. After failed starts in a row the
        last failure is the answer until the pause is over.
        """
        if self.current is not None:
            return self.current
        if self._stopped:
            return self._was_stopped()
        if self._starting is None:
            if self._failure is not None and self._backoff.pause_s(_now()):
                return self._failure
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
        if self.current is not None:
            await self.hooks.leaving(self.current)
        await self._end(grace_s)

    async def _start(self) -> Instance | StartFailure:
        try:
            if self._instance is not None:  # its life has ended by itself, or we would not be here
                self._backoff.ended(self._born, _now())
                await self._end(STOP_GRACE_S)
            await asyncio.sleep(self._backoff.pause_s(_now()))
            started = await self._live()
            self._failure = started if isinstance(started, StartFailure) else None
            if self._failure is not None:
                self._backoff.failed(_now())
            return started
        finally:
            self._starting = None

    async def _live(self) -> Instance | StartFailure:
        """A new process that serves and has been told so; nothing is left of one that does not."""
        self.starts += 1
        started = await Instance.start(self.spec, self.log)
        if isinstance(started, StartFailure):
            return started
        try:
            refused = await self.hooks.born(started)
        except BaseException:
            await started.stop(grace_s=0)
            raise
        if refused is not None:
            await started.stop()
            return refused
        self._instance, self._born = started, _now()
        return started

    async def _end(self, grace_s: float) -> None:
        """Stop the instance if it runs; let go of its pipe if it crashed."""
        instance, self._instance = self._instance, None
        if instance is not None:
            await instance.stop(grace_s)

    def _was_stopped(self) -> StartFailure:
        return StartFailure(StartProblem.STOPPED, f"`{self.spec.line}` was stopped")


def _now() -> float:
    return asyncio.get_running_loop().time()
