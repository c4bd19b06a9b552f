"""The queue of accepted calls on both databases: who gets what, what a kill leaves, what lists tell."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from gateway.config import Asynchronous
from gateway.exchange import State
from gateway.facts import InvocationType
from gateway.task import Outcome, Progress, TaskState, accepted, after, begun
from gateway.task_query import Question
from store.errors import Missing
from store.keep import Keep
from store.keys import key_path
from store.recording import open_for_reading, open_for_writing
from store.retention import prune
from store.salvage import salvage
from store.schema import destination, exchange, task, task_event
from store.task_lists import TaskLists
from store.task_queue import TaskQueue
from store.tasks import LEASE_US, Accepted, NameTaken, Step, Stop
from store.verify import verify
from store.writer import Writer
from tests.store.samples import RUN, sample

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from gateway.exchange import Exchange
    from store.recording import Recording

NOW = 1_700_000_000_000_000
POLICY = Asynchronous()


def call(ident: int, body: bytes = b"event") -> Exchange:
    """An accepted call."""
    made = sample(ident, body=body)
    facts = replace(made.facts, invocation_type=InvocationType.ASYNC)
    return replace(made, facts=facts, server=None, transforms=made.transforms[1:])


def delivery(ident: int, parent: int) -> Exchange:
    return replace(sample(ident), parent_id=parent)


def entry(ident: int, name: str = "", *, delay_s: int = 0, held: bool = False) -> Accepted:
    return Accepted(ident, name or f"job-{ident}", "web", "", "LATEST", accepted(NOW, delay_s), held)


def step(ident: int, progress: Progress, attempt: int = 0, at_us: int = NOW, target: str = "") -> Step:
    return Step(ident, progress, at_us, attempt, attempt, target=target, condition="Success" if target else "")


def running(delay_s: int = 0) -> Progress:
    return begun(accepted(NOW, delay_s), POLICY, NOW)


def run(place: str, test: Callable[[Writer, TaskQueue], Awaitable[None]], seal: str = "off") -> None:
    """Do something in a run of its own."""

    async def main() -> None:
        recording = open_for_writing(place)
        writer = Writer(recording, seal=seal)
        writer.start(RUN)
        try:
            await test(writer, TaskQueue(recording, writer.run_id, seal))
        finally:
            await writer.close()
            recording.close()

    asyncio.run(main())


def read[T](place: str, look: Callable[[Recording], T]) -> T:
    recording = open_for_reading(place)
    try:
        return look(recording)
    finally:
        recording.close()


def count(place: str, table: object) -> int:
    def look(recording: Recording) -> int:
        with recording.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)  # type: ignore[arg-type] # a Table

    return read(place, look)


def test_a_call_and_its_task_are_in_one_commit_and_due_when_it_says(anywhere: str) -> None:
    async def test(writer: Writer, queue: TaskQueue) -> None:
        now_id, later_id = writer.next_id(), writer.next_id()
        await writer.finish(call(now_id), (), entry(now_id))
        await writer.finish(call(later_id), (), entry(later_id, delay_s=60))
        (due,) = queue.claim(NOW, 9, [])
        assert (due.exchange_id, due.function, due.broken) == (now_id, "web", False)
        assert due.progress == accepted(NOW, 0)
        assert queue.claim(NOW, 9, [now_id]) == []
        assert queue.next_due_us([now_id]) == NOW + 60_000_000
        assert queue.waiting() == 2
        request, facts = queue.accepted(now_id)
        assert (request, facts) == (call(now_id).client.request, call(now_id).facts)

    run(anywhere, test)


def test_a_name_is_given_once_and_its_neighbours_in_the_commit_are_kept(anywhere: str) -> None:
    async def test(writer: Writer, _: TaskQueue) -> None:
        ids = [writer.next_id() for _ in range(4)]
        names = ["one", "two", "two", "three"]
        pushed = [writer.finish(call(each), (), entry(each, name)) for each, name in zip(ids, names, strict=True)]
        outcomes = await asyncio.gather(*pushed, return_exceptions=True)
        assert [type(each) for each in outcomes] == [type(None), type(None), NameTaken, type(None)]
        again = writer.next_id()
        with pytest.raises(NameTaken):
            await writer.finish(call(again), (), entry(again, "one"))
        other = replace(entry(again, "one"), function="other")
        await writer.finish(call(again), (), other)

    run(anywhere, test)
    assert count(anywhere, exchange) == 4
    assert count(anywhere, task) == 4
    read(anywhere, _assert_sound)


def _assert_sound(recording: Recording) -> None:
    assert verify(recording).problems == []


def test_a_life_with_a_retry_is_told(anywhere: str) -> None:
    async def test(writer: Writer, queue: TaskQueue) -> None:
        ident, first, second = (writer.next_id() for _ in range(3))
        await writer.finish(call(ident), (), entry(ident, held=True))
        began = running()
        await writer.intent(replace(delivery(first, ident), state=State.OPEN), step(ident, began, first))
        failed = after(began, Outcome.FUNCTION_ERROR, POLICY, NOW)
        await writer.finish(delivery(first, ident), (), step(ident, failed, first))
        assert queue.claim(NOW, 9, []) == []
        (due,) = queue.claim(NOW + 500_000, 9, [])
        assert (due.progress, due.broken) == (failed, False)
        began = begun(due.progress, POLICY, NOW + 500_000)
        done = after(began, Outcome.SUCCESS, POLICY, NOW + 900_000)
        await writer.intent(replace(delivery(second, ident), state=State.OPEN), step(ident, began, second))
        await writer.finish(delivery(second, ident), (), step(ident, done, second, NOW + 900_000, "acs:mns:a"))
        assert queue.waiting() == 0

    run(anywhere, test)
    found = read(anywhere, lambda recording: TaskLists(recording).find(Question("web", "", "job-1")))
    assert found is not None
    told = found[1]
    assert (told.state, told.attempts, told.ended_us) == ("Succeeded", 2, NOW + 900_000)
    assert [each.state for each in told.events] == ["Enqueued", "Running", "Retrying", "Running", "Succeeded"]
    (row,) = read(anywhere, lambda recording: list(TaskLists(recording).rows().values()))
    assert (row.target, row.condition) == ("acs:mns:a", "Success")


def test_a_delivery_that_a_kill_cut_is_found_broken(place: str) -> None:
    async def test(writer: Writer, _: TaskQueue) -> None:
        ident, first = writer.next_id(), writer.next_id()
        await writer.finish(call(ident), (), entry(ident, held=True))
        await writer.intent(replace(delivery(first, ident), state=State.OPEN), step(ident, running(), first))

    async def next_run(_: Writer, queue: TaskQueue) -> None:
        (due,) = queue.claim(NOW, 9, [])
        assert due.broken
        assert due.progress.attempts == 1

    run(place, test)
    run(place, next_run)


def test_what_waits_is_stopped_at_once_and_what_runs_is_marked(anywhere: str) -> None:
    async def test(writer: Writer, queue: TaskQueue) -> None:
        waiting, busy, first = (writer.next_id() for _ in range(3))
        await writer.finish(call(waiting), (), entry(waiting, delay_s=9))
        await writer.finish(call(busy), (), entry(busy, held=True))
        began = running()
        await writer.intent(replace(delivery(first, busy), state=State.OPEN), step(busy, began, first))
        for ident in (waiting, busy, 999_999):
            await writer.change(Stop(ident, NOW))
            await writer.change(Stop(ident, NOW))
        if queue.is_shared:
            assert queue.renew(NOW, [busy]) == {busy}
        retried = after(began, Outcome.FUNCTION_ERROR, POLICY, NOW)
        await writer.finish(delivery(first, busy), (), step(busy, retried, first))
        await writer.change(step(busy, retried))

    run(anywhere, test)
    rows = read(anywhere, lambda recording: TaskLists(recording).rows())
    assert {row.state for row in rows.values()} == {"Stopped"}
    assert {row.due_us for row in rows.values()} == {None}
    told = read(anywhere, lambda recording: TaskLists(recording).find(Question("web", "", "job-2")))
    assert told is not None
    assert [each.state for each in told[1].events] == ["Enqueued", "Running", "Stopping", "Stopped"]


def test_proxies_on_a_server_never_get_the_same_call(new_database: Callable[[], str]) -> None:
    place = new_database()

    async def test(writer: Writer, queue: TaskQueue) -> None:
        ids = [writer.next_id() for _ in range(40)]
        await asyncio.gather(*(writer.finish(call(each), (), entry(each)) for each in ids))
        others = [TaskQueue(open_for_writing(place), 1000 + number) for number in range(5)]
        pages = await asyncio.gather(*(asyncio.to_thread(one.claim, NOW, 7, []) for one in others))
        rest = [due.exchange_id for due in queue.claim(NOW, 99, [])]
        taken = [due.exchange_id for page in pages for due in page]
        assert sorted(taken + rest) == ids
        assert queue.claim(NOW + LEASE_US - 1, 99, rest) == []
        late = queue.claim(NOW + LEASE_US + 1, 99, rest)
        assert sorted(due.exchange_id for due in late) == sorted(taken)
        assert others[0].renew(NOW, taken) == set()
        for other in others:
            other._recording.close()

    run(place, test)


def test_who_lost_the_lease_has_no_more_say(new_database: Callable[[], str]) -> None:
    place = new_database()

    async def test(writer: Writer, queue: TaskQueue) -> None:
        ident = writer.next_id()
        await writer.finish(call(ident), (), entry(ident, held=True))
        taker = TaskQueue(queue._recording, 77)
        assert [due.exchange_id for due in taker.claim(NOW + LEASE_US + 1, 9, [])] == [ident]
        done = after(running(), Outcome.SUCCESS, POLICY, NOW)
        await writer.change(step(ident, done))

    run(place, test)
    (row,) = read(place, lambda recording: list(TaskLists(recording).rows().values()))
    assert row.state == TaskState.ENQUEUED


def test_secrets_come_back_on_the_desk_that_has_the_key(anywhere: str) -> None:
    secret = b'{"password": "hunter2-hunter2"}'

    async def test(writer: Writer, queue: TaskQueue) -> None:
        ident = writer.next_id()
        await writer.finish(call(ident, secret), (), entry(ident))
        request, _ = queue.accepted(ident)
        assert request.body == secret
        key_path(queue._recording).unlink()
        with pytest.raises(Missing):
            queue.accepted(ident)

    run(anywhere, test, seal="on")


@pytest.mark.parametrize("body", [pytest.param(b"token=hunter2-hunter2", id="sealed"), pytest.param(b"x", id="plain")])
def test_discarded_secrets_are_not_made_up(place: str, body: bytes) -> None:
    async def test(writer: Writer, queue: TaskQueue) -> None:
        assert queue.discards
        ident = writer.next_id()
        await writer.finish(call(ident, body), (), entry(ident))
        if body == b"x":
            assert queue.accepted(ident)[0].body == body
        else:
            with pytest.raises(Missing, match="discarded"):
                queue.accepted(ident)
        with pytest.raises(Missing, match="not there any more"):
            queue.accepted(ident + 1)

    run(place, test, seal="discard")


def test_retention_keeps_what_is_still_to_be_delivered(anywhere: str) -> None:
    async def test(writer: Writer, _: TaskQueue) -> None:
        ended, waiting = writer.next_id(), writer.next_id()
        await writer.finish(call(ended), (), entry(ended, held=True))
        await writer.finish(call(waiting), (), entry(waiting))
        await writer.change(step(ended, after(running(), Outcome.SUCCESS, POLICY, NOW), target="acs:mns:a"))

    run(anywhere, test)
    recording = open_for_writing(anywhere)
    prune(recording, Keep(exchanges=0))
    recording.close()
    assert list(read(anywhere, lambda recording: TaskLists(recording).rows())) == [2]
    assert [count(anywhere, table) for table in (exchange, task, task_event, destination)] == [1, 1, 1, 0]


def test_salvage_takes_the_queue_along(place: str, tmp_path: Path) -> None:
    async def test(writer: Writer, _: TaskQueue) -> None:
        for _number in range(2):
            ident = writer.next_id()
            await writer.finish(call(ident), (), entry(ident, delay_s=60))

    async def next_run(_: Writer, queue: TaskQueue) -> None:
        assert [due.exchange_id for due in queue.claim(NOW + 60_000_000, 9, [])] == [1, 2]

    run(place, test)
    read(place, lambda recording: salvage(recording, str(tmp_path / "rescued.db")))
    run(str(tmp_path / "rescued.db"), next_run)


def test_a_full_function_is_left_alone(anywhere: str) -> None:
    async def test(writer: Writer, queue: TaskQueue) -> None:
        for function in ("one", "two"):
            ident = writer.next_id()
            await writer.finish(call(ident), (), replace(entry(ident), function=function))
        assert [due.function for due in queue.claim(NOW, 9, [], ["one"])] == ["two"]
        assert queue.next_due_us([], ["one", "two"]) is None

    run(anywhere, test)


def test_lists_are_described_and_come_in_pages(anywhere: str) -> None:
    async def test(writer: Writer, _: TaskQueue) -> None:
        for number in range(5):
            ident = writer.next_id()
            await writer.finish(call(ident), (), entry(ident, f"{'ab'[number % 2]}_{number}", held=True))
            if number == 4:
                await writer.change(step(ident, running()))

    def names(**asked: object) -> tuple[list[str], str]:
        question = replace(Question("web", ""), **asked)  # type: ignore[arg-type] # fields of Question
        tasks, token = read(anywhere, lambda recording: TaskLists(recording).page(question))
        return [each.name for each in tasks], token

    run(anywhere, test)
    assert names() == (["a_4", "b_3", "a_2", "b_1", "a_0"], "")
    page, token = names(limit=2, oldest_first=True)
    assert page == ["a_0", "b_1"]
    assert names(limit=2, oldest_first=True, after=token)[0] == ["a_2", "b_3"]
    assert names(after=names(limit=4)[1])[0] == ["a_0"]
    assert names(prefix="a_")[0] == ["a_4", "a_2", "a_0"]
    assert names(status="Running")[0] == ["a_4"]
    assert names(begin_ms=NOW // 1000, end_ms=NOW // 1000)[0] == ["a_4"]
    assert names(end_ms=NOW // 1000 - 1)[0] == []
    assert names(qualifier="prod")[0] == []
    assert read(anywhere, lambda recording: TaskLists(recording).find(Question("web", "s", "a_0"))) is None
    assert set(read(anywhere, lambda recording: TaskLists(recording).rows([1, 2, 99]))) == {1, 2}
