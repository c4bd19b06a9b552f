"""Calls to scripted servers: what is written, what is read, and how each end is told."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from gateway.messages import BodyRef, Request, Response
from wire.errors import ClientGone, ClosedEarly, MalformedAnswer, Unsendable
from wire.framing import Kind
from wire.limits import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

HOST = (b"Host", b"a")
GET = Request(b"GET", b"/", (HOST,))
CHUNKED = (b"Transfer-Encoding", b"chunked")
HELLO = b"HTTP/1.1 200 Fine, thanks\r\nX-A: 1\r\nx-a: 2 \r\nContent-Length: 5\r\n\r\nhello"


async def read_all(call: Any) -> bytes:
    pieces = []
    while piece := await call.read():
        pieces.append(piece)
    return b"".join(pieces)


def test_a_request_is_written_exactly_as_it_stands(run: Any) -> None:
    request = Request(
        b"pUrGe",
        b"/\xe4?a=%20#x",
        ((b"hOST", b"a"), (b"X", b""), (b"x", b"\xe4 1"), (b"Content-Length", b"3")),
        b"abc",
    )

    async def test(house: Any) -> None:
        seen: list[bytes] = []

        async def part(talk: Any) -> None:
            seen.append(await talk.until(b"abc"))
            talk.send(HELLO)

        call = await house.pool().call(await house.script(part))
        await call.send(request)
        assert (await call.head()).status == 200
        assert seen == [b"pUrGe /\xe4?a=%20#x HTTP/1.1\r\nhOST: a\r\nX: \r\nx: \xe4 1\r\nContent-Length: 3\r\n\r\nabc"]

    run(test)


def test_a_small_answer_comes_whole(run: Any) -> None:
    async def test(house: Any) -> None:
        pool = house.pool()
        address = await house.says(HELLO, HELLO)
        for reused in (False, True):
            call = await pool.call(address)
            assert call.reused is reused
            await call.send(GET)
            fields = ((b"X-A", b"1"), (b"x-a", b"2"), (b"Content-Length", b"5"))
            assert await call.answer(100) == Response(200, b"Fine, thanks", fields, b"hello")
            assert call.received == len(HELLO)
            call.release()

    run(test)


CHUNKED_ANSWER = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n"
ANSWERS = [
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc", Kind.LENGTH, id="length"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"", Kind.LENGTH, id="length-0"),
    pytest.param(CHUNKED_ANSWER, b"abc", Kind.CHUNKED, id="chunked"),
    pytest.param(b"HTTP/1.1 200 OK\r\n\r\nabc", b"abc", Kind.UNTIL_CLOSE, id="until-close"),
    pytest.param(b"HTTP/1.0 200 OK\r\n\r\nabc", b"abc", Kind.UNTIL_CLOSE, id="http-1.0"),
    pytest.param(b"HTTP/1.1 204 None\r\nContent-Length: 3\r\n\r\n", b"", Kind.NONE, id="204"),
    pytest.param(b"HTTP/1.1 304 Same\r\nContent-Length: 3\r\n\r\n", b"", Kind.NONE, id="304"),
    pytest.param(b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", b"a", Kind.LENGTH, id="no-reason-no-space"),
    pytest.param(b"HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\na", b"a", Kind.LENGTH, id="no-reason"),
]


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(("raw", "body", "kind"), ANSWERS)
def test_answers_in_every_framing_and_every_cut(run: Any, raw: bytes, body: bytes, kind: Kind, size: int) -> None:
    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            for start in range(0, len(raw), size):
                talk.send(raw[start : start + size])
                await asyncio.sleep(0)

        call = await house.pool().call(await house.script(part))
        await call.send(GET)
        assert (await call.head()).body == b""
        assert call.framing.kind is kind
        assert await read_all(call) == body
        assert call.trailers == (((b"T", b"1"),) if kind is Kind.CHUNKED else ())
        call.release()

    run(test)


def test_the_answer_to_head_has_no_body(run: Any) -> None:
    async def test(house: Any) -> None:
        pool = house.pool()
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
        address = await house.says(answer, HELLO, stays=True)
        call = await pool.call(address)
        await call.send(Request(b"HEAD", b"/", (HOST,)))
        head = await call.answer(100)
        assert head is not None
        assert head.body == b""
        call.release()
        again = await pool.call(address)
        assert again.reused

    run(test)


def test_interim_answers_are_skipped_and_kept(run: Any) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"

    async def test(house: Any) -> None:
        heard: list[int] = []
        call = await house.pool().call(await house.says(b"HTTP/1.1 100 Continue\r\n\r\n" + early + HELLO))
        call.on_interim(lambda head: heard.append(head.status))
        await call.send(GET)
        answer = await call.answer(100)
        assert answer is not None
        assert answer.status == 200
        assert [head.status for head in call.interim] == heard == [100, 103]
        assert call.interim[1].headers == ((b"Link", b"</x>"),)

    run(test)


def test_an_endless_row_of_interim_answers_is_refused(run: Any) -> None:
    async def test(house: Any) -> None:
        call = await house.pool().call(await house.says(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000))
        await call.send(GET)
        with pytest.raises(MalformedAnswer, match="interim"):
            await call.head()

    run(test)


def test_a_large_or_open_ended_answer_is_streamed(run: Any) -> None:
    async def test(house: Any) -> None:
        go_on = asyncio.Event()

        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            await go_on.wait()
            talk.send(b"4\r\nlast\r\n0\r\n\r\n")

        call = await house.pool().call(await house.script(part))
        await call.send(GET)
        assert await call.answer(100) is None
        assert await call.read() == b"first"
        go_on.set()
        assert await read_all(call) == b"last"

        call = await house.pool().call(await house.says(HELLO))
        await call.send(GET)
        assert await call.answer(4) is None
        assert await read_all(call) == b"hello"

    run(test)


def test_a_slow_reader_pauses_the_server(run: Any) -> None:
    size = 64 << 20

    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            for _ in range(size >> 20):
                talk.send(bytes(1 << 20))
                await talk.writer.drain()

        call = await house.pool().call(await house.script(part))
        await call.send(GET)
        await call.head()
        most = got = 0
        while piece := await call.read():
            got += len(piece)
            most = max(most, call._inflow.held)
            await asyncio.sleep(0)
        assert got == size
        assert most < 1 << 20
        call.release()

    run(test)


MALFORMED = [
    pytest.param(b"SSH-2.0-OpenSSH_9\r\n", id="ssh"),
    pytest.param(b"\x15\x03\x01\0\x02\x02\x16", id="tls-alert"),
    pytest.param(b"HTTP/2.0 200 OK\r\n\r\n", id="http-2"),
    pytest.param(b"HTTP/1.1 20 OK\r\n\r\n", id="two-digits"),
    pytest.param(b"HTTP/1.1 2000 OK\r\n\r\n", id="four-digits"),
    pytest.param(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", id="only-lf"),
    pytest.param(b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", id="obs-fold"),
    pytest.param(b"HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", id="nul"),
    pytest.param(b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", id="space-before-colon"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", id="cl-twice"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\na", id="cl-text"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", id="cl-te"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", id="te-gzip"),
    pytest.param(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000, id="large-head"),
]


@pytest.mark.parametrize("raw", MALFORMED)
def test_what_is_no_answer_is_told_with_its_bytes(run: Any, raw: bytes) -> None:
    async def test(house: Any) -> None:
        call = await house.pool().call(await house.says(raw))
        await call.send(GET)
        with pytest.raises(MalformedAnswer) as caught:
            await call.head()
        assert raw.startswith(caught.value.raw)
        assert 0 < len(caught.value.raw) <= 65_536
        call.release()

    run(test)


def test_broken_chunks_come_after_what_was_good(run: Any) -> None:
    async def test(house: Any) -> None:
        raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n"
        call = await house.pool().call(await house.says(raw))
        await call.send(GET)
        await call.head()
        assert await call.read() == b"abc"
        with pytest.raises(MalformedAnswer):
            await call.read()

    run(test)


CUT = [
    pytest.param(b"", 0, id="nothing"),
    pytest.param(b"HTTP/1.1 2", 10, id="in-the-status-line"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", 27, id="in-the-head"),
]


@pytest.mark.parametrize(("raw", "received"), CUT)
def test_a_server_that_dies_before_the_head(run: Any, raw: bytes, received: int) -> None:
    async def test(house: Any) -> None:
        call = await house.pool().call(await house.says(raw))
        await call.send(GET)
        with pytest.raises(ClosedEarly) as caught:
            await call.answer(100)
        assert caught.value.received == received
        assert caught.value.reused is False

    run(test)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", id="length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", id="chunked"),
    ],
)
def test_a_server_that_dies_in_its_body_leaves_what_came(run: Any, raw: bytes) -> None:
    async def test(house: Any) -> None:
        call = await house.pool().call(await house.says(raw))
        await call.send(GET)
        await call.head()
        assert await call.read() == b"abc"
        with pytest.raises(ClosedEarly) as caught:
            await call.read()
        assert caught.value.received == len(raw)

        call = await house.pool().call(await house.says(raw))
        await call.send(GET)
        with suppress(ClosedEarly):
            assert await call.answer(100) is None
        assert await call.read() == b"abc"

    run(test)


def test_a_dead_reused_connection_says_so(run: Any) -> None:
    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(HELLO)
            await talk.until(b"\r\n\r\n")

        pool = house.pool()
        address = await house.script(part)
        first = await pool.call(address)
        await first.send(GET)
        await first.answer(100)
        first.release()
        second = await pool.call(address)
        await second.send(GET)
        with pytest.raises(ClosedEarly) as caught:
            await second.answer(100)
        assert caught.value.reused
        assert caught.value.received == 0

    run(test)


# -- request bodies


def _pieces() -> Iterator[bytes]:
    yield b"abc"
    yield b""
    yield b"de"


async def _async_pieces() -> AsyncIterator[bytes]:
    for piece in _pieces():
        await asyncio.sleep(0)
        yield piece


LARGE = bytes(range(256)) * 1024

BODIES = [
    pytest.param((b"Content-Length", b"5"), b"abcde", None, b"abcde", id="bytes-length"),
    pytest.param(CHUNKED, b"abcde", None, b"5\r\nabcde\r\n0\r\nT: 1\r\n\r\n", id="bytes-chunked"),
    pytest.param((b"Content-Length", b"5"), BodyRef(b"", 5), _pieces, b"abcde", id="pieces-length"),
    pytest.param(CHUNKED, BodyRef(b"", 5), _pieces, b"3\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n", id="pieces-chunked"),
    pytest.param((b"Content-Length", b"5"), BodyRef(b"", 5), _async_pieces, b"abcde", id="async-pieces"),
    pytest.param((b"Content-Length", b"262144"), LARGE, None, LARGE, id="large-bytes"),
]


@pytest.mark.parametrize(("field", "body", "pieces", "sent"), BODIES)
def test_bodies_are_framed_by_their_own_headers(run: Any, field: Any, body: Any, pieces: Any, sent: bytes) -> None:
    async def test(house: Any) -> None:
        seen: list[bytes] = []

        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            seen.append(await talk.reader.readexactly(len(sent)))
            talk.send(HELLO)
            await talk.rest()

        pool = house.pool()
        address = await house.script(part)
        call = await pool.call(address)
        trailers = ((b"T", b"1"),) if field == CHUNKED else ()
        request = Request(b"POST", b"/", (HOST, field), body, trailers=trailers)
        await call.send(request, pieces() if pieces else None)
        assert await call.answer(100) is not None
        assert seen == [sent]
        call.release()
        assert (await pool.call(address)).reused

    run(test)


UNSENDABLE = [
    pytest.param(Request(b"POST", b"/", (HOST,), b"abc"), id="body-without-framing"),
    pytest.param(Request(b"POST", b"/", ((b"Content-Length", b"2"),), b"abc"), id="longer-than-announced"),
    pytest.param(Request(b"POST", b"/", ((b"Content-Length", b"4"),), b"abc"), id="shorter-than-announced"),
    pytest.param(Request(b"POST", b"/", ((b"Content-Length", b"3"), CHUNKED), b"abc"), id="both-framings"),
    pytest.param(Request(b"POST", b"/", ((b"Content-Length", b"3"),), BodyRef(b"", 3)), id="ref-without-pieces"),
    pytest.param(Request(b"GET", b"/ HTTP/1.1\r\nX: y", (HOST,)), id="crlf-in-target"),
    pytest.param(Request(b"GET", b"/", ((b"A", b"b\r\nX: y"),)), id="crlf-in-value"),
    pytest.param(Request(b"GET", b"/", ((b"A: b\r\nX", b"y"),)), id="crlf-in-name"),
    pytest.param(Request(b"GET", b"/", ((b"A", b"b\0"),)), id="nul-in-value"),
    pytest.param(Request(b"GET /x", b"/", (HOST,)), id="space-in-method"),
    pytest.param(Request(b"GET", b"/", (HOST,), version=b"HTTP/1.1\r\nX: y"), id="crlf-in-version"),
    pytest.param(Request(b"GET", b"/", (HOST,), trailers=((b"T", b"1"),)), id="trailers-without-chunks"),
]


@pytest.mark.parametrize("request_", UNSENDABLE)
def test_what_contradicts_itself_is_not_sent(run: Any, request_: Request) -> None:
    async def test(house: Any) -> None:
        came: list[bytes] = []

        async def part(talk: Any) -> None:
            came.append(await talk.rest())

        call = await house.pool().call(await house.script(part))
        with pytest.raises(Unsendable):
            await call.send(request_)
        call.release()
        await house.until(lambda: came)
        assert came == [b""]

    run(test)


def test_pieces_that_do_not_fill_the_length_cut_the_connection(run: Any) -> None:
    async def test(house: Any) -> None:
        came: list[bytes] = []

        async def part(talk: Any) -> None:
            came.append(await talk.rest())

        call = await house.pool().call(await house.script(part))
        request = Request(b"POST", b"/", ((b"Content-Length", b"9"),), BodyRef(b"", 9))
        with pytest.raises(Unsendable):
            await call.send(request, _pieces())
        call.release()

    run(test)


def test_a_source_that_breaks_is_told_and_cuts_the_request(run: Any) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"abc"
        raise ClientGone("left")

    async def test(house: Any) -> None:
        came: list[bytes] = []
        over = asyncio.Event()

        async def part(talk: Any) -> None:
            try:
                came.append(await talk.rest())
            except ConnectionError:
                came.append(b"reset")
            over.set()

        call = await house.pool().call(await house.script(part))
        request = Request(b"POST", b"/", (HOST, CHUNKED), BodyRef(b"", 0))
        with pytest.raises(ClientGone):
            await call.send(request, broken())
        call.abort()
        await over.wait()
        assert b"0\r\n\r\n" not in came[0]

    run(test)


def test_an_answer_before_the_end_of_the_request_is_delivered(run: Any) -> None:
    """An early refusal: the server answers after the head and never reads the body."""

    async def test(house: Any) -> None:
        never = asyncio.Event()

        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(b"HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno")
            await never.wait()

        call = await house.pool().call(await house.script(part))
        await call.send(Request(b"POST", b"/", (HOST, (b"Content-Length", b"99999999")), bytes(99_999_999)))
        answer = await call.answer(100)
        assert answer is not None
        assert (answer.status, answer.body) == (413, b"no")
        call.release()
        assert call._connection.transport.is_closing()
        never.set()

    run(test)


def test_an_echo_may_flow_both_ways_at_once(run: Any) -> None:
    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.send(b"HTTP/1.1 200 OK\r\n" + b"Content-Length: 1048576\r\n\r\n")
            for _ in range(16):
                talk.send(await talk.reader.readexactly(65_536))

        call = await house.pool().call(await house.script(part))
        body = LARGE * 4
        await call.send(Request(b"POST", b"/", (HOST, (b"Content-Length", b"1048576")), body))
        assert await read_all(call) == body
        call.release()

    run(test)


def test_a_server_that_stops_reading_holds_the_source(run: Any) -> None:
    async def test(house: Any) -> None:
        given = 0
        go_on = asyncio.Event()

        def source() -> Iterator[bytes]:
            nonlocal given
            while given < 32 << 20:
                given += 1 << 20
                yield bytes(1 << 20)

        async def part(talk: Any) -> None:
            await talk.until(b"\r\n\r\n")
            talk.writer.transport.pause_reading()
            await go_on.wait()
            talk.writer.transport.resume_reading()
            await talk.reader.readexactly(32 << 20)
            talk.send(HELLO)

        call = await house.pool().call(await house.script(part))
        talk_limit = 24 << 20  # the socket's buffers on both sides, below the whole
        request = Request(b"PUT", b"/", (HOST, (b"Content-Length", b"%d" % (32 << 20))), BodyRef(b"", 32 << 20))
        sending = asyncio.ensure_future(call.send(request, source()))
        await asyncio.wait({sending}, timeout=0.2)
        assert given < talk_limit
        go_on.set()
        await sending
        assert await call.answer(100) is not None

    run(test)


def test_a_cancelled_send_leaves_nothing_behind(run: Any) -> None:
    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            await talk.rest()

        async def forever() -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0)
                yield b"x"

        call = await house.pool().call(await house.script(part))
        request = Request(b"PUT", b"/", (HOST, CHUNKED), BodyRef(b"", 0))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await call.send(request, forever())
        call.abort()

    run(test)


def test_abort_ends_whoever_waits(run: Any) -> None:
    async def test(house: Any) -> None:
        async def part(talk: Any) -> None:
            assert await talk.rest() == b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"

        call = await house.pool().call(await house.script(part))
        await call.send(GET)
        waiting = asyncio.ensure_future(call.answer(100))
        await asyncio.sleep(0)
        call.abort()
        with pytest.raises(ClosedEarly, match="given up"):
            await waiting
        call.release()

    run(test)


def test_a_large_head_limit_is_the_callers(run: Any) -> None:
    async def test(house: Any) -> None:
        call = await house.pool(Limits(head_bytes=20)).call(await house.says(HELLO))
        await call.send(GET)
        with pytest.raises(MalformedAnswer, match="more than 20 bytes"):
            await call.head()

    run(test)
