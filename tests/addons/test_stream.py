from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING

from gateway.differences import unexplained
from gateway.exchange import Failure, State
from gateway.messages import BodyRef
from gateway.recompute import recompute
from tests.addons.bench import bench, get, run

if TYPE_CHECKING:
    import pytest

CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_a_piece_reaches_the_client_before_the_next_is_written() -> None:
    async def test() -> None:
        first_seen = asyncio.Event()

        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(CHUNKED + b"5\r\nfirst\r\n")
            await first_seen.wait()
            writer.write(b"6\r\nsecond\r\n0\r\n\r\n")

        async with bench(serve) as desk:
            reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
            writer.write(get())
            await reader.readuntil(b"first\r\n")
            assert desk.journal.ends == []
            first_seen.set()
            assert (await reader.read()).endswith(b"6\r\nsecond\r\n0\r\n\r\n")
            writer.close()
            exchange = await desk.ended.get()
        assert [piece.end for piece in exchange.pieces] == [5, 11]
        assert exchange.client.response is not None
        assert exchange.client.response.body == b"firstsecond"
        assert unexplained(exchange) == ()
        assert recompute(exchange, desk.desk.config) == exchange

    run(test())


def test_the_last_piece_of_an_announced_length_waits_for_the_commit() -> None:
    async def test() -> None:
        size = 200_000

        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)

        async with bench(serve) as desk:
            desk.journal.broken_end = "the recorder cannot write: disk full"
            answer = await desk.talk(get())
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert len(answer.partition(b"\r\n\r\n")[2]) < size

    run(test())


def test_trailers_are_claimed_by_a_rule() -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(CHUNKED + b"2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n")

        async with bench(serve) as desk:
            answer = await desk.talk(get())
            exchange = await desk.ended.get()
        assert answer.endswith(b"2\r\nok\r\n0\r\n\r\n")
        assert exchange.server is not None
        assert exchange.server.response is not None
        assert exchange.server.response.trailers == ((b"X-Sum", b"1"),)
        assert unexplained(exchange) == ()

    run(test())


def test_a_server_that_dies_in_a_stream_cuts_the_client_and_is_recorded() -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(CHUNKED + b"5\r\nfirst\r\n")
            await writer.drain()
            writer.close()

        async with bench(serve) as desk:
            answer = await desk.talk(get())
            exchange = await desk.ended.get()
        assert answer.endswith(b"5\r\nfirst\r\n")
        assert exchange.state is State.SERVER_FAILED
        assert exchange.client.response is not None
        assert exchange.client.response.body == b"first"

    run(test())


def test_an_answer_that_is_discarded_never_flows() -> None:
    async def test() -> None:
        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(CHUNKED[:-2] + b"X-Big: " + b"x" * 8200 + b"\r\n\r\n5\r\nfirst\r\n")

        async with bench(serve) as desk:
            answer = await desk.talk(get())
            exchange = await desk.ended.get()
        assert answer.startswith(b"HTTP/1.1 502 ")
        assert b"first" not in answer
        assert exchange.error_code == "BadResponse"

    run(test())


def test_a_large_answer_is_kept_by_reference() -> None:
    async def test() -> None:
        body = bytes(range(256)) * 2000

        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

        async with bench(serve) as desk:
            answer = await desk.talk(get())
            exchange = await desk.ended.get()
        assert answer.endswith(body)
        assert exchange.client.response is not None
        assert isinstance(exchange.client.response.body, BodyRef)
        assert unexplained(exchange) == ()

    run(test())


def test_a_streamed_answer_whose_intent_is_missing_says_so_and_is_counted() -> None:
    async def stream(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)  # so that the head is not whole with its end
        writer.write(b"0\r\n\r\n")

    async def test() -> None:
        async with bench(stream) as desk:
            desk.journal.broken_intent = "the recorder cannot write: disk full"
            desk.journal.refuse = False
            answer = await desk.talk(get())
            assert b"X-Fc-Replay-Not-Recorded: the recorder cannot write: disk full\r\n" in answer
            assert answer.endswith(b"0\r\n\r\n")
            assert len(desk.journal.lost) == 1
            assert desk.journal.ends == []

    run(test())


def test_an_answer_whose_body_finds_no_room_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def large(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b"x" * 900_000)

    async def test() -> None:
        monkeypatch.setattr("tempfile.TemporaryFile", no_room)
        async with bench(large) as desk:
            answer = await desk.talk(get())
            (end,) = desk.journal.ends
        assert len(answer) < 900_000
        assert (end.state, end.failure) == (State.REFUSED, Failure.STORE)
        assert "finds no room" in end.failure_text

    run(test())


def test_of_an_announced_length_only_the_last_piece_waits() -> None:
    async def test() -> None:
        first_seen = asyncio.Event()

        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"a" * 5)
            await first_seen.wait()
            writer.write(b"b" * 99_995)

        async with bench(serve) as desk:
            reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
            writer.write(get())
            await reader.readuntil(b"aaaaa")
            assert desk.journal.ends == []
            first_seen.set()
            assert await reader.read(-1) == b"b" * 99_995
            writer.close()

    run(test())
