"""Ends the user's program when this process dies without a chance to do so itself: killed, or out of memory.

A guard is a small shell that waits at the end of a pipe whose other end only we hold. The system closes our end
however we die; the guard then ends the whole group of the program. In an orderly life it is told to go home.
POSIX alone, so Linux and macOS behave the same. What left the group (a daemon with a session of its own) is out of
reach. Must not know: programs, logs. Read next: start.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import os

SHELL = "/bin/sh"

# First line: the group ("done": there was none). Second line: it has ended. End of file before that: we are dead.
# SIGTERM, up to 5 s (as long as an orderly stop waits) and SIGKILL; `kill -s 0` asks whether anybody is left.
SCRIPT = """
read -r group || exit 0
[ "$group" = done ] && exit 0
read -r word && exit 0
kill -s TERM -- "-$group" || exit 0
waits=0
while kill -s 0 -- "-$group" && [ "$waits" -lt 50 ]; do sleep 0.1; waits=$((waits + 1)); done
kill -s KILL -- "-$group"
"""


class Guard:
    """Watches over one group of processes. `start` it before the group, `watch` the group, `dismiss` it in the end."""

    def __init__(self, process: asyncio.subprocess.Process, pipe: int) -> None:
        self._process = process
        self._pipe = pipe

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def ended(self) -> None:
        """Wait until it is gone."""
        await self._process.wait()

    @classmethod
    async def start(cls) -> Guard | None:
        """A guard at its post; None where there is no shell to be one."""
        read_end, write_end = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                SHELL,
                "-c",
                SCRIPT,
                stdin=read_end,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                # Its own group: what ends us or the terminal must not end it.
                start_new_session=True,
            )
        except OSError:
            os.close(write_end)
            return None
        except BaseException:  # cancelled: the event loop ends the shell
            os.close(write_end)
            raise
        finally:
            os.close(read_end)
        return cls(process, write_end)

    def watch(self, group: int) -> None:
        """From now on this group ends when we do."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipe, b"%d\n" % group)

    async def dismiss(self) -> None:
        """The group has ended, or there was none; nothing is done to it any more."""
        with contextlib.suppress(BrokenPipeError):  # somebody ended the guard before us
            os.write(self._pipe, b"done\n")
        os.close(self._pipe)
        await self.ended()
