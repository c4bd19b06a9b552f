"""Accepted calls on a real recording: the queue's whole life with a clock that is set by hand."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from addons import errand
from gateway.config import Asynchronous, Config, Function
from gateway.exchange import Exchange, State
from gateway.outcome import outcome_of
from gateway.task_query import Question
from store.errors import StoreUnavailable
from store.reader import Reader
from store.recording import open_for_reading
from tests.addons.bench import OK, Bench, Clock, Kept, answer_ok, bench, get, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from store.task_lists import TaskRow
    from store.task_queue import Due

FAILED = OK.replace(b"X-App: 1", b"x-fc-status: 404")
ASYNC = "X-Fc-Invocation-Type: Async"
HOUR = 3600


def named(name: str, *fields: str) -> bytes:
    return get("/later", ASYNC, f"X-Fc-Async-Task-Id: {name}", *fields)


async def soon(kept: Kept, desk: Bench, name: str, state: str) -> TaskRow:
    """The task, once it is in this state; time passes as it needs."""
    while True:
        rows = await asyncio.to_thread(kept.lists.rows)
        row = next((each for each in rows.values() if each.name == name), None)
        if row is not None and row.state == state:
            return row
        if row is not None and row.due_us is not None and row.state in {"Enqueued", "Retrying"}:
            kept.clock.us = max(kept.clock.us, row.due_us)
            desk.desk.calls.look()
        await asyncio.sleep(0.01)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; `run` bounds it."""
    while True:
        if holds():
            return
        await asyncio.sleep(0.01)


def exchanges(place: Path) -> list[Exchange]:
    recording = open_for_reading(str(place))
    try:
        return list(Reader(recording).exchanges())
    finally:
        recording.close()


def test_the_202_and_its_task_are_one_commit_and_the_delivery_is_linked(tmp_path: Path) -> None:
    async def test() -> None:
        async with Kept(str(tmp_path / "fc.db")) as kept, bench(kept=kept) as desk:
            answer = await desk.talk(named("job-1"))
            assert answer.startswith(b"HTTP/1.1 202 ")
            assert b"X-Fc-Async-Task-Id: job-1\r\n" in answer
            row = await soon(kept, desk, "job-1", "Succeeded")
            assert row.attempts == 1

    run(test())
    accepted, delivery = exchanges(tmp_path / "fc.db")
    assert delivery.parent_id == accepted.id
    assert (delivery.state, delivery.facts.seed.attempt) == (State.COMPLETE, 0)


def test_a_function_that_fails_twice_then_succeeds(tmp_path: Path) -> None:
    async def test() -> None:
        left = iter([FAILED, FAILED, OK])

        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(next(left))

        async with Kept(str(tmp_path / "fc.db"), seal="on") as kept, bench(serve, kept=kept) as desk:
            await desk.talk(named("flaky", "Authorization: Bearer secret-secret-secret"))
            await soon(kept, desk, "flaky", "Succeeded")
            assert len(desk.received) == 3
            assert all(b"Bearer secret-secret-secret" in request for request in desk.received)

    run(test())
    accepted, *deliveries = exchanges(tmp_path / "fc.db")
    assert [each.facts.seed.attempt for each in deliveries] == [0, 1, 2]
    assert {each.parent_id for each in deliveries} == {accepted.id}


def test_throttled_for_five_hours(tmp_path: Path) -> None:
    """Time is a value: the whole back-off takes milliseconds."""

    async def test() -> None:
        async with Kept(str(tmp_path / "fc.db")) as kept, bench(kept=kept) as desk:

            async def no_slot() -> bool:
                return False

            slots = desk.desk.slots_of("web")
            slots.take = no_slot  # type: ignore[method-assign] # nobody waits ten seconds
            start_us = kept.clock.us
            await desk.talk(named("busy"))
            row = await soon(kept, desk, "busy", "Failed")
            assert row.error == "ResourceThrottled"
            assert row.attempts == 16
            assert 4 * HOUR < (kept.clock.us - start_us) / 1e6 <= 5 * HOUR
            assert desk.received == []

    run(test())


def test_a_function_with_one_slot_is_never_throttled_by_its_own_queue(tmp_path: Path) -> None:
    async def test() -> None:
        most = under_way = 0

        async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
            nonlocal most, under_way
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1
            await answer_ok(request, writer)

        config = Config(functions=(Function("fn", concurrency=1),))
        async with Kept(str(tmp_path / "fc.db")) as kept, bench(serve, kept=kept, config=config) as desk:
            desk.desk.slots_of("fn")._wait_s = 0
            await asyncio.gather(*(desk.talk(named(f"n{number}")) for number in range(20)))
            for number in range(20):
                row = await soon(kept, desk, f"n{number}", "Succeeded")
                assert row.attempts == 1
        assert most == 1

    run(test())


@pytest.mark.parametrize("refuse", [True, False])
def test_while_the_store_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, refuse: bool) -> None:
    """Under `refuse` the server sees nothing; under `pass` it does, and what became of the call is written later."""
    monkeypatch.setattr("addons.recorder.TRY_AGAIN_S", 0.01)

    async def test() -> None:
        async with Kept(str(tmp_path / "fc.db"), refuse=refuse) as kept, bench(kept=kept) as desk:
            await desk.talk(named("later", "X-Fc-Async-Delay: 9"))
            with monkeypatch.context() as broken:
                for name in ("intent", "finish", "change"):
                    broken.setattr(kept.writer, name, unavailable)
                kept.clock.us += 9_000_000
                desk.desk.calls.look()
                await until(lambda: len(failures) > 2)
                assert len(desk.received) == (0 if refuse else 1)
            row = await soon(kept, desk, "later", "Succeeded")
            assert len(desk.received) == 1
            assert row.attempts == 1

    failures: list[str] = []

    async def unavailable(*_: object) -> None:
        failures.append("disk full")
        raise StoreUnavailable("disk full")

    run(test())


def test_a_fault_of_ours_is_told_and_the_call_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = iter([True])
    original = outcome_of

    def broken(*arguments: Any) -> Any:
        if next(calls, False):
            raise RuntimeError("a fault")
        return original(*arguments)

    async def test() -> None:
        monkeypatch.setattr(errand, "outcome_of", broken)
        async with Kept(str(tmp_path / "fc.db")) as kept, bench(kept=kept) as desk:
            await desk.talk(named("unlucky"))
            row = await soon(kept, desk, "unlucky", "Succeeded")
            assert row.attempts == 2
            (task, *_), _ = await asyncio.to_thread(kept.lists.page, Question("web", ""))
            states = [event.state for event in task.events]
            assert states == ["Enqueued", "Running", "Retrying", "Running", "Succeeded"]
        assert "accepted call 1 could not be delivered" in caplog.text

    run(test())


def test_a_call_that_waits_too_long_expires_and_its_destination_is_noted(tmp_path: Path) -> None:
    async def test() -> None:
        policy = Asynchronous(age_s=60, on_failure="acs:mns:b")
        async with Kept(str(tmp_path / "fc.db")) as kept:
            config = Config(functions=(Function(asynchronous=policy),))
            async with bench(kept=kept, config=config) as desk:
                await desk.talk(named("old", "X-Fc-Async-Delay: 61"))
                row = await soon(kept, desk, "old", "Expired")
                assert (row.attempts, row.target, row.condition) == (0, "acs:mns:b", "EventAgeExceeded")
                assert desk.received == []

    run(test())


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with Kept(str(tmp_path / "fc.db")) as kept, bench(kept=kept) as desk:
            answers = await asyncio.gather(*(desk.talk(named("one")) for _ in range(4)))
            assert sorted(answer[9:12] for answer in answers) == [b"202", b"409", b"409", b"409"]
            await soon(kept, desk, "one", "Succeeded")
            assert len(desk.received) == 1
            told = json.loads(next(answer for answer in answers if b" 409 " in answer).partition(b"\r\n\r\n")[2])
            assert told["Code"] == "AsyncTaskAlreadyExists"

    run(test())
    states = [each.state for each in exchanges(tmp_path / "fc.db")]
    assert states.count(State.REFUSED) == 3


def test_a_refused_call_leaves_its_place_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addons.hands.MOST", 2)

    async def test() -> None:
        async with Kept(str(tmp_path / "fc.db")) as kept, bench(kept=kept) as desk:
            for _ in range(4):
                await desk.talk(named("one"))
            await desk.talk(named("two"))
            await soon(kept, desk, "two", "Succeeded")

    run(test())


def test_a_call_in_hand_is_not_taken_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue is asked in a thread: what it says may be older than what was begun meanwhile."""

    async def test() -> None:
        release, reached = asyncio.Event(), asyncio.Event()

        async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
            reached.set()
            await release.wait()
            await answer_ok(request, writer)

        async with Kept(str(tmp_path / "fc.db")) as kept, bench(serve, kept=kept) as desk:
            claim = kept.queue.claim
            claims: list[int] = []

            def late(now_us: int, most: int, _: object, full: list[str]) -> list[Due]:
                found = claim(now_us, most, [], full)
                claims.append(len(found))
                return found

            monkeypatch.setattr(kept.queue, "claim", late)
            await desk.talk(named("one"))
            await reached.wait()
            await desk.talk(named("two", "X-Fc-Async-Delay: 9"))
            kept.clock.us += 9_000_000
            desk.desk.calls.look()
            await until(lambda: 2 in claims)
            release.set()
            rows = [await soon(kept, desk, name, "Succeeded") for name in ("one", "two")]
            assert [row.attempts for row in rows] == [1, 1]
            assert len(desk.received) == 2

    run(test())


def test_a_running_task_is_stopped(tmp_path: Path) -> None:
    async def test() -> None:
        reached = asyncio.Event()

        async def serve(_: bytes, __: asyncio.StreamWriter) -> None:
            reached.set()
            await asyncio.Event().wait()

        async with Kept(str(tmp_path / "fc.db")) as kept, bench(serve, kept=kept) as desk:
            await desk.talk(named("long"))
            await reached.wait()
            task = "/2023-03-30/functions/web/async-tasks/long"
            stop = get(f"{task}/stop").replace(b"GET", b"PUT", 1)
            assert (await desk.talk(stop)).startswith(b"HTTP/1.1 200 ")
            await soon(kept, desk, "long", "Stopped")
            assert (await desk.talk(stop)).startswith(b"HTTP/1.1 412 ")
            told = json.loads((await desk.talk(get(task))).partition(b"\r\n\r\n")[2])
            assert [event["status"] for event in told["events"]] == ["Enqueued", "Running", "Stopping", "Stopped"]
            for reader in desk.readers:
                reader.close()

    run(test())
    assert State.CANCELLED in {each.state for each in exchanges(tmp_path / "fc.db")}


def test_a_stop_of_the_proxy_leaves_what_waits_to_the_next_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place, clock = str(tmp_path / "fc.db"), Clock()
    caplog.set_level("INFO")

    async def first() -> None:
        async with Kept(place, clock=clock, seal="on") as kept, bench(kept=kept) as desk:
            await desk.talk(named("later", "X-Fc-Async-Delay: 3600", "Authorization: Bearer secret-secret-secret"))
            assert desk.received == []

    async def second() -> None:
        async with Kept(place, clock=clock, seal="on") as kept, bench(kept=kept) as desk:
            await soon(kept, desk, "later", "Succeeded")
            assert b"Bearer secret-secret-secret" in desk.received[0]

    run(first())
    assert "1 accepted calls wait in the recording" in caplog.text
    run(second())


def test_a_call_for_a_function_that_the_config_has_no_more_is_invalid(tmp_path: Path) -> None:
    place, clock = str(tmp_path / "fc.db"), Clock()

    async def first() -> None:
        async with Kept(place, clock=clock) as kept, bench(kept=kept) as desk:
            await desk.talk(named("later", "X-Fc-Async-Delay: 9"))

    async def second() -> None:
        config = Config(functions=(Function("other", triggers=()),))
        async with Kept(place, clock=clock) as kept, bench(kept=kept, config=config) as desk:
            await soon(kept, desk, "later", "Invalid")

    run(first())
    run(second())


def test_without_its_key_a_call_waits_for_a_desk_that_has_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    place, clock = tmp_path / "fc.db", Clock()

    async def first() -> None:
        async with Kept(str(place), clock=clock, seal="on") as kept, bench(kept=kept) as desk:
            await desk.talk(named("sealed", "X-Fc-Async-Delay: 9", "Authorization: Bearer secret-secret-secret"))
        (tmp_path / "fc.db.key").rename(tmp_path / "elsewhere")

    async def second() -> None:
        async with Kept(str(place), clock=clock, seal="off") as kept, bench(answer_ok, kept=kept) as desk:
            kept.clock.us += 10_000_000
            desk.desk.calls.look()
            await until(lambda: "cannot be delivered here" in caplog.text)
            assert await asyncio.to_thread(kept.queue.waiting) == 1
            assert desk.received == []

    run(first())
    run(second())


def test_the_lists_of_a_recording_without_a_queue_are_empty(tmp_path: Path) -> None:
    async def test() -> None:
        async with bench() as desk:
            answer = await desk.talk(get("/2023-03-30/functions/web/async-tasks"))
            assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"tasks": []}
            assert b" 404 " in await desk.talk(get("/2023-03-30/functions/web/async-tasks/x"))
            assert b" 400 " in await desk.talk(get("/2023-03-30/functions/web/async-tasks?limit=0"))

    run(test())
