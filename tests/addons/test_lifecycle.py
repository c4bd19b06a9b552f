from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from addons.lifecycle import Lifecycle
from gateway.config import Launch
from gateway.exchange import Failure, State
from instance.log import Log
from instance.spec import StartProblem
from tests.addons.bench import Bench, bench, run

if TYPE_CHECKING:
    from instance.spec import StartFailure


def stand_in() -> Any:
    """An instance that lives and prints nothing by itself."""
    log = Log()
    log.feed(b"starting\n")
    return SimpleNamespace(log=log, log_start=0, exited=asyncio.Event(), exit_text="")


def lifecycle(one: Bench, initialize_s: float = 0, pre_stop_s: float = 0) -> Lifecycle:
    launch = Launch(initialize_s=initialize_s, pre_stop_s=pre_stop_s)
    return Lifecycle(one.desk, replace(one.desk.config.functions[0], launch=launch))


def answering(status: int) -> Any:
    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\nok" % status)

    return serve


async def silent(_: bytes, writer: asyncio.StreamWriter) -> None:
    """No answer at all."""


async def born(one: Bench, initialize_s: float = 0) -> StartFailure | None:
    return await lifecycle(one, initialize_s).born(stand_in())


def test_an_instance_whose_config_names_no_hook_is_told_nothing() -> None:
    async def test() -> None:
        async with bench() as one:
            assert await born(one) is None
            await lifecycle(one).leaving(stand_in())
            assert one.received == []
            assert one.journal.intents == []

    run(test())


def test_initialize_is_recorded_with_its_log_before_and_after() -> None:
    async def test() -> None:
        async with bench() as one:
            assert await born(one, initialize_s=5) is None
            (request,) = one.received
            assert request.startswith(b"POST /initialize HTTP/1.1\r\n")
            assert b"\r\nx-fc-control-path: /initialize\r\n" in request
            (intent,), (end,) = one.journal.intents, one.journal.ends
            assert intent.state is State.OPEN
            assert end.is_hook
            assert end.state is State.COMPLETE
            assert end.client.response is None
            assert end.server is not None
            assert end.server.response is not None
            assert end.log.startswith(b"FC Initialize Start RequestId: 1-")
            assert b"\nstarting\n" in end.log

    run(test())


@pytest.mark.parametrize(
    ("serve", "seconds", "failure", "text"),
    [
        pytest.param(answering(500), 5, Failure.INITIALIZER, "POST /initialize was answered 500", id="status"),
        pytest.param(silent, 0.05, Failure.TIMED_OUT, "/initialize timed out after 0.05 seconds", id="time"),
    ],
)
def test_an_initializer_that_fails_makes_the_instance_useless(
    serve: Any, seconds: float, failure: Failure, text: str
) -> None:
    async def test() -> None:
        async with bench(serve) as one:
            refused = await born(one, initialize_s=seconds)
            assert refused is not None
            assert refused.problem is StartProblem.INITIALIZER
            assert refused.text == f"Function instance initialization failed: {text}."
            assert refused.log == b"starting\n"
            (end,) = one.journal.ends
            assert (end.failure, end.failure_text) == (failure, text)
            assert f", Error: {text}".encode() in end.log

    run(test())


def test_what_pre_stop_answers_is_only_told() -> None:
    async def test() -> None:
        async with bench(answering(404)) as one:
            one.desk.pool.close_all()  # at the end of the proxy the calls' own pool is closed
            await lifecycle(one, pre_stop_s=5).leaving(stand_in())
            (end,) = one.journal.ends
            assert one.received[0].startswith(b"GET /pre-stop HTTP/1.1\r\n")
            assert (end.failure, end.failure_text) == (Failure.INITIALIZER, "GET /pre-stop was answered 404")

    run(test())


def test_what_cannot_be_recorded_is_not_called() -> None:
    async def test() -> None:
        async with bench() as one:
            one.journal.broken_intent = "disk full"
            refused = await born(one, initialize_s=5)
            assert refused is not None
            assert "disk full" in refused.text
            assert one.received == []

    run(test())
