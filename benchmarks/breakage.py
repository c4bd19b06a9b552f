"""Ways to break a recorder's disk and to mend it again: full, too small, failing, slow, locked.

Each is a context manager on the running proxy: broken inside, whole again afterwards.
Must not know: what is measured. Read next: faults.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from benchmarks.proxied import Proxied

SMALL_DISK = "48m"
_CHUNK = 64 * 1024
_WRITES = "pwrite64,pwritev2,write"
_FLUSHES = "fsync,fdatasync,pwritev2"  # the journal is written and flushed in one call


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[str]:
    """A tmpfs of SMALL_DISK at a folder; gives the reason when it cannot be had, "" when it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        yield "a tmpfs needs root"
        return
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=700", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        yield done.stderr.decode().strip()
        return
    try:
        yield ""
    finally:
        subprocess.run([shutil.which("umount") or "umount", str(folder)], check=True)


@contextlib.asynccontextmanager
async def disk_full(proxied: Proxied) -> AsyncIterator[None]:
    """A file beside the recording takes all the space, and again what the recording gives up."""
    filler = proxied.place.with_name("filler")

    def fill() -> None:
        with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * _CHUNK):
                pass
        with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0"):
                pass

    fill()
    try:
        yield
    finally:
        filler.unlink()


@contextlib.asynccontextmanager
async def too_small(proxied: Proxied) -> AsyncIterator[None]:
    """No file of the proxy may grow beyond what its log has now (RLIMIT_FSIZE), as under a quota."""
    before = resource.prlimit(proxied.pid, resource.RLIMIT_FSIZE)
    log = proxied.place.with_name(proxied.place.name + "-wal")
    resource.prlimit(proxied.pid, resource.RLIMIT_FSIZE, (min(log.stat().st_size, _CHUNK), before[1]))
    try:
        yield
    finally:
        resource.prlimit(proxied.pid, resource.RLIMIT_FSIZE, before)


@contextlib.asynccontextmanager
async def _injected(proxied: Proxied, *words: str) -> AsyncIterator[None]:
    """The proxy is traced with these words of strace; afterwards it goes on alone."""
    log = proxied.place.with_name(proxied.place.name + "-wal")
    process = await asyncio.create_subprocess_exec(
        *("strace", "-f", "-o", "/dev/null", "-p", str(proxied.pid), "-P", str(log), *words),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None  # noqa: S101 - asked for above
    try:
        said = await asyncio.wait_for(process.stderr.readline(), 10)
        if b"attached" not in said:
            raise RuntimeError(f"strace: {said.decode().strip()}")
        yield
    finally:
        process.send_signal(signal.SIGINT)
        await process.stderr.read()
        await process.wait()


def failing_write(proxied: Proxied) -> AbstractAsyncContextManager[None]:
    """Every write to the recording's log says EIO."""
    return _injected(proxied, "-e", f"trace={_WRITES}", "-e", f"inject={_WRITES}:error=EIO")


def failing_sync(proxied: Proxied) -> AbstractAsyncContextManager[None]:
    """Every flush of the recording's log says EIO."""
    return _injected(proxied, "-e", f"trace={_FLUSHES}", "-e", f"inject={_FLUSHES}:error=EIO")


def slow_sync(proxied: Proxied) -> AbstractAsyncContextManager[None]:
    """Every flush of the recording's log takes 20 ms longer."""
    return _injected(proxied, "-e", f"trace={_FLUSHES}", "-e", f"inject={_FLUSHES}:delay_exit=20000")


@contextlib.asynccontextmanager
async def locked(proxied: Proxied) -> AsyncIterator[None]:
    """Another program holds the recording's write lock."""
    other = sqlite3.connect(proxied.place, isolation_level=None, timeout=10)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to break the recorder. `stops`: recording is impossible meanwhile. `needs`: a program it wants."""

    name: str
    broken: Callable[[Proxied], AbstractAsyncContextManager[None]]
    stops: bool = True
    needs: str = ""
    small_disk: bool = False

    @property
    def impossible(self) -> str:
        """Why it cannot be tried here, "" when it can."""
        return f"there is no {self.needs}" if self.needs and shutil.which(self.needs) is None else ""


FAULTS = (
    Fault("disk full", disk_full, small_disk=True),
    Fault("file size limit", too_small),
    Fault("EIO on write", failing_write, needs="strace"),
    Fault("EIO on flush", failing_sync, needs="strace"),
    Fault("flush takes 20 ms", slow_sync, stops=False, needs="strace"),
    Fault("locked by another", locked, stops=False),
)
