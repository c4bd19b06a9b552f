from __future__ import annotations

import errno

import pytest

from gateway.differences import unexplained
from gateway.exchange import Failure, State
from gateway.recompute import recompute
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
        (kept,) = desk.journal.kept
        assert answer.startswith(b"HTTP/1.1 5")
        assert b"the recorder cannot write: disk full" in answer
        assert desk.received == []
        assert (kept.state, kept.failure) == (State.REFUSED, Failure.STORE)
        assert kept.client.response is not None
        assert kept.client.response.body == answer.partition(b"\r\n\r\n")[2]

    run(test())


@pytest.mark.parametrize("end", ["intent", "end"])
def test_a_call_refused_for_the_recorder_s_sake_is_kept_for_later(end: str) -> None:
    async def test() -> None:
        async with bench() as desk:
            setattr(desk.journal, f"broken_{end}", "the recorder cannot write: disk full")
            answer = await desk.talk(get("/", "Authorization: Bearer abc"))
            (kept,) = desk.journal.kept
            shown = desk.ended.get_nowait()
        assert answer.startswith(b"HTTP/1.1 5")
        assert shown == kept
        assert desk.ended.empty()
        assert len(desk.received) == (end == "end")
        assert (kept.server is not None) is (end == "end")
        assert (kept.state, kept.failure) == (State.REFUSED, Failure.STORE)
        assert unexplained(kept) == ()
        assert recompute(kept, desk.desk.config) == kept

    run(test())


@pytest.mark.parametrize("policy", ["refuse", "pass"])
def test_a_large_body_that_finds_no_room_is_refused(policy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def test() -> None:
        async with bench() as desk:
            desk.journal.refuse = policy == "refuse"
            monkeypatch.setattr("tempfile.TemporaryFile", no_room)
            body = b"x" * 600_000
            head = b"PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
            answer = await desk.talk(head + body)
        assert answer.startswith(b"HTTP/1.1 5")
        assert b"finds no room: No space left on device" in answer
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
