from __future__ import annotations

import pytest

from gateway.exchange import State
from tests.addons.bench import bench, get, run

REFUSED = get("/" + "x" * 5000)


def test_a_refusal_is_recorded_before_it_is_sent() -> None:
    async def test() -> None:
        async with bench() as desk:
            answer = await desk.talk(REFUSED)
            (end,) = desk.journal.ends
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert end.state is State.REFUSED
        assert end.error_code == "InvalidArgument"
        assert desk.received == []

    run(test())


@pytest.mark.parametrize(
    "request_bytes",
    [pytest.param(REFUSED, id="refused"), pytest.param(get("/", "X-Fc-Invocation-Type: Async"), id="accepted")],
)
def test_what_cannot_be_recorded_is_answered_with_the_recorder_s_name(request_bytes: bytes) -> None:
    async def test() -> None:
        async with bench() as desk:
            desk.journal.broken_end = "the recorder cannot write: disk full"
            answer = await desk.talk(request_bytes)
        assert answer.startswith(b"HTTP/1.1 5")
        assert b"the recorder cannot write: disk full" in answer
        assert desk.received == []

    run(test())


def test_a_client_that_wants_its_connection_kept_keeps_it_after_a_refusal() -> None:
    async def test() -> None:
        async with bench() as desk:
            answer = await desk.talk(REFUSED.replace(b"Connection: close\r\n", b"") + get("/next"))
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"HTTP/1.1 200 OK" in answer

    run(test())


def test_passing_tells_the_client_that_nothing_was_recorded() -> None:
    async def test() -> None:
        async with bench() as desk:
            desk.journal.broken_intent = desk.journal.broken_end = "the recorder cannot write: disk full"
            desk.journal.refuse = False
            answer = await desk.talk(get())
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"X-Fc-Replay-Not-Recorded: the recorder cannot write: disk full\r\n" in answer
        assert len(desk.received) == 1

    run(test())
