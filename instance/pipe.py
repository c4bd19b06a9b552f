"""A program's output through a pipe of our own, so that it can be drained at a chosen moment.

When a server's answer has arrived, everything it printed before is in the pipe; draining it then, and not
when the event loop happens to look, is what makes a call's log complete. Must not know: what a line is.
Read next: log.py, start.py.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instance.log import Log

READ_BYTES = 64 * 1024
# A program that prints without end must not stop the event loop (64 KiB of short lines cost 1.6 ms). When a
# server's answer is here, what it printed before fits into one: a pipe holds 64 KiB, the rest came through.
READS_AT_ONCE = 4


class Pipe:
    """Both ends of an output pipe: `write_end` goes to the program, the read end feeds a log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        self._loop.add_reader(self._read_end, self.drain)
        self.ended = asyncio.Event()
        log.attach(self.drain)

    def given_away(self) -> None:
        """The program has the write end: close ours, or the pipe would never end."""
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1

    def drain(self) -> None:
        """Hand everything that the program has written so far to the log."""
        for _ in range(READS_AT_ONCE):
            if self.ended.is_set():
                return
            try:
                data = os.read(self._read_end, READ_BYTES)
            except BlockingIOError:
                return
            if not data:
                self._finish()
                return
            self._log.feed(data)

    def close(self) -> None:
        """Take what is left and let go of the pipe, also when a grandchild still holds its other end."""
        self.given_away()
        self.drain()
        self._finish()

    def _finish(self) -> None:
        if self.ended.is_set():
            return
        self.ended.set()
        self._loop.remove_reader(self._read_end)
        os.close(self._read_end)
        self._log.attach(None)
