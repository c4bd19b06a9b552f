"""An App that fails: its client does not wait, and the event loop's handler is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from gateway.messages import Response

if TYPE_CHECKING:
    from wire.call import Call

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("begun", [False, True])
def test_an_app_that_gives_up_cuts_the_connection(run: Any, app: Any, waits: bool, fails: bool, begun: bool) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            if begun:
                call.start(Response(200, b"", ((b"Content-Length", b"3"),)))
            if waits:
                await asyncio.sleep(0)
            if fails:
                raise ValueError("a bug")

        port = await house.listen(app(answer))
        reply = await house.ask(port, GET + GET)
        assert reply == (b"HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\n" if begun else b"")
        [told] = house.loop_errors
        assert isinstance(told.get("exception"), ValueError) is fails
        assert ("without an answer" in told["message"]) is not fails

    run(test, errors=1)


def test_a_failure_after_the_answer_is_told_and_costs_nothing(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            call.send(say(b"x"))
            raise ValueError("late")

        port = await house.listen(app(answer))
        reply = await house.ask(port, GET + b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert reply.count(b"HTTP/1.1 200") == 2

    run(test, errors=2)


def test_work_goes_on_after_the_answer(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        done: list[bytes] = []

        async def answer(call: Call) -> None:
            call.send(say(b"x"))
            await asyncio.sleep(0.01)
            done.append(call.head.target)

        port = await house.listen(app(answer))
        await house.ask(port, b"GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        await house.until(lambda: done)
        assert done == [b"/1"]

    run(test)
