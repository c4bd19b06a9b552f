"""Follows a log file that somebody else writes (option fc_log), across truncation and rotation.

The file is looked at when a call begins and ends, and a few times a second in between, so that lines have
times. It may not exist yet. Must not know: who writes it. Read next: log.py.
"""

from __future__ import annotations

import asyncio
import os
import stat
from typing import TYPE_CHECKING

from instance.log import KEEP_BYTES, Log

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

POLL_S = 0.2


class LogFollower:
    """Feeds `log` with what is appended to a file from now on. `problem`: why it cannot be read, "" when it can."""

    def __init__(self, path: Path, log: Log | None = None) -> None:
        self.path = path
        self.log = Log() if log is None else log
        self.problem = ""
        self._file: FileIO | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin at the file's present end; a file that is made later is read from its beginning."""
        self._open()
        if self._file is not None:
            self._file.seek(0, os.SEEK_END)
        self.log.attach(self.drain)
        self._tick()

    def stop(self) -> None:
        """Take what is there and let go of the file."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.drain()
        self._close()
        self.log.attach(None)

    def drain(self) -> None:
        """Hand to the log everything that has been appended so far."""
        if self._file is not None:
            self._read(self._file)
            if self._was_replaced(self._file):
                self._read(self._file)  # what was written between the look above and the rename
                self._close()
        if self._file is None:
            self._open()
            if self._file is not None:
                self._read(self._file)

    def _tick(self) -> None:
        self.drain()
        self._timer = asyncio.get_running_loop().call_later(POLL_S, self._tick)

    def _open(self) -> None:
        self.problem = ""
        try:
            if not stat.S_ISREG(self.path.stat().st_mode):  # opening a named pipe would wait for its writer
                self.problem = f"fc_log {self.path} is not a regular file"
                return
            self._file = self.path.open("rb", buffering=0)
        except FileNotFoundError:
            return  # not there yet, or between the two steps of a rotation
        except OSError as error:
            self._note(error)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _note(self, error: OSError) -> None:
        self.problem = f"fc_log {self.path} cannot be read: {error.strerror or error}"

    def _was_replaced(self, file: FileIO) -> bool:
        """Whether the name now leads to another file: the log was rotated by a rename."""
        try:
            return not os.path.samestat(self.path.stat(), os.fstat(file.fileno()))
        except FileNotFoundError:
            return False  # renamed, and no new one yet: what is appended to the old one still counts
        except OSError as error:
            self._note(error)
            return False

    def _read(self, file: FileIO) -> None:
        """Read to the end; from the start again when the file has shrunk (copytruncate, `> file`)."""
        size = os.fstat(file.fileno()).st_size
        position = file.tell()
        if size < position:
            position = file.seek(0)
        if size - position > KEEP_BYTES:  # more than the log would keep: go where it matters
            position = file.seek(size - KEEP_BYTES)
        self.log.feed(file.read(size - position))
