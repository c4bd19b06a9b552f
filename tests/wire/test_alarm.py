"""A timer that moves, on a clock that the test turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from wire.alarm import Alarm

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class Handle:
    def __init__(self, at: float, action: Callable[[], None]) -> None:
        self.at = at
        self.action = action
        self.cancelled = False

    def when(self) -> float:
        return self.at

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """As much of an event loop as an Alarm uses."""

    def __init__(self) -> None:
        self.now = 0.0
        self.planned: list[Handle] = []

    def time(self) -> float:
        return self.now

    def call_at(self, at: float, action: Callable[[], None]) -> Any:
        handle = Handle(at, action)
        self.planned.append(handle)
        return handle

    def turn_to(self, now: float) -> None:
        self.now = now
        for handle in [handle for handle in self.planned if handle.at <= now]:
            self.planned.remove(handle)
            if not handle.cancelled:
                handle.action()


def alarm() -> tuple[Clock, Alarm, list[float]]:
    clock = Clock()
    rung: list[float] = []
    return clock, Alarm(cast("asyncio.AbstractEventLoop", clock), lambda: rung.append(clock.now)), rung


def test_it_rings_once_at_its_time() -> None:
    clock, bell, rung = alarm()
    bell.set(5)
    clock.turn_to(4)
    assert rung == []
    clock.turn_to(5)
    clock.turn_to(9)
    assert rung == [5]


def test_moving_it_later_costs_no_new_entry_and_rings_later() -> None:
    clock, bell, rung = alarm()
    bell.set(5)
    for at in range(6, 100):
        bell.set(at)
    assert len(clock.planned) == 1
    clock.turn_to(5)
    assert rung == []
    clock.turn_to(99)
    assert rung == [99]


def test_moving_it_earlier_rings_earlier() -> None:
    clock, bell, rung = alarm()
    bell.set(60)
    bell.set(10)
    clock.turn_to(10)
    clock.turn_to(60)
    assert rung == [10]


def test_cleared_or_closed_it_is_silent() -> None:
    clock, bell, rung = alarm()
    bell.set(5)
    bell.clear()
    clock.turn_to(6)
    bell.set(7)
    bell.close()
    clock.turn_to(8)
    assert rung == []
    bell.set(9)
    clock.turn_to(9)
    assert rung == [9]
