"""The probe as a process of its own, for tests that stand in for the cloud."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.proxy import LOOK_AGAIN_S, START_S, STOP_S, free_port, is_open

if TYPE_CHECKING:
    from types import TracebackType

PROBE = Path(__file__).resolve().parents[2] / "examples" / "probe" / "probe.py"


class Probe:
    """A running probe on a free port of 127.0.0.1; what it says goes to `log`."""

    def __init__(self, log: Path) -> None:
        self.port = free_port()
        self.log = log

    def __enter__(self) -> Self:
        line = [sys.executable, str(PROBE), "--host", "127.0.0.1", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not is_open(self.port):
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline
            time.sleep(LOOK_AGAIN_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(STOP_S)
