"""What is measured: the server alone, a bare mitmdump, and ours, each as a process that listens on a port.

Must not know: how they are loaded. Read next: bench.py.
"""

from __future__ import annotations

import contextlib
import math
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 20
UPSTREAM = "the server alone"
BARE = "mitmdump -q --mode reverse:..."


@dataclass(frozen=True, slots=True)
class Contestant:
    """A name and the arguments of mitmdump; {scratch} stands for a folder that is thrown away."""

    name: str
    arguments: tuple[str, ...]


PLAIN = ("-q", "--listen-host", "127.0.0.1")
ADDON = ("-q", "-s", str(ROOT / "addons" / "fc.py"))
CONTESTANTS = (
    Contestant(BARE, PLAIN),
    Contestant("mitmdump -q -w, its own recording", (*PLAIN, "-w", "{scratch}/flows")),
    Contestant("fc-replay, recording", (*ADDON, "--set", "fc_store={scratch}/fc.db")),
    Contestant(
        "fc-replay, recording, fc_durability=normal",
        (*ADDON, "--set", "fc_store={scratch}/fc.db", "--set", "fc_durability=normal"),
    ),
    Contestant("fc-replay, fc_record=false", (*ADDON, "--set", "fc_record=false")),
)


@dataclass(frozen=True, slots=True)
class Up:
    """A contestant that is up: where it listens, and its process."""

    port: int
    pid: int


class StartFailed(Exception):
    """A contestant did not come up; the message holds what it printed."""


@contextlib.contextmanager
def upstream(core: int | None) -> Iterator[Up]:
    """The server behind all of them."""
    words = [sys.executable, str(ROOT / "benchmarks" / "upstream.py")]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        pin(process.pid, core)
        try:
            if process.stdout is None or not (line := process.stdout.readline()):
                raise StartFailed("the upstream server did not start")
            yield Up(int(line), process.pid)
        finally:
            process.terminate()


@contextlib.contextmanager
def running(contestant: Contestant, server_port: int, scratch: Path, core: int | None) -> Iterator[Up]:
    """A contestant in front of the server, on one core."""
    port = free_port()
    mitmdump = str(Path(sys.executable).with_name("mitmdump"))
    words = [mitmdump, *(word.format(scratch=scratch) for word in contestant.arguments)]
    words += ["--listen-port", str(port), "--mode", f"reverse:http://127.0.0.1:{server_port}"]
    log = scratch / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        pin(process.pid, core)
        wait_for_port(port, process, log)
        yield Up(port, process.pid)
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, then SIGKILL."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until it listens; notice an early end."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise StartFailed(f"it does not listen on {port}:\n{log.read_text()}")


def pin(pid: int, core: int | None) -> None:
    """Keep a process (and the threads it will make) on one core, where the system can."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {core})


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used, all threads; not a number where the system does not tell (/proc)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return math.nan
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
