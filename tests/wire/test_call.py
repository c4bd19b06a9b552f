"""The answering side of a call: what each way of answering puts on the wire."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from gateway.messages import BodyRef, Response
from wire.errors import ClientGone, TooLarge, Unsendable
from wire.heads import write_response
from wire.limits import Limits

if TYPE_CHECKING:
    from wire.call import Call

CLOSE = b"Host: a\r\nConnection: close\r\n\r\n"
GET = b"GET / HTTP/1.1\r\n" + CLOSE
LENGTH_3 = (b"Content-Length", b"3")
CHUNKED = (b"Transfer-Encoding", b"chunked")
TRAILERS = ((b"T", b"1"),)

SENT = [
    pytest.param(b"GET", Response(200, b"OK", (LENGTH_3,), b"abc"), b"abc", id="length"),
    pytest.param(b"GET", Response(200, b"", (CHUNKED,), b"abc"), b"3\r\nabc\r\n0\r\n\r\n", id="chunked"),
    pytest.param(b"GET", Response(200, b"", (CHUNKED,), trailers=TRAILERS), b"0\r\nT: 1\r\n\r\n", id="trailers"),
    pytest.param(b"GET", Response(200, b"", (), b"abc"), b"abc", id="until-close"),
    pytest.param(b"GET", Response(200, b"", (), b"abc", b"HTTP/1.0"), b"abc", id="http-1.0"),
    pytest.param(b"HEAD", Response(200, b"", (LENGTH_3,)), b"", id="head"),
    pytest.param(b"HEAD", Response(200, b"", (LENGTH_3,), b"abc"), b"", id="head-with-body"),
    pytest.param(b"GET", Response(204), b"", id="204"),
    pytest.param(b"GET", Response(304, b"", (LENGTH_3,)), b"", id="304"),
]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(("method", "response", "body"), SENT)
def test_an_answer_is_sent_as_its_head_says(
    run: Any, app: Any, *, method: bytes, response: Response, body: bytes, streamed: bool
) -> None:
    wire = write_response(response) + body

    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            if not streamed:
                call.send(response)
            else:
                call.start(response)
                assert isinstance(response.body, bytes)
                await call.write(response.body)
                call.finish(response.trailers)
            assert call.finished
            assert call.bytes_sent == len(wire)

        port = await house.listen(app(answer))
        assert await house.ask(port, method + b" / HTTP/1.1\r\n" + CLOSE) == wire

    run(test)


CONTRADICTIONS = [
    pytest.param(Response(200, b"", (LENGTH_3,), b"ab"), id="shorter"),
    pytest.param(Response(200, b"", (LENGTH_3,), b"abcd"), id="longer"),
    pytest.param(Response(200, b"", (LENGTH_3, LENGTH_3), b"abc"), id="two-lengths"),
    pytest.param(Response(200, b"", (LENGTH_3, CHUNKED), b"abc"), id="both"),
    pytest.param(Response(200, b"a\r\nb", (LENGTH_3,), b"abc"), id="crlf-in-reason"),
    pytest.param(Response(200, b"", (LENGTH_3, (b"A", b"b\r\nSet-Cookie: x")), b"abc"), id="crlf-in-value"),
    pytest.param(Response(200, b"", (LENGTH_3,), b"abc", trailers=TRAILERS), id="trailers-without-chunks"),
    pytest.param(Response(200, b"", (LENGTH_3,), BodyRef(b"", 3)), id="body-elsewhere"),
]


@pytest.mark.parametrize("response", CONTRADICTIONS)
def test_a_contradiction_leaves_the_call_open_for_another_answer(
    run: Any, app: Any, say: Any, response: Response
) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            with pytest.raises(Unsendable):
                call.send(response)
            call.send(say(b"instead"))

        port = await house.listen(app(answer))
        assert (await house.ask(port, GET)).endswith(b"\r\n\r\ninstead")

    run(test)


def test_an_answer_begins_once(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            call.start(Response(200, b"", (CHUNKED,)))
            with pytest.raises(Unsendable, match="already begun"):
                call.send(say(b"again"))
            call.finish()
            call.finish()

        port = await house.listen(app(answer))
        assert (await house.ask(port, GET)).endswith(b"\r\n\r\n0\r\n\r\n")

    run(test)


def test_an_abort_is_seen_as_a_broken_answer(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            left: list[bool] = []
            call.on_gone = lambda: left.append(True)
            call.start(Response(200, b"", (LENGTH_3,)))
            await call.write(b"ab")
            call.abort()
            with pytest.raises(ClientGone):
                await call.write(b"c")
            assert not left  # the client did not leave, we cut it

        port = await house.listen(app(answer))
        assert await house.ask(port, GET) == b"HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\nab"

    run(test)


def test_an_abort_after_the_end_harms_nobody(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            call.send(say(b"x"))
            call.abort()

        port = await house.listen(app(answer))
        reply = await house.ask(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" + GET)
        assert reply.count(b"HTTP/1.1 200") == 2

    run(test)


def test_close_after_ends_the_connection(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            call.close_after = True
            call.send(say(b"x"))

        port = await house.listen(app(answer))
        assert (await house.ask(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 3)).count(b"HTTP/1.1 200") == 1

    run(test)


BODY = b"POST / HTTP/1.1\r\nContent-Length: 10\r\n" + CLOSE + b"0123456789"
CHUNKED_BODY = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + CLOSE + b"a\r\n0123456789\r\n0\r\n\r\n"


@pytest.mark.parametrize("raw", [pytest.param(BODY, id="length"), pytest.param(CHUNKED_BODY, id="chunked")])
def test_read_all_is_bounded(run: Any, app: Any, say: Any, raw: bytes) -> None:
    async def test(house: Any) -> None:
        async def exact(call: Call) -> None:
            call.send(say(await call.read_all(10)))

        async def too_small(call: Call) -> None:
            with pytest.raises(TooLarge) as caught:
                await call.read_all(9)
            assert caught.value.received == b"0123456789"
            call.send(say(b"too large", 413))

        assert (await house.ask(await house.listen(app(exact)), raw)).endswith(b"0123456789")
        assert (await house.ask(await house.listen(app(too_small)), raw)).endswith(b"too large")

    run(test)


def test_read_all_larger_than_the_buffer(run: Any, app: Any, say: Any) -> None:
    size = 3 << 20

    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            body = await call.read_all(size)
            call.send(say(b"%d" % len(body)))

        port = await house.listen(app(answer), Limits(buffer_bytes=4096))
        reply = await house.ask(port, b"POST / HTTP/1.1\r\nContent-Length: %d\r\n" % size + CLOSE + bytes(size))
        assert reply.endswith(b"%d" % size)

    run(test)


def test_a_body_that_is_here_is_read_without_waiting(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        turns: list[int] = []

        async def answer(call: Call) -> None:
            asyncio.get_running_loop().call_soon(turns.append, 1)
            body = await call.read_all(10)
            assert not turns
            call.send(say(body))

        port = await house.listen(app(answer))
        assert (await house.ask(port, BODY)).endswith(b"0123456789")

    run(test)


def test_an_unread_body_that_came_does_not_cost_the_connection(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            assert call.body_received
            call.send(say(b"x"))

        port = await house.listen(app(answer))
        raw = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na" + GET
        assert (await house.ask(port, raw)).count(b"HTTP/1.1 200") == 2

    run(test)


def test_a_slow_client_holds_the_writer(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        written = 0
        size = 64 << 20

        async def answer(call: Call) -> None:
            nonlocal written
            call.start(Response(200, b"", ((b"Content-Length", b"%d" % size),)))
            while written < size:
                await call.write(bytes(1 << 20))
                written += 1 << 20
            call.finish()

        port = await house.listen(app(answer))
        talk = await house.talk(port, GET)
        talk.writer.transport.pause_reading()
        await asyncio.sleep(0.1)
        assert written < size // 2
        talk.writer.transport.resume_reading()
        reply = await talk.rest()
        assert len(reply) > size
        assert written == size

    run(test)


def test_a_client_that_leaves_in_the_answer_is_told_to_the_writer(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        over = asyncio.Event()
        left = asyncio.Event()

        async def answer(call: Call) -> None:
            call.on_gone = left.set
            call.start(Response(200, b"", (CHUNKED,)))
            with pytest.raises(ClientGone):
                await _flood(call)
            call.finish()
            over.set()

        port = await house.listen(app(answer))
        talk = await house.talk(port, GET)
        await talk.until(b"\r\n\r\n")
        talk.writer.close()
        await over.wait()
        assert left.is_set()

    run(test)


async def _flood(call: Call) -> None:
    while True:
        await call.write(bytes(1 << 16))
        await asyncio.sleep(0)
