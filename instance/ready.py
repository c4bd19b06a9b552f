"""Is the program serving? FC's default health check: a TCP connection to its port (contract LIFE-HC-1).

Must not know: how the program was started. Read next: start.py.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum

FIRST_PAUSE_S = 0.01
LONGEST_PAUSE_S = 0.2
CONNECT_TIMEOUT_S = 1.0  # contract LIFE-HC-1: timeoutSeconds 1


class Readiness(StrEnum):
    """How waiting for a program ended."""

    READY = "ready"
    EXITED = "exited"
    TIMED_OUT = "timed-out"


async def is_open(host: str, port: int) -> bool:
    """Whether something accepts TCP connections there, now."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:  # refused, unreachable, and TimeoutError, which is one
        return False
    writer.close()
    return True


async def wait_until_ready(host: str, port: int, exited: asyncio.Event, timeout_s: float) -> Readiness:
    """Wait until the port answers, the program exits or `timeout_s` seconds are over, whichever is first."""
    pause_s = FIRST_PAUSE_S
    try:
        async with asyncio.timeout(timeout_s):
            while not exited.is_set():
                if await is_open(host, port):
                    return Readiness.EXITED if exited.is_set() else Readiness.READY
                await _pause(exited, pause_s)
                pause_s = min(LONGEST_PAUSE_S, pause_s * 1.5)
    except TimeoutError:
        return Readiness.TIMED_OUT
    return Readiness.EXITED


async def _pause(exited: asyncio.Event, seconds: float) -> None:
    """Sleep, but wake at once when the program exits."""
    waiting = asyncio.ensure_future(exited.wait())
    try:
        await asyncio.wait({waiting}, timeout=seconds)
    finally:
        waiting.cancel()
