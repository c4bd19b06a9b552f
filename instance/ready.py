"""Is the program serving? A TCP connection to its port, and an HTTP check when one is configured (LIFE-HC-1).

The port is asked often, because locally a start is waited for; the HTTP check keeps its period, because the
program sees it. Must not know: how the program was started. Read next: start.py, probe.py.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from instance.probe import check

if TYPE_CHECKING:
    from gateway.config import HealthCheck
    from wire.pool import Address

FIRST_PAUSE_S = 0.01
LONGEST_PAUSE_S = 0.2
CONNECT_TIMEOUT_S = 1.0  # contract LIFE-HC-1: timeoutSeconds 1


class Readiness(StrEnum):
    """How waiting for a program ended."""

    READY = "ready"
    EXITED = "exited"
    TIMED_OUT = "timed-out"


@dataclass(slots=True)
class Watch:
    """What is waited for: an address that serves, as long as the program lives. `last`: why it does not yet, or ""."""

    address: Address
    health: HealthCheck
    exited: asyncio.Event
    last: str = ""


async def is_open(host: str, port: int) -> bool:
    """Whether something accepts TCP connections there, now."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:  # refused, unreachable, and TimeoutError, which is one
        return False
    writer.close()
    return True


async def wait_until_closed(host: str, port: int, timeout_s: float) -> bool:
    """Wait until nobody listens there any more, for at most `timeout_s` seconds. False: somebody still does."""
    try:
        async with asyncio.timeout(timeout_s):
            while await is_open(host, port):  # noqa: ASYNC110 - nobody tells when a port becomes free
                await asyncio.sleep(LONGEST_PAUSE_S)
    except TimeoutError:
        return False
    return True


async def wait_until_ready(watch: Watch, timeout_s: float) -> Readiness:
    """Wait until the checks pass, the program exits or `timeout_s` seconds are over, whichever is first."""
    try:
        async with asyncio.timeout(timeout_s):
            if watch.health.initial_delay_s:
                await _pause(watch.exited, watch.health.initial_delay_s)
            await _port_opens(watch)
            if watch.health.path:
                await _check_passes(watch)
    except TimeoutError:
        return Readiness.TIMED_OUT
    return Readiness.EXITED if watch.exited.is_set() else Readiness.READY


async def _port_opens(watch: Watch) -> None:
    pause_s = FIRST_PAUSE_S
    while not watch.exited.is_set() and not await is_open(*watch.address):
        await _pause(watch.exited, pause_s)
        pause_s = min(LONGEST_PAUSE_S, pause_s * 1.5)


async def _check_passes(watch: Watch) -> None:
    """As often in a row as the config wants."""
    health, passed = watch.health, 0
    while not watch.exited.is_set():
        watch.last = await check(watch.address, health.path, health.timeout_s)
        passed = 0 if watch.last else passed + 1
        if passed >= health.success_threshold:
            return
        await _pause(watch.exited, health.period_s)


async def _pause(exited: asyncio.Event, seconds: float) -> None:
    """Sleep, but wake at once when the program exits."""
    waiting = asyncio.ensure_future(exited.wait())
    try:
        await asyncio.wait({waiting}, timeout=seconds)
    finally:
        waiting.cancel()
