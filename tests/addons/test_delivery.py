from __future__ import annotations

import asyncio

import pytest

from addons.delivery import STOPPED, Delivery, Failed
from gateway.config import Config, Function
from gateway.exchange import Failure
from gateway.messages import Request, Response
from tests.addons.bench import OK, answer_ok, bench, run

GET = Request(b"GET", b"/", ((b"Host", b"a"),))


def test_a_small_answer_is_whole() -> None:
    async def test() -> None:
        async with bench() as desk:
            delivery = Delivery(desk.desk.pool, *desk.desk.place("web"))
            answer = await delivery.ask(GET, None, lambda: None)
            assert isinstance(answer, Response)
            assert (answer.body, delivery.complete) == (b"ok", True)
            delivery.release()

    run(test())


@pytest.mark.parametrize(
    "failure", [pytest.param(each, id=each.value) for each in (Failure.CLIENT_GONE, Failure.TIMED_OUT)]
)
def test_a_cancelled_call_ends_with_the_first_reason(failure: Failure) -> None:
    async def never(_: bytes, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    asked = asyncio.Event()

    async def test() -> None:
        async with bench(never) as desk:
            delivery = Delivery(desk.desk.pool, *desk.desk.place("web"))
            waiting = asyncio.ensure_future(delivery.ask(GET, None, lambda: None))
            await asked.wait()
            delivery.cancel(Failed(failure, "first"))
            delivery.cancel(Failed(Failure.CLOSED, "second"))
            assert await waiting == Failed(failure, "first")
            delivery.drop()

    run(test())


def test_a_connection_that_closes_is_not_used_again() -> None:
    """Werkzeug answers `Connection: close`; the next call must not wait on that connection."""

    async def closing(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(OK.replace(b"X-App: 1", b"Connection: close"))

    async def test() -> None:
        async with bench(closing) as desk:
            for _ in range(3):
                delivery = Delivery(desk.desk.pool, *desk.desk.place("web"))
                assert isinstance(await delivery.ask(GET, None, lambda: None), Response)
                delivery.release()
            assert len(desk.readers) == 3

    run(test())


def test_a_kept_connection_is_used_again() -> None:
    async def test() -> None:
        async with bench(answer_ok) as desk:
            for _ in range(3):
                delivery = Delivery(desk.desk.pool, *desk.desk.place("web"))
                assert isinstance(await delivery.ask(GET, None, lambda: None), Response)
                delivery.release()
            assert len(desk.readers) == 1

    run(test())


def test_a_call_that_our_own_stop_cut_says_so_and_is_not_sent_again() -> None:
    async def never(_: bytes, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    asked = asyncio.Event()

    async def test() -> None:
        async with bench(never) as desk:
            delivery = Delivery(desk.desk.pool, *desk.desk.place("web"))
            waiting = asyncio.ensure_future(delivery.ask(GET, None, lambda: None))
            await asked.wait()
            desk.desk.pool.close_all()
            assert await waiting is STOPPED
            assert len(desk.received) == 1
            delivery.drop()

    run(test())


def test_a_lent_alarm_serves_the_next_call_although_the_one_before_still_ends() -> None:
    """Of two pipelined calls the first one's answer begins the second, before the first has let go of all it had."""

    async def first_breaks_then_silence(request: bytes, writer: asyncio.StreamWriter) -> None:
        if b"/first" in request:
            writer.close()
        else:
            await asyncio.Event().wait()

    async def test() -> None:
        config = Config(functions=(Function(timeout_s=0.2),))
        async with bench(first_breaks_then_silence, config=config) as desk:
            head = b"POST /%b HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n%b\r\n"
            answers = await desk.talk(head % (b"first", b"") + head % (b"second", b"Connection: close\r\n"))
            assert answers.startswith(b"HTTP/1.1 502 ")
            assert b"timed out after 0.2 seconds" in answers

    run(test())


def test_an_alarm_of_its_own_is_closed_with_the_call() -> None:
    async def test() -> None:
        async with bench() as desk:
            loop = asyncio.get_running_loop()
            delivery = Delivery(desk.desk.pool, ("127.0.0.1", 1), 86_400)
            planned = [timer for timer in loop._scheduled if timer.when() > loop.time() + 80_000]  # type: ignore[attr-defined] # no other way to see it
            delivery.drop()
            assert [timer.cancelled() for timer in planned] == [True]

    run(test())
