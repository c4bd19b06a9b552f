from __future__ import annotations

import asyncio
import base64
import re
import socket
import struct

import pytest

from gateway.config import Config, Function
from gateway.exchange import Failure, State
from gateway.recompute import recompute
from instance import slots
from instance.log import Log
from tests.addons.bench import OK, Journal, bench, get, run


async def close(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def half(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    await writer.drain()
    writer.close()


async def garbage(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")


@pytest.mark.parametrize(
    ("serve", "method", "status", "failure", "calls"),
    [
        pytest.param(close, b"POST", 502, Failure.CLOSED, 1, id="a-post-is-sent-once"),
        pytest.param(close, b"GET", 502, Failure.CLOSED, 2, id="a-get-is-sent-again"),
        pytest.param(half, b"GET", 502, Failure.CLOSED, 1, id="died-in-its-answer"),
        pytest.param(garbage, b"GET", 502, Failure.MALFORMED_ANSWER, 1, id="not-http"),
    ],
)
def test_a_server_that_fails_becomes_an_error_in_fc_s_shape(
    serve: object, method: bytes, status: int, failure: Failure, calls: int
) -> None:
    async def test() -> None:
        async with bench(serve) as desk:  # type: ignore[arg-type]
            answer = await desk.talk(get().replace(b"GET", method, 1))
            exchange = await desk.ended.get()
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        assert b"Content-Type: application/json" in answer
        assert exchange.failure is failure
        assert exchange.state is State.SERVER_FAILED
        assert len(desk.received) == calls

    run(test())


def test_a_server_that_does_not_listen_is_412() -> None:
    async def test() -> None:
        async with bench() as desk:
            desk.desk.servers["web"] = ("127.0.0.1", 1)
            answer = await desk.talk(get())
            exchange = await desk.ended.get()
        assert answer.startswith(b"HTTP/1.1 412 ")
        assert exchange.failure is Failure.NOT_LISTENING
        assert exchange.server is None

    run(test())


def test_a_server_that_takes_too_long_is_cut() -> None:
    async def never(_: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def test() -> None:
        config = Config(functions=(Function(timeout_s=0.05),))
        async with bench(never, config=config) as desk:
            answer = await desk.talk(get())
            exchange = await desk.ended.get()
        assert b"timed out after 0.05 seconds" in answer
        assert exchange.state is State.TIMED_OUT

    run(test())


def test_a_client_that_leaves_ends_the_call_to_the_server() -> None:
    async def test() -> None:
        asked, left = asyncio.Event(), asyncio.Event()
        readers: list[dict[asyncio.StreamWriter, asyncio.StreamReader]] = []

        async def watch(_: bytes, writer: asyncio.StreamWriter) -> None:
            asked.set()
            assert await readers[0][writer].read() == b""
            left.set()

        async with bench(watch) as desk:
            readers.append(desk.readers)
            _, writer = await asyncio.open_connection("127.0.0.1", desk.port)
            # A reset, because an orderly end right after the request only means "no more requests".
            reset = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            writer.write(get())
            await asked.wait()
            writer.transport.abort()
            exchange = await desk.ended.get()
            assert exchange.state is State.CANCELLED
            assert exchange.failure_text == "Invocation canceled by client"
            await left.wait()

    run(test())


def test_nothing_reaches_the_server_when_the_intent_cannot_be_written() -> None:
    async def test() -> None:
        async with bench() as desk:
            desk.journal.broken_intent = "the recorder cannot write: disk full"
            answer = await desk.talk(get())
        assert re.match(rb"HTTP/1.1 5\d\d ", answer)
        assert b"disk full" in answer
        assert desk.received == []

    run(test())


def test_no_byte_of_an_answer_leaves_when_it_cannot_be_recorded() -> None:
    async def test() -> None:
        async with bench() as desk:
            desk.journal.broken_end = "the recorder cannot write: disk full"
            answer = await desk.talk(get())
        assert re.match(rb"HTTP/1.1 5\d\d ", answer)
        assert b"X-App" not in answer

    run(test())


def test_the_intent_is_committed_before_the_server_is_asked() -> None:
    async def test() -> None:
        before: list[int] = []
        journals: list[Journal] = []

        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            before.append(len(journals[0].intents))
            writer.write(OK)

        async with bench(serve) as desk:
            journals.append(desk.journal)
            await desk.talk(get())
        assert before == [1]
        assert desk.journal.intents[0].state is State.OPEN
        assert desk.journal.intents[0].server is not None

    run(test())


def test_tail_brings_the_lines_of_this_call() -> None:
    log = Log()

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        log.feed(b"Path: hello\n")
        writer.write(OK)

    async def test() -> None:
        log.feed(b"before\n")
        async with bench(serve, log=log) as desk:
            answer = await desk.talk(get("/", "X-Fc-Log-Type: Tail"))
            exchange = await desk.ended.get()
        found = re.search(rb"X-Fc-Log-Result: (\S+)", answer)
        assert found is not None
        text = base64.b64decode(found[1])
        identity = exchange.facts.seed.request_id.encode()
        assert text.startswith(b"FC Invoke Start RequestId: " + identity + b"\nPath: hello\nFC Invoke End")
        assert exchange.log == text

    run(test())


def test_without_tail_there_is_no_log_in_the_answer() -> None:
    async def test() -> None:
        async with bench(log=Log()) as desk:
            answer = await desk.talk(get("/", "X-Fc-Log-Type: None"))
        assert b"X-Fc-Log-Result" not in answer

    run(test())


def test_calls_beyond_the_instance_s_concurrency_wait_and_are_turned_away() -> None:
    """Contract LIFE-2CONC."""

    async def test() -> None:
        asked, release = asyncio.Event(), asyncio.Event()

        async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
            asked.set()
            await release.wait()
            writer.write(OK)

        config = Config(functions=(Function(concurrency=1, timeout_s=5),))
        async with bench(serve, config=config) as desk:
            desk.desk.slots["web"] = slots.Slots(1, wait_s=0.05)
            first = asyncio.ensure_future(desk.talk(get("/first")))
            await asked.wait()
            assert (await desk.talk(get("/second"))).startswith(b"HTTP/1.1 429 ")
            release.set()
            assert (await first).startswith(b"HTTP/1.1 200 ")
            assert (await desk.talk(get("/third"))).startswith(b"HTTP/1.1 200 ")
            turned_away = await desk.ended.get()
        assert turned_away.failure is Failure.BUSY
        assert turned_away.server is None
        assert recompute(turned_away, config) == turned_away

    run(test())
