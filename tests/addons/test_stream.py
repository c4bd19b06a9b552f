from __future__ import annotations

import asyncio

from gateway.differences import unexplained
from gateway.exchange import State
from gateway.messages import BodyRef
from gateway.recompute import recompute
from tests.addons.bench import bench, get, run

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
