"""One life of the user's program: start it, wait until it serves, stop it and everything it started.

Must not know: calls, recordings. Read next: keeper.py (the next life after a crash), ready.py, pipe.py, guard.py.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from instance.environment import build_environment
from instance.guard import Guard
from instance.log import Log
from instance.pipe import Pipe
from instance.ready import Readiness, Watch, wait_until_closed, wait_until_ready
from instance.spec import LAST_LOG_BYTES, StartFailure, StartProblem, describe_exit, platform_exit_code

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from instance.spec import InstanceSpec

STOP_GRACE_S = 5.0  # reliability D15: an orderly stop ends within 5 s


@dataclass(slots=True)
class _Own:
    """What a life of a program has beside its process."""

    instance_id: str
    pipe: Pipe
    log_start: int
    guard: Guard | None = None

    async def let_go(self) -> None:
        """No process came of it."""
        self.pipe.close()
        if self.guard is not None:
            await self.guard.dismiss()


class Instance:
    """A running program. `exited` is set once its process has ended, for whatever reason.

    `log_start`: where in the log this life began.
    """

    def __init__(self, spec: InstanceSpec, own: _Own, process: Process, log: Log) -> None:
        self.spec = spec
        self.instance_id = own.instance_id
        self.log = log
        self.exited = asyncio.Event()
        self.log_start = own.log_start
        self._process = process
        self._pipe = own.pipe
        self._guard = own.guard
        self._watcher = asyncio.create_task(self._watch())

    @classmethod
    async def start(cls, spec: InstanceSpec, log: Log | None = None) -> Instance | StartFailure:
        """Start the program and wait until its port answers. On failure nothing of it is left running.

        `log`: the one to go on with after a restart; without one a new log begins.
        """
        words = spec.words
        if isinstance(words, StartFailure):
            return words
        if not await wait_until_closed(spec.host, spec.port, spec.port_wait_s):
            return StartFailure(
                StartProblem.PORT_TAKEN,
                f"port {spec.port} is taken: another program already listens where `{spec.line}` should",
            )
        instance = await cls._spawn(spec, words, Log() if log is None else log)
        if isinstance(instance, StartFailure):
            return instance
        launch = spec.function.launch
        watch = Watch((spec.host, spec.port), launch.health_check, instance.exited)
        try:
            readiness = await wait_until_ready(watch, launch.ready_timeout_s)
        except asyncio.CancelledError:
            await instance.stop(grace_s=0)
            raise
        if readiness is Readiness.READY:
            return instance
        await instance.stop()
        return _failure(instance, readiness, watch.last)

    @classmethod
    async def _spawn(cls, spec: InstanceSpec, words: tuple[str, ...], log: Log) -> Instance | StartFailure:
        own = _Own(f"c-{secrets.token_hex(4)}-{secrets.token_hex(6)}", Pipe(log), log.end)
        try:
            own.guard = await Guard.start()
            process = await asyncio.create_subprocess_exec(
                *words,
                cwd=spec.folder,
                env=build_environment(spec, os.environ, own.instance_id),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=own.pipe.write_end,
                stderr=own.pipe.write_end,
                # Its own group: a stop reaches its workers too, and Ctrl-C in our terminal does not.
                start_new_session=True,
            )
        except OSError as error:
            await own.let_go()
            return _cannot_execute(error, words[0])
        except BaseException:  # cancelled: the event loop ends the process, the rest is ours to let go of
            await own.let_go()
            raise
        if own.guard is not None:
            own.guard.watch(process.pid)
        own.pipe.given_away()
        return cls(spec, own, process, log)

    @property
    def pid(self) -> int:
        """The process id, and the id of its group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How the program ended, as FC counts it (137: killed); None while it runs."""
        returncode = self._process.returncode
        return None if returncode is None else platform_exit_code(returncode)

    @property
    def exit_text(self) -> str:
        """How the program ended, for people; "" while it runs."""
        returncode = self._process.returncode
        return "" if returncode is None else describe_exit(returncode)

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """SIGTERM to the program and all it started; SIGKILL to what is left after `grace_s` seconds."""
        if not self.exited.is_set():
            self._signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(grace_s):
                    await self.exited.wait()
            except TimeoutError:
                self._signal(signal.SIGKILL)
                await self.exited.wait()
        await self._watcher
        self._pipe.close()

    async def _watch(self) -> None:
        await self._process.wait()
        # Workers that outlived it go with it, and at once: later the group's number may be another's.
        self._signal(signal.SIGKILL)
        self._pipe.drain()
        self.exited.set()
        if self._guard is not None:
            await self._guard.dismiss()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return  # the whole group is gone, which is what a signal was to bring about


def _cannot_execute(error: OSError, program: str) -> StartFailure:
    """FC's sentence for a file that is not there (contract LIFE-START-1); the system's own for the rest."""
    if isinstance(error, FileNotFoundError) and error.filename == program:
        reason = f"the file {program} is not exist"
    else:
        reason = f"{error.filename or program}: {error.strerror or error}"
    return StartFailure(StartProblem.NOT_FOUND, f"Failed to start function instance. Error: {reason}")


def _failure(instance: Instance, readiness: Readiness, last: str) -> StartFailure:
    """Why it is not serving, in the words of FC's own messages (contract LIFE-START-1)."""
    spec, log = instance.spec, instance.log
    tail = log.tail_between(instance.log_start, log.end, LAST_LOG_BYTES)
    if readiness is Readiness.EXITED:
        text = f"Function instance exited unexpectedly({instance.exit_text}) with start command '{spec.line}'."
        return StartFailure(StartProblem.EXITED, text, instance.exit_code, tail)
    seconds = spec.function.launch.ready_timeout_s
    text = f"Function instance health check failed on port {spec.port} in {seconds:g} seconds."
    text += f" {last}." if last else ""
    return StartFailure(StartProblem.NOT_READY, text, None, tail)
