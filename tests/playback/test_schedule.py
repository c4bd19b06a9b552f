"""Calls go out in the chosen order and pace."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange import Exchange, Timings
from playback import schedule
from playback.errors import BadOption
from playback.schedule import LONGEST_WAIT_S, MOST_AT_ONCE, Kind, Order, Pace, parse_order, parse_pace
from tests.playback.recorded import get, ok, through_gateway

(BASE,) = through_gateway(1, get(b"/"), lambda _: ok())


def exchange(number: int, begun_us: int, ended_us: int) -> Exchange:
    """A call that the server was given and had answered at these moments."""
    seed = replace(BASE.facts.seed, arrived_us=1_000_000)
    timings = Timings(server_sent=begun_us, server_end=ended_us, done=ended_us)
    return replace(BASE, id=number, facts=replace(BASE.facts, seed=seed), timings=timings)


def played(exchanges: list[Exchange], order: Order, stop_at: int = 0) -> list[tuple[str, int]]:
    """What began and ended in which order, when each call takes some turns of the event loop."""
    events: list[tuple[str, int]] = []

    async def handle(one: Exchange) -> bool:
        events.append(("begin", one.id))
        for _ in range(3 + 10 * (one.id % 3)):
            await asyncio.sleep(0)
        events.append(("end", one.id))
        return one.id != stop_at

    asyncio.run(schedule.run(exchanges, handle, order, Pace()))
    return events


SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=12)


def spans(pairs: list[tuple[int, int]]) -> list[Exchange]:
    begins = sorted(begin for begin, _ in pairs)
    return [exchange(n, at, at + long) for n, (at, (_, long)) in enumerate(zip(begins, pairs, strict=True), 1)]


@given(SPANS)
def test_serial_sends_one_after_the_other(pairs: list[tuple[int, int]]) -> None:
    exchanges = spans(pairs)
    expected = [(what, one.id) for one in exchanges for what in ("begin", "end")]
    assert played(exchanges, Order()) == expected


@given(SPANS)
def test_overlap_keeps_what_was_before_what(pairs: list[tuple[int, int]]) -> None:
    exchanges = spans(pairs)
    events = played(exchanges, Order(Kind.OVERLAP, MOST_AT_ONCE))
    assert sorted(events) == sorted((what, one.id) for one in exchanges for what in ("begin", "end"))
    for one in exchanges:
        for other in exchanges:
            if one.id < other.id and one.timings.server_end <= other.timings.server_sent:
                assert events.index(("end", one.id)) < events.index(("begin", other.id))


def test_overlap_lets_overlap_what_overlapped() -> None:
    events = played([exchange(1, 0, 10), exchange(2, 5, 15), exchange(3, 12, 20)], Order(Kind.OVERLAP, 9))
    assert events[:2] == [("begin", 1), ("begin", 2)]
    assert events.index(("end", 1)) < events.index(("begin", 3)) < events.index(("end", 2))


@pytest.mark.parametrize("width", [2, 5])
def test_a_burst_keeps_its_width(width: int) -> None:
    flying = most = 0
    for what, _ in played([exchange(n, n, n) for n in range(1, 20)], Order(Kind.BURST, width)):
        flying += 1 if what == "begin" else -1
        most = max(most, flying)
    assert most == width


@pytest.mark.parametrize("order", [Order(), Order(Kind.BURST, 3), Order(Kind.OVERLAP, 9)], ids=lambda order: order.kind)
def test_nothing_more_goes_out_once_it_stops(order: Order) -> None:
    events = played([exchange(n, n * 10, n * 10 + 5) for n in range(1, 20)], order, stop_at=2)
    after = events[events.index(("end", 2)) :]
    assert len([what for what, _ in after if what == "begin"]) <= 1  # one may have been handed over already
    assert sorted(number for what, number in events if what == "begin") == sorted(
        number for what, number in events if what == "end"
    )


class Timeline:
    """An event loop whose clock moves only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.begun: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    async def handle(self, _: Exchange) -> bool:
        self.begun.append(round(self.now - 100.0, 6))
        return True


def paced(monkeypatch: pytest.MonkeyPatch, exchanges: list[Exchange], pace: Pace) -> list[float]:
    timeline = Timeline()

    async def play() -> None:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "time", lambda: timeline.now)
        monkeypatch.setattr(asyncio, "sleep", timeline.sleep)
        await schedule.run(exchanges, timeline.handle, Order(), pace)

    asyncio.run(play())
    monkeypatch.undo()
    return timeline.begun


SECOND = 1_000_000


@pytest.mark.parametrize(
    ("pace", "begun"),
    [
        pytest.param(Pace(), [0, 0, 0, 0, 0], id="fast"),
        pytest.param(Pace(1), [0, 2, 3, 3, 3 + LONGEST_WAIT_S], id="recorded, a step back and a night between"),
        pytest.param(Pace(2), [0, 1, 1.5, 1.5, 1.5 + LONGEST_WAIT_S], id="twice as fast"),
    ],
)
def test_the_pace_is_kept(monkeypatch: pytest.MonkeyPatch, pace: Pace, begun: list[float]) -> None:
    moments = (0, 2 * SECOND, 3 * SECOND, 2 * SECOND, 36_000 * SECOND)
    exchanges = [exchange(number, at, at) for number, at in enumerate(moments, 1)]
    assert paced(monkeypatch, exchanges, pace) == begun


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("serial", Order()),
        ("overlap", Order(Kind.OVERLAP, MOST_AT_ONCE)),
        ("burst:8", Order(Kind.BURST, 8)),
        ("burst:9999", Order(Kind.BURST, MOST_AT_ONCE)),
    ],
)
def test_orders_have_names(text: str, order: Order) -> None:
    assert parse_order(text) == order


@pytest.mark.parametrize(("text", "factor"), [("fast", 0), ("recorded", 1), ("x2", 2), ("x0.5", 0.5)])
def test_paces_have_names(text: str, factor: float) -> None:
    assert parse_pace(text) == Pace(factor)


@pytest.mark.parametrize("text", ["", "burst", "burst:0", "burst:x", "parallel"])
def test_an_unknown_order_is_refused(text: str) -> None:
    with pytest.raises(BadOption, match="serial, overlap and burst:N"):
        parse_order(text)


@pytest.mark.parametrize("text", ["", "slow", "x0", "x", "x-1"])
def test_an_unknown_pace_is_refused(text: str) -> None:
    with pytest.raises(BadOption, match="fast, recorded and xN"):
        parse_pace(text)
