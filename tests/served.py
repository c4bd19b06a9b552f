"""A program that serves on a port of 127.0.0.1, for as long as a test needs it."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, Self

from tests.proxy import LOOK_AGAIN_S, START_S, STOP_S, free_port, is_open

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType


class Served:
    """A running program. `{port}` in its command stands for the port that it gets; what it prints goes to `log`."""

    def __init__(self, command: Sequence[str], log: Path, folder: Path | None = None) -> None:
        self.port = free_port()
        self.log = log
        self._folder = folder
        self._command = [word.replace("{port}", str(self.port)) for word in command]

    def __enter__(self) -> Self:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_S
        while not is_open(self.port):
            assert self._process.poll() is None, self.log.read_text(errors="backslashreplace")
            assert time.monotonic() < deadline, self.log.read_text(errors="backslashreplace")
            time.sleep(LOOK_AGAIN_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(STOP_S)
