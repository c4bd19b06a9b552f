"""The live audit page (fc_ui): a process of its own beside the proxy, which it can neither slow down nor outlive.

It reads the recording as any reader does. Its standard input stays open as long as the proxy lives, so it ends with
the proxy even when that is killed. Must not know: what it shows. Read next: verbs/live.py, watch/.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from addons.refusal import Exit, StartRefused

if TYPE_CHECKING:
    from asyncio.subprocess import Process

logger = logging.getLogger(__name__)

PROGRAM = Path(__file__).resolve().parent.parent / "replay.py"
START_S = 30.0
STOP_S = 3.0


@dataclass(frozen=True, slots=True)
class About:
    """What the page is told. `recording`: its place, with whatever opens it. `gateway_url`: where clients call us."""

    recording: str
    gateway_url: str
    language: str | None = None


class LivePage:
    """Starts the page's process and ends it. `url`: what to open, with the token of this start."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self.url = ""

    async def start(self, port: int, about: About) -> None:
        """Wait until the page can be opened. Raises StartRefused(PORT) with what kept it from that."""
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(PROGRAM), "audit", "-", "--attached", "--port", str(port)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is ours: calls end first, then the page
        )
        try:
            async with asyncio.timeout(START_S):
                self.url = await self._told(process, about)
        except TimeoutError:
            await self.stop()
            raise StartRefused(Exit.PORT, f"the live page on port {port} did not start in {START_S:g} s") from None
        if not self.url:
            _, said = await process.communicate()
            self._process = None
            last = said.decode("utf-8", "backslashreplace").strip().rpartition("\n")[2]
            raise StartRefused(Exit.PORT, f"fc_ui={port}: {last.removeprefix('replay.py: ')}; choose another port")
        self._watching = asyncio.create_task(self._watch(process))

    @staticmethod
    async def _told(process: Process, about: About) -> str:
        """Say what to show and hear where; "" when it has ended instead."""
        if process.stdin is None or process.stdout is None:
            return ""
        process.stdin.write(json.dumps(asdict(about)).encode() + b"\n")
        with suppress(ConnectionError):
            await process.stdin.drain()
        return (await process.stdout.readline()).decode().strip()

    async def _watch(self, process: Process) -> None:
        """Pass on what it complains about, and say when it is gone; calls go on without it."""
        if process.stderr is not None:
            async for line in process.stderr:
                logger.warning("fc-replay: live page: %s", line.decode("utf-8", "backslashreplace").rstrip())
        code = await process.wait()
        if self._process is not None:
            logger.warning("fc-replay: the live page has ended (exit code %d); calls are recorded as before", code)

    async def stop(self) -> None:
        """End it, before the recording is closed: it must not hold the file then."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._watching is not None:
            await self._watching
