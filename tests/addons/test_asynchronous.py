from __future__ import annotations

import asyncio

import pytest

from gateway import task
from gateway.differences import unexplained
from gateway.exchange import State
from gateway.recompute import recompute
from tests.addons.bench import OK, answer_ok, bench, get, run

FAILED = OK.replace(b"X-App: 1", b"x-fc-status: 404")
ASYNC = get("/later", "X-Fc-Invocation-Type: Async")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, "FIRST_PAUSE_US", 0)


def test_an_asynchronous_call_is_answered_at_once_and_delivered_afterwards() -> None:
    async def test() -> None:
        release = asyncio.Event()

        async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
            await release.wait()
            await answer_ok(request, writer)

        async with bench(serve) as desk:
            answer = await desk.talk(ASYNC)
            accepted = await desk.ended.get()
            release.set()
            delivered = await desk.ended.get()
        assert answer.startswith(b"HTTP/1.1 202 ")
        assert accepted.server is None
        assert delivered.parent_id == accepted.id
        assert delivered.state is State.COMPLETE
        for exchange in (accepted, delivered):
            assert unexplained(exchange) == ()
            assert recompute(exchange, desk.desk.config) == exchange

    run(test())


@pytest.mark.parametrize(
    ("answers", "attempts"),
    [
        pytest.param([FAILED, OK], [0, 1], id="a-function-error-is-retried"),
        pytest.param([OK], [0], id="a-success-is-not"),
        pytest.param([OK.replace(b"200 OK", b"500 Oops")], [0], id="a-plain-500-counts-as-success"),
        pytest.param([FAILED] * 9, [0, 1, 2, 3], id="at-most-three-retries"),
    ],
)
def test_deliveries_follow_the_outcome(answers: list[bytes], attempts: list[int]) -> None:
    async def test() -> None:
        left = iter(answers)

        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(next(left))

        async with bench(serve) as desk:
            await desk.talk(ASYNC)
            accepted = await desk.ended.get()
            ends = [await desk.ended.get() for _ in attempts]
        assert [each.facts.seed.attempt for each in ends] == attempts
        assert {each.parent_id for each in ends} == {accepted.id}
        assert len(desk.received) == len(attempts)

    run(test())


def test_a_delayed_call_waits_and_a_stop_leaves_it_undelivered(caplog: pytest.LogCaptureFixture) -> None:
    """Contract ASYNC-4."""

    async def test() -> None:
        async with bench() as desk:
            request = get("/later", "X-Fc-Invocation-Type: Async", "X-Fc-Async-Delay: 3600")
            assert (await desk.talk(request)).startswith(b"HTTP/1.1 202 ")
        assert desk.received == []

    run(test())
    assert "1 accepted calls were not recorded and not delivered" in caplog.text


def test_a_delay_of_a_second_is_kept() -> None:
    async def test() -> None:
        async with bench() as desk:
            await desk.talk(get("/later", "X-Fc-Invocation-Type: Async", "X-Fc-Async-Delay: 1"))
            accepted, delivered = await desk.ended.get(), await desk.ended.get()
        assert delivered.timings.server_sent - accepted.timings.done > 900_000

    run(test())
