"""One recorder per SQLite file: a lock file beside it that names the process.

Two writers on one file would meet SQLite's WAL-reset race (reliability.md section 1). The kernel holds the
lock (flock), so it ends with its process, and the file a killed recorder left behind does not matter.
Must not know: what the file beside it is. Read next: recording.py.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from store.errors import Locked

if TYPE_CHECKING:
    from pathlib import Path


class Lock:
    """The held lock of one recording. `path` is the lock file, created 0600 and removed by `release`."""

    def __init__(self, path: Path, recording: Path) -> None:
        self._path = path
        self._descriptor = _take(path, recording)

    def release(self) -> None:
        """Give the recording back; the file goes first, while it is still ours."""
        with suppress(FileNotFoundError):
            self._path.unlink()
        os.close(self._descriptor)


def _take(path: Path, recording: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise Locked(
                f"process {holder} is recording into it",
                str(recording),
                "Stop that one, or set fc_store to another file.",
            ) from None
        if _still_there(path, descriptor):
            os.fchmod(descriptor, 0o600)
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            return descriptor
        os.close(descriptor)  # its holder removed it between our open and our lock: try the new one


def _still_there(path: Path, descriptor: int) -> bool:
    held = os.fstat(descriptor)
    try:
        named = path.lstat()
    except FileNotFoundError:
        return False
    return (held.st_dev, held.st_ino) == (named.st_dev, named.st_ino)
