"""The outside of a function from a recording, driven by a plain client; tests/live/test_hermetic.py has the whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from gateway.exchange import Failure
from gateway.messages import Request, Response
from playback.findings import Kind
from playback.hermetic import Outside
from store.reader import Reader
from store.recording import open_for_reading
from tests.playback.egress_calls import ORIGIN, live, made
from tests.playback.recorded import NoSecrets, get, keep, ok, post

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.exchange import Exchange

type Play = Callable[[Outside, Callable[..., Awaitable[bytes]]], Awaitable[None]]


def play(folder: Path, recorded: list[Exchange], script: Play) -> None:
    """Run a script against an Outside: it is given the Outside and a way to say bytes to its port."""
    place = str(folder / "fc.db")
    keep(place, recorded)

    async def test() -> None:
        recording = open_for_reading(place)
        outside = Outside(Reader(recording), NoSecrets())
        named = dict(outside.open(folder, ("127.0.0.1", 9000)))
        assert named["NO_PROXY"] == "127.0.0.1:9000"
        port = int(named["HTTP_PROXY"].rpartition(":")[2])

        async def say(request: Request, leave: bool = False) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            lines = [b"%b %b HTTP/1.1" % (request.method, request.target)]
            lines += [b"%b: %b" % field for field in request.headers]
            writer.write(b"\r\n".join([*lines, b"Connection: close", b"", request.body]))  # type: ignore[list-item]
            found = b"" if leave else await asyncio.wait_for(reader.read(), 20)
            writer.close()
            return found

        try:
            await script(outside, say)
        finally:
            await outside.close()
            recording.close()

    asyncio.run(test())


def test_a_recorded_call_gets_its_answer_byte_for_byte(tmp_path: Path) -> None:
    chunked = Response(201, b"Made", ((b"X-Odd", b"a"), (b"X-Odd", b"b"), (b"Transfer-Encoding", b"chunked")), b"abc")
    recorded = [made(2, post(b"/a", b"ask"), chunked), made(3, get(b"/large"), ok(b"x" * 400_000))]

    async def script(outside: Outside, say: Callable[..., Awaitable[bytes]]) -> None:
        outside.begin(made(1))
        answer = await say(live(post(b"/a", b"ask")))
        assert answer.startswith(b"HTTP/1.1 201 Made\r\nX-Odd: a\r\nX-Odd: b\r\n")
        assert answer.endswith(b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        assert (await say(live(get(b"/large")))).endswith(b"x" * 400_000)
        assert outside.end(made(1)) == ()

    play(tmp_path, recorded, script)


def test_a_call_that_was_not_recorded_names_itself_and_is_told_with_its_exchange(tmp_path: Path) -> None:
    async def script(outside: Outside, say: Callable[..., Awaitable[bytes]]) -> None:
        outside.begin(made(1))
        answer = await say(live(get(b"/b")))
        assert answer.startswith(b"HTTP/1.1 502 Not Recorded")
        assert b"GET https://api.example.test/b: this call was not recorded" in answer
        missing, unused = outside.end(made(1))
        assert (missing.kind, missing.now) == (Kind.EGRESS_MISSING, "GET https://api.example.test/b")
        assert "nearest is #2" in missing.note
        assert (unused.kind, unused.recorded) == (Kind.EGRESS_UNUSED, "GET https://api.example.test/a")
        assert outside.rest() == ()

    play(tmp_path, [made(2, get(b"/a"))], script)


def test_a_call_when_none_is_under_way_is_told_at_the_end_at_the_latest(tmp_path: Path) -> None:
    async def script(outside: Outside, say: Callable[..., Awaitable[bytes]]) -> None:
        assert b"502 Not Recorded" in await say(live(get(b"/startup")))
        (told,) = outside.rest()
        assert told.note == "no call was recorded; record with fc_egress"
        assert outside.rest() == ()

    play(tmp_path, [], script)


def test_an_id_that_is_passed_on_tells_calls_at_once_apart(tmp_path: Path) -> None:
    recorded = [made(3, answer=ok(b"of 1"), parent=1), made(4, answer=ok(b"of 2"), parent=2)]

    async def script(outside: Outside, say: Callable[..., Awaitable[bytes]]) -> None:
        for number in (1, 2):
            outside.begin(made(number))
        asked = live(get(b"/", (b"X-Fc-Request-Id", b"1-parent-2")))
        assert (await say(asked)).endswith(b"of 2")

    play(tmp_path, recorded, script)


def test_a_call_that_failed_then_fails_now(tmp_path: Path) -> None:
    async def script(outside: Outside, say: Callable[..., Awaitable[bytes]]) -> None:
        answer = await say(live(get()))
        assert answer.startswith(b"HTTP/1.1 502 Bad Gateway")
        assert b"it was down" in answer

    play(tmp_path, [made(2, answer=Failure.NOT_LISTENING)], script)


def test_what_the_function_did_not_wait_for_then_is_not_answered_now(tmp_path: Path) -> None:
    async def script(outside: Outside, say: Callable[..., Awaitable[bytes]]) -> None:
        assert await say(live(get()), leave=True) == b""

    play(tmp_path, [made(2, answer=Failure.CLIENT_GONE)], script)


def test_an_answer_over_http_2_gets_the_framing_that_http_1_needs(tmp_path: Path) -> None:
    recorded = made(2, answer=Response(200, b"", ((b"content-type", b"text/plain"),), b"abc", b"HTTP/2.0"))

    async def script(outside: Outside, say: Callable[..., Awaitable[bytes]]) -> None:
        answer = await say(live(get()))
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"content-length: 3\r\n" in answer
        assert answer.endswith(b"\r\n\r\nabc")

    play(tmp_path, [recorded], script)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param(get(b"/no-url", (b"X", b"1")), b"502 Not Recorded", id="origin-form"),
        pytest.param(Request(b"GET", b"http://h.test:x/", ((b"Host", b"h"),)), b"502 Bad Gateway", id="no-port"),
        pytest.param(Request(b"GET", ORIGIN.encode(), ((b"Host", b"h"),)), b"502 Not Recorded", id="no-path"),
        pytest.param(Request(b"GET", b"/ /", ((b"Host", b"h"),)), b"502 Bad Gateway", id="no-request"),
    ],
)
def test_odd_calls_get_an_answer_too(tmp_path: Path, said: Request, status: bytes) -> None:
    async def script(outside: Outside, say: Callable[..., Awaitable[bytes]]) -> None:
        assert status in (await say(said)).partition(b"\r\n")[0]

    play(tmp_path, [], script)
