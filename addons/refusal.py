"""Refusing to start: one line that says what, where and the next step, and an exit code of its own.

Must not know: what is being refused. Read next: fc.py, which catches every StartRefused.
"""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import NoReturn


class Exit(IntEnum):
    """Exit codes of the proxy when it refuses to start (README, "Exit codes").

    OPTION: an option or config file is wrong. RECORDING: the recording cannot be written, is not ours,
    is newer or is in use. PORT: the address cannot be listened on. SERVER: fc_command did not start.
    """

    OPTION = 2
    RECORDING = 3
    SERVER = 4
    PORT = 6


class StartRefused(Exception):
    """The proxy cannot do what was asked. `line` is one line for a person."""

    def __init__(self, code: Exit, line: str) -> None:
        super().__init__(line)
        self.code = code
        self.line = line


def leave(refused: StartRefused) -> NoReturn:
    """Print the line and end the process with the refusal's code."""
    sys.stderr.write(f"fc-replay: {refused.line}\n")
    sys.stderr.flush()
    raise SystemExit(int(refused.code))
