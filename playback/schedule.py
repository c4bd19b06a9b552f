"""When each stored call goes out again: in what order, how many at once, and how fast.

`serial` sends one after the other. `overlap` keeps what overlapped: a call waits for those that had ended
before it began when it was recorded, and for no other. `burst:N` keeps N calls in flight. Times of a recording
are never trusted to be sorted: a wait is never negative and never longer than a cap.
Must not know: what sending is. Read next: send.py.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from playback.errors import BadOption

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from gateway.exchange import Exchange

MOST_AT_ONCE = 256
"""Calls in flight, whatever the recording says."""

LONGEST_WAIT_S = 10.0
"""Seconds that a pace waits between two calls at most."""

_BURST = re.compile(r"burst:([1-9][0-9]{0,3})\Z")
_TIMES = re.compile(r"x([0-9]+(?:\.[0-9]+)?)\Z")


class BadSchedule(BadOption):
    """No order or pace of this name; the message lists them."""


class Kind(StrEnum):
    """What decides when the next call may go."""

    SERIAL = "serial"
    OVERLAP = "overlap"
    BURST = "burst"


@dataclass(frozen=True, slots=True)
class Order:
    """How calls follow each other. `width`: most in flight at once."""

    kind: Kind = Kind.SERIAL
    width: int = 1


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast: 0 sends as soon as the order allows, 1 as recorded, 2 twice as fast."""

    factor: float = 0


def parse_order(text: str) -> Order:
    """`serial`, `overlap` or `burst:8`. Raises BadSchedule."""
    if text == "serial":
        return Order()
    if text == "overlap":
        return Order(Kind.OVERLAP, MOST_AT_ONCE)
    found = _BURST.match(text)
    if found is None:
        raise BadSchedule(f"no order {text!r}; there are serial, overlap and burst:N, such as burst:8")
    return Order(Kind.BURST, min(int(found[1]), MOST_AT_ONCE))


def parse_pace(text: str) -> Pace:
    """`fast`, `recorded` or `x2`. Raises BadSchedule."""
    if text in {"fast", "recorded"}:
        return Pace(0 if text == "fast" else 1)
    found = _TIMES.match(text)
    if found is None or float(found[1]) == 0:
        raise BadSchedule(f"no pace {text!r}; there are fast, recorded and xN, such as x2")
    return Pace(float(found[1]))


async def run(
    exchanges: Iterable[Exchange], handle: Callable[[Exchange], Awaitable[bool]], order: Order, pace: Pace
) -> None:
    """Hand every exchange to `handle` when its time has come, until `handle` says False: then no more go out."""
    clock = _Clock(pace)
    if order.width == 1:
        for exchange in exchanges:
            await clock.wait(exchange)
            if not await handle(exchange):
                return
        return
    await _run_side_by_side(exchanges, handle, order, clock)


async def _run_side_by_side(
    exchanges: Iterable[Exchange], handle: Callable[[Exchange], Awaitable[bool]], order: Order, clock: _Clock
) -> None:
    flight: dict[asyncio.Task[bool], int] = {}
    go_on = True
    try:
        for exchange in exchanges:
            await clock.wait(exchange)
            while go_on and flight and (before := _before(exchange, flight, order)):
                done, _ = await asyncio.wait(before, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del flight[task]
                    go_on = go_on and task.result()
            if not go_on:
                break
            flight[asyncio.ensure_future(_started(handle, exchange))] = ended_us(exchange)
    finally:
        await asyncio.gather(*flight)


async def _started(handle: Callable[[Exchange], Awaitable[bool]], exchange: Exchange) -> bool:
    return await handle(exchange)


def _before(exchange: Exchange, flight: dict[asyncio.Task[bool], int], order: Order) -> list[asyncio.Task[bool]]:
    """The calls in flight that must end before this one may begin."""
    if len(flight) >= order.width:
        return list(flight)
    if order.kind is Kind.OVERLAP:
        begun = begun_us(exchange)
        return [task for task, ended in flight.items() if ended <= begun]
    return []


def begun_us(exchange: Exchange) -> int:
    """When the server was given this call: microseconds since the epoch."""
    return exchange.facts.seed.arrived_us + max(exchange.timings.server_sent, 0)


def ended_us(exchange: Exchange) -> int:
    """When the server had answered it whole, as far as that is known."""
    timings = exchange.timings
    return exchange.facts.seed.arrived_us + max(timings.server_end, timings.server_sent, timings.done, 0)


class _Clock:
    """Keeps a replay's own time beside the recorded one."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._due: float | None = None
        self._last_us = 0

    async def wait(self, exchange: Exchange) -> None:
        """Until this call is due at the chosen pace."""
        if self._pace.factor == 0:
            return
        begun, now = begun_us(exchange), asyncio.get_running_loop().time()
        if self._due is None:
            self._due = now
        else:
            gap_s = (begun - self._last_us) / 1_000_000 / self._pace.factor
            self._due += min(max(gap_s, 0), LONGEST_WAIT_S)
        self._last_us = begun
        await asyncio.sleep(max(self._due - now, 0))
