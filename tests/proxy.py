"""The real proxy as a test sees it: `mitmdump -s addons/fc.py` in a process of its own, and its recording.

Read next: live/pool.py (which proxies a session shares), live/scripted.py (the server behind it).
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.live.recorded import Recorded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
MITMDUMP = Path(sys.executable).with_name("mitmdump")
START_S = 30.0
STOP_S = 20.0
LOOK_AGAIN_S = 0.01


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


def command(folder: Path, server_port: int, port: int, options: Mapping[str, str], more: tuple[str, ...]) -> list[str]:
    """The command line that a user would type, plus a folder for mitmproxy's own files."""
    line = [str(MITMDUMP), "-s", str(ROOT / "addons" / "fc.py"), "--listen-port", str(port)]
    line += ["--mode", f"reverse:http://127.0.0.1:{server_port}"]
    wanted = {"fc_store": str(folder / "fc.db"), "confdir": str(folder.parent / "mitmproxy"), **options}
    for name, value in wanted.items():
        line += ["--set", f"{name}={value}"]
    return [*line, *more]


class Proxy:
    """One life of the proxy. A context manager: leaving it stops the process and checks that it ended well."""

    def __init__(
        self,
        folder: Path,
        server_port: int,
        options: Mapping[str, str] | None = None,
        more: tuple[str, ...] = (),
    ) -> None:
        """`folder`: where it runs, records and logs. `more`: further words of the command line."""
        self.folder = folder
        self.port = free_port()
        self.recording_path = folder / "fc.db"
        self._command = command(folder, server_port, self.port, options or {}, more)
        self._process: subprocess.Popen[bytes] | None = None
        self._recorded: Recorded | None = None
        self._asked = False

    def start(self) -> Self:
        """Start it and wait until it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "out.txt").open("ab") as out, (self.folder / "err.txt").open("ab") as err:
            self._process = subprocess.Popen(
                self._command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        deadline = time.monotonic() + START_S
        while not is_open(self.port):
            assert self._process.poll() is None, f"the proxy ended:\n{self.output()}"
            assert time.monotonic() < deadline, f"the proxy did not listen:\n{self.output()}"
            time.sleep(LOOK_AGAIN_S)
        return self

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process; only after `start`."""
        assert self._process is not None
        return self._process

    def output(self) -> str:
        """What it printed, on both streams."""
        return "".join((self.folder / name).read_text(errors="backslashreplace") for name in ("out.txt", "err.txt"))

    @property
    def recorded(self) -> Recorded:
        """The recording while it is written, opened once."""
        if self._recorded is None:
            self._recorded = Recorded(self.recording_path)
        return self._recorded

    def close_recording(self) -> None:
        """Let go of the recording."""
        if self._recorded is not None:
            self._recorded.close()
            self._recorded = None

    def ask_to_stop(self) -> None:
        """SIGTERM, once."""
        self.close_recording()
        if not self._asked:
            self._asked = True
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ask and wait; the exit code is 0 and nothing was printed that a program prints when it fails."""
        self.ask_to_stop()
        code = self.process.wait(STOP_S)
        output = self.output()
        assert "Traceback" not in output, output
        assert code == 0, f"exit code {code}:\n{output}"
        assert (self.folder / "err.txt").read_bytes() == b"", output

    def kill(self) -> None:
        """SIGKILL: the process has no chance to finish anything."""
        self.close_recording()
        self.process.kill()
        self.process.wait(STOP_S)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None and kind is None:
            self.stop()
        elif self.process.poll() is None:
            self.kill()
        else:
            self.close_recording()


def is_open(port: int) -> bool:
    """Whether somebody listens on a port of 127.0.0.1."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
