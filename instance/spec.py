"""What to start, and the ways in which a start fails. Values only.

Must not know: processes, sockets. Read next: environment.py, start.py.
"""

from __future__ import annotations

import shlex
import signal
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from gateway.config import Function
from gateway.exchange import Failure

LAST_LOG_BYTES = 4096


@dataclass(frozen=True, slots=True)
class InstanceSpec:
    """A program to run as the function's instance.

    `command`: option fc_command, split like a shell does but never given to one; "" takes the words of
    `function.launch`, which also holds environment, health check and time-outs. `function.server` says where the
    program listens. `folder`: where it runs, and what FC_FUNC_CODE_PATH names. `pass_credentials`: hand the
    developer's cloud credentials down (contract ENV-3: not unless asked). `port_wait_s`: how long a port may still
    be held by an earlier life of the program. `variables`: environment variables beside those of the function, and
    before them: where its calls go out (fc_egress, a replay).
    """

    command: str = ""
    function: Function = field(default_factory=Function)
    region: str = "cn-hangzhou"
    account_id: str = "1234567890123456"
    qualifier: str = "LATEST"
    folder: Path = field(default_factory=Path)
    pass_credentials: bool = False
    port_wait_s: float = 2
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> tuple[str, ...] | StartFailure:
        """The program and its arguments."""
        return split_command(self.command) if self.command else self.function.launch.command

    @property
    def line(self) -> str:
        """The command as people read it."""
        return self.command or shlex.join(self.function.launch.command)

    @property
    def host(self) -> str:
        """The address on which the program is expected."""
        return urlsplit(self.function.server).hostname or "127.0.0.1"

    @property
    def port(self) -> int:
        """The TCP port on which the program is expected."""
        return urlsplit(self.function.server).port or 80


class StartProblem(StrEnum):
    """Why a program is not serving."""

    BAD_COMMAND = "bad-command"
    NOT_FOUND = "not-found"
    PORT_TAKEN = "port-taken"
    EXITED = "exited"
    NOT_READY = "not-ready"
    STOPPED = "stopped"
    INITIALIZER = "initializer"


# contract LIFE-START-2 and LIFE-HOOK-2: which of the gateway's failures a caller is told.
FAILURES = {
    StartProblem.BAD_COMMAND: Failure.FILE_MISSING,
    StartProblem.NOT_FOUND: Failure.FILE_MISSING,
    StartProblem.PORT_TAKEN: Failure.NOT_STARTED,
    StartProblem.EXITED: Failure.EXITED_AT_START,
    StartProblem.NOT_READY: Failure.NOT_STARTED,
    StartProblem.STOPPED: Failure.NOT_STARTED,
    StartProblem.INITIALIZER: Failure.INITIALIZER,
}


@dataclass(frozen=True, slots=True)
class StartFailure:
    """A start that did not work. `text` is one line for people; `log` the end of what the program printed."""

    problem: StartProblem
    text: str
    exit_code: int | None = None
    log: bytes = b""

    @property
    def failure(self) -> Failure:
        """What a call that needed this instance ends with."""
        return FAILURES[self.problem]

    @property
    def told(self) -> str:
        """The sentence for callers: FC's message with what the program printed (contract LIFE-START-1)."""
        printed = self.log.decode("utf-8", "backslashreplace").strip()
        return f"{self.text} Logs: {printed}" if printed else self.text


def split_command(command: str) -> tuple[str, ...] | StartFailure:
    """The words of a command line, by the quoting rules of a POSIX shell; no shell ever sees them."""
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        return StartFailure(StartProblem.BAD_COMMAND, f"fc_command cannot be read: {error}: {command}")
    if not words:
        return StartFailure(StartProblem.BAD_COMMAND, "fc_command is empty")
    return words


def platform_exit_code(returncode: int) -> int:
    """An exit code as FC shows it: a signal counts 128 and more, so 137 is out of memory (contract LIFE-START-2)."""
    return returncode if returncode >= 0 else 128 - returncode


def describe_exit(returncode: int) -> str:
    """What an exit code means, for people: `code 2`, or `code 137, signal SIGKILL`."""
    if returncode >= 0:
        return f"code {returncode}"
    try:
        name = signal.Signals(-returncode).name
    except ValueError:  # a real-time signal has no name
        name = str(-returncode)
    return f"code {platform_exit_code(returncode)}, signal {name}"
