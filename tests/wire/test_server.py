"""A client's connection, byte by byte over real sockets."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, Any

import pytest

from gateway.messages import Response
from wire.errors import ClientGone, Malformed, TooSlow
from wire.framing import Kind
from wire.limits import Limits

if TYPE_CHECKING:
    from wire.call import Call

NO_HOST = b"GET / HTTP/1.1\r\n\r\n"
HELLO = b"HTTP/1.1 200 Said\r\nContent-Length: 5\r\n\r\nhello"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def test_a_request_arrives_as_it_was_sent(run: Any, app: Any) -> None:
    raw = (
        b"pUrGe-It /a%20b//c?x=1&x=\xe4#frag HTTP/1.1\r\nhOsT: a\r\nX-A: 1\r\nx-a:2 \t\r\nX-Empty:\r\n"
        b"X-Latin: \xe4\xf6\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"
    )

    async def test(house: Any) -> None:
        sample = app()
        port = await house.listen(sample)
        assert await house.ask(port, raw) == b"HTTP/1.1 200 Said\r\nContent-Length: 3\r\n\r\nabc"
        request = sample.requests[0]
        assert request.method == b"pUrGe-It"
        assert request.target == b"/a%20b//c?x=1&x=\xe4#frag"
        assert request.headers == (
            (b"hOsT", b"a"),
            (b"X-A", b"1"),
            (b"x-a", b"2"),
            (b"X-Empty", b""),
            (b"X-Latin", b"\xe4\xf6"),
            (b"Connection", b"close"),
            (b"Content-Length", b"3"),
        )
        assert request.body == b"abc"
        call = sample.calls[0]
        assert call.peer[0] == "127.0.0.1"
        assert call.arrived_us > 1_700_000_000_000_000
        assert call.bytes_sent == len(b"HTTP/1.1 200 Said\r\nContent-Length: 3\r\n\r\nabc")

    run(test)


def test_every_byte_may_come_alone(run: Any, app: Any) -> None:
    raw = (
        b"\r\nPOST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n0\r\nT: v\r\n\r\n" + LAST
    )

    async def test(house: Any) -> None:
        sample = app()
        port = await house.listen(sample)
        talk = await house.talk(port)
        for position in range(len(raw)):
            talk.send(raw[position : position + 1])
            await asyncio.sleep(0)
        assert await talk.rest() == b"HTTP/1.1 200 Said\r\nContent-Length: 3\r\n\r\nabc" + HELLO
        assert [request.trailers for request in sample.requests] == [((b"T", b"v"),), ()]

    run(test)


def test_pipelined_requests_are_answered_in_order_one_at_a_time(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        busy: list[Call] = []

        async def answer(call: Call) -> None:
            assert not busy
            busy.append(call)
            body = await call.read_all(100)
            await asyncio.sleep(0.001 if call.head.target == b"/0" else 0)
            busy.remove(call)
            call.send(say(call.head.target + body))

        port = await house.listen(app(answer))
        raw = b"".join(b"POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n%d" % (n, n) for n in range(9)) + LAST
        replies = await house.ask(port, raw)
        said = [b"HTTP/1.1 200 Said\r\nContent-Length: 3\r\n\r\n/%d%d" % (n, n) for n in range(9)]
        assert replies == b"".join(said) + b"HTTP/1.1 200 Said\r\nContent-Length: 5\r\n\r\n/last"

    run(test)


def test_a_flood_of_pipelined_requests_is_held_in_bounds(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        release = asyncio.Event()
        held: list[int] = []

        async def answer(call: Call) -> None:
            await release.wait()
            held.append(len(call.connection._buffer.data))
            call.send(say(b"x"))

        port = await house.listen(app(answer), Limits(head_bytes=2048))
        talk = await house.talk(port)
        count = 40_000  # 1 MB
        talk.send(GET * count + LAST)
        await asyncio.wait({asyncio.ensure_future(talk.writer.drain())}, timeout=0.3)
        release.set()
        replies = await talk.rest()
        assert replies.count(b"HTTP/1.1 200") == count + 1
        assert max(held) < 600_000

    run(test)


MALFORMED = [
    pytest.param(b"GET /\r\n\r\n", "malformed", id="http-0.9"),
    pytest.param(b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "malformed", id="two-spaces"),
    pytest.param(b"GET / a HTTP/1.1\r\nHost: a\r\n\r\n", "malformed", id="space-in-target"),
    pytest.param(b"GET /\ta HTTP/1.1\r\nHost: a\r\n\r\n", "malformed", id="tab-in-target"),
    pytest.param(b"GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", "malformed", id="del-in-target"),
    pytest.param(b"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "malformed", id="method-no-token"),
    pytest.param(b" GET / HTTP/1.1\r\nHost: a\r\n\r\n", "malformed", id="leading-space"),
    pytest.param(b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "version", id="http-2"),
    pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "version", id="h2c-preface"),
    pytest.param(b"GET / http/1.1\r\nHost: a\r\n\r\n", "malformed", id="version-case"),
    pytest.param(b"GET / HTTP/1.10\r\nHost: a\r\n\r\n", "malformed", id="version-digits"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", "malformed", id="nul-in-value"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "malformed", id="bare-cr"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", "malformed", id="bare-lf"),
    pytest.param(b"GET / HTTP/1.1\nHost: a\n\n", "malformed", id="only-lf"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", "malformed", id="control"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", "malformed", id="space-before-colon"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", "malformed", id="obs-fold"),
    pytest.param(b"GET / HTTP/1.1\r\n X: a\r\nHost: a\r\n\r\n", "malformed", id="fold-after-request-line"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n", "malformed", id="no-colon"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "malformed", id="empty-name"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX\xe4: b\r\n\r\n", "malformed", id="name-no-token"),
    pytest.param(b"GET / HTTP/1.1\r\n\r\n", "malformed", id="no-host"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "malformed", id="two-hosts"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01", "malformed", id="tls"),
    pytest.param(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n", "malformed", id="te-vt"),
    pytest.param(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "ambiguous-framing", id="te-in-1.0"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: " + b"a" * 70_000 + b"\r\n\r\n", "head-too-large", id="large-head"),
    pytest.param(b"GET /" + b"a" * 70_000, "head-too-large", id="large-line"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "kind"), MALFORMED)
def test_what_is_no_request_is_rejected_with_its_bytes(run: Any, app: Any, raw: bytes, kind: str) -> None:
    async def test(house: Any) -> None:
        sample = app()
        port = await house.listen(sample)
        reply = await house.ask(port, raw + b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        assert reply == b"HTTP/1.1 400 Said\r\nContent-Length: %d\r\n\r\n%b" % (len(kind), kind.encode())
        assert not sample.requests
        [fault] = sample.faults
        assert fault.kind == kind
        assert fault.text
        assert fault.raw.startswith(raw[:65_536])
        assert len(fault.raw) <= 65_536
        assert (fault.head is not None) == (b"1.0" in raw or b"Host: a\r\nHost" in raw or raw == NO_HOST)

    run(test)


AMBIGUOUS = [
    pytest.param(b"Content-Length: 1\r\nTransfer-Encoding: chunked", id="cl-te"),
    pytest.param(b"Transfer-Encoding: chunked\r\nContent-Length: 1", id="te-cl"),
    pytest.param(b"Content-Length: 1\r\nContent-Length: 2", id="cl-cl"),
    pytest.param(b"Content-Length: 1\r\ncontent-length: 1", id="cl-twice-equal"),
    pytest.param(b"Content-Length: 1, 1", id="cl-list"),
    pytest.param(b"Content-Length: +1", id="cl-plus"),
    pytest.param(b"Content-Length: 0x1", id="cl-hex"),
    pytest.param(b"Content-Length: 1_0", id="cl-underscore"),
    pytest.param(b"Content-Length:", id="cl-empty"),
    pytest.param(b"Content-Length: 99999999999999999999", id="cl-overflow"),
    pytest.param(b"Transfer-Encoding: chunked, identity", id="te-not-last"),
    pytest.param(b"Transfer-Encoding: gzip, chunked", id="te-gzip"),
    pytest.param(b"Transfer-Encoding: xchunked", id="te-x"),
    pytest.param(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", id="te-twice"),
]


@pytest.mark.parametrize("fields", AMBIGUOUS)
def test_ambiguous_framing_is_rejected_with_the_head_it_had(run: Any, app: Any, fields: bytes) -> None:
    """RFC 9112 6.3, request smuggling: whatever two readers could frame in two ways (threat T10)."""

    async def test(house: Any) -> None:
        sample = app()
        port = await house.listen(sample)
        raw = b"POST /x HTTP/1.1\r\nHost: a\r\n%b\r\n\r\n0\r\n\r\n%b" % (fields, GET)
        assert (await house.ask(port, raw)).endswith(b"\r\n\r\nambiguous-framing")
        [fault] = sample.faults
        assert (fault.kind, fault.raw) == ("ambiguous-framing", raw)
        assert fault.head.target == b"/x"
        assert not sample.requests

    run(test)


def test_a_slow_head_is_rejected_when_its_time_is_up(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        sample = app()
        port = await house.listen(sample, Limits(head_seconds=0.05))
        reply = await house.ask(port, b"GET / HTTP/1.1\r\nHo")
        assert reply.endswith(b"slow-head")
        assert sample.faults[0].raw == b"GET / HTTP/1.1\r\nHo"

    run(test)


def test_dripping_does_not_stretch_the_heads_time(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        sample = app()
        port = await house.listen(sample, Limits(head_seconds=0.1))
        talk = await house.talk(port, b"GET / HTTP/1.1\r\nX: ")
        dripping = asyncio.ensure_future(_drip(talk))
        assert (await talk.rest()).endswith(b"slow-head")
        dripping.cancel()

    run(test)


async def _drip(talk: Any) -> None:
    while True:
        talk.send(b"a")
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "before", [pytest.param(b"", id="new"), pytest.param(b"\r\n", id="empty-line"), pytest.param(GET, id="used")]
)
def test_an_idle_connection_is_closed_without_a_word(run: Any, app: Any, before: bytes) -> None:
    async def test(house: Any) -> None:
        sample = app()
        port = await house.listen(sample, Limits(idle_seconds=0.05))
        assert await house.ask(port, before) == (HELLO if before == GET else b"")
        assert not sample.faults

    run(test)


def test_a_head_cut_by_the_client_is_told(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        sample = app()
        port = await house.listen(sample)
        talk = await house.talk(port, b"GET / HTT")
        talk.half_close()
        assert (await talk.rest()).endswith(b"cut-head")

    run(test)


def test_a_half_closed_client_gets_its_answers(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            await asyncio.sleep(0.02)
            call.send(say(b"late"))

        sample = app(answer)
        port = await house.listen(sample)
        talk = await house.talk(port, GET + GET)
        talk.half_close()
        assert (await talk.rest()).count(b"late") == 2
        assert not sample.gone

    run(test)


def test_a_client_that_ends_later_has_left(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        left = asyncio.Event()

        async def answer(call: Call) -> None:
            call.on_gone = left.set
            await left.wait()
            assert call.gone
            call.send(say(b"nobody"))

        port = await house.listen(app(answer), Limits(half_close_seconds=0))
        talk = await house.talk(port, GET)
        await asyncio.sleep(0.01)
        talk.writer.close()
        await asyncio.wait_for(left.wait(), 5)

    run(test)


def test_a_reset_is_told_at_once(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        left = asyncio.Event()
        began = asyncio.Event()

        async def answer(call: Call) -> None:
            call.on_gone = left.set
            began.set()
            await left.wait()

        port = await house.listen(app(answer))
        talk = await house.talk(port, GET)
        await began.wait()
        sock = talk.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close sends a reset
        talk.reset()
        await asyncio.wait_for(left.wait(), 5)

    run(test)


def test_a_client_that_leaves_inside_its_body_is_gone(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        came: list[bytes] = []
        over = asyncio.Event()

        async def answer(call: Call) -> None:
            with pytest.raises(ClientGone):
                await _read_into(came, call)
            assert call.gone
            over.set()

        sample = app(answer)
        port = await house.listen(sample)
        talk = await house.talk(port, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        talk.half_close()
        await asyncio.wait_for(over.wait(), 5)
        assert b"".join(came) == b"abc"
        assert not sample.gone or sample.gone == sample.calls

    run(test)


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        pytest.param(b"3\r\nabc\r\nxyz\r\n", b"abc", id="bad-size"),
        pytest.param(b"3\r\nabcd\r\n", b"abc", id="too-long"),
        pytest.param(b"3\nabc\r\n0\r\n\r\n", b"", id="bare-lf"),
        pytest.param(b"-1\r\nabc", b"", id="negative"),
        pytest.param(b"0x3\r\nabc", b"", id="hex-prefix"),
        pytest.param(b"fffffffffffffffff\r\n", b"", id="overflow"),
        pytest.param(b"3\r\nabc\r\n0\r\nContent-Length: 3\r\n\r\n", b"abc", id="framing-trailer"),
        pytest.param(b"3\r\nabc\r\n0\r\nbad trailer\r\n\r\n", b"abc", id="bad-trailer"),
    ],
)
def test_broken_chunks_end_the_body_and_the_connection(
    run: Any, app: Any, say: Any, body: bytes, payload: bytes
) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            came: list[bytes] = []
            with pytest.raises(Malformed):
                await _read_into(came, call)
            assert b"".join(came) == payload
            call.send(say(b"broken", 400))

        port = await house.listen(app(answer))
        head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        reply = await house.ask(port, head + body + GET)
        assert reply == b"HTTP/1.1 400 Said\r\nContent-Length: 6\r\n\r\nbroken"

    run(test)


def test_a_body_that_drips_is_cut(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            with pytest.raises(TooSlow):
                await call.read_all(1000)
            call.send(say(b"slow", 408))

        port = await house.listen(app(answer), Limits(body_grace_seconds=0.1, body_rate=10_000))
        talk = await house.talk(port, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n")
        dripping = asyncio.ensure_future(_drip(talk))
        assert (await talk.rest()).endswith(b"slow")
        dripping.cancel()

    run(test)


def test_an_early_refusal_is_seen_by_a_client_that_still_sends(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            assert not call.body_received
            call.send(say(b"no", 413))

        port = await house.listen(app(answer))
        size = 8 << 20
        talk = await house.talk(port, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size)
        await _pour(talk, size)
        assert (await talk.rest()).endswith(b"no")

    run(test)


def test_what_follows_an_early_refusal_is_dropped_within_bounds(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            call.send(say(b"no", 413))

        port = await house.listen(app(answer), Limits(linger_bytes=1 << 20))
        talk = await house.talk(port, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
        with pytest.raises(ConnectionError):
            await _pour(talk, 256 << 20)

    run(test)


def test_a_client_that_never_closes_is_closed(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        port = await house.listen(app(), Limits(linger_seconds=0.05))
        talk = await house.talk(port, LAST)
        assert await talk.rest() == HELLO
        await asyncio.wait_for(house.connections.ended(), 5)

    run(test)


def test_a_reader_that_takes_nothing_is_cut(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        over = asyncio.Event()

        async def answer(call: Call) -> None:
            call.start(Response(200, b"", ((b"Transfer-Encoding", b"chunked"),)))
            with pytest.raises(ClientGone):
                await _write_forever(call)
            over.set()

        port = await house.listen(app(answer), Limits(stall_seconds=0.1))
        talk = await house.talk(port, GET)
        talk.writer.transport.pause_reading()
        await asyncio.wait_for(over.wait(), 5)

    run(test)


def test_expect_continue(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            assert call.expects_continue
            call.send_continue()
            call.send_continue()
            call.send(say(await call.read_all(9)))

        port = await house.listen(app(answer))
        head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
        talk = await house.talk(port, head)
        assert await talk.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        talk.send(b"ab")
        assert await talk.rest() == b"HTTP/1.1 200 Said\r\nContent-Length: 2\r\n\r\nab"

    run(test)


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", True, id="1.1"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", False, id="1.1-close"),
        pytest.param(b"GET / HTTP/1.0\r\n\r\n", False, id="1.0"),
        pytest.param(b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", True, id="1.0-keep-alive"),
    ],
)
def test_what_the_client_asked_about_the_connection(run: Any, app: Any, head: bytes, kept: bool) -> None:
    async def test(house: Any) -> None:
        sample = app()
        port = await house.listen(sample, Limits(idle_seconds=0.05))
        assert await house.ask(port, head) == HELLO
        assert sample.calls[0].keep_alive is kept

    run(test)


def test_a_lone_http_1_0_keep_alive_is_honoured_when_the_answer_confirms_it(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            fields = ((b"Connection", b"keep-alive"), (b"Content-Length", b"1"))
            call.send(Response(200, b"", fields, b"x"))

        port = await house.listen(app(answer))
        raw = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" * 2 + b"GET / HTTP/1.0\r\n\r\n"
        assert (await house.ask(port, raw)).count(b"HTTP/1.1 200 ") == 3

    run(test)


def test_at_the_limit_new_connections_are_refused_and_old_ones_live(run: Any, app: Any) -> None:
    async def test(house: Any) -> None:
        port = await house.listen(app(), Limits(connections=1))
        first = await house.talk(port, GET)
        await first.until(b"hello")
        second = await house.talk(port)
        assert await second.rest() == b""
        assert house.connections.refused == 1
        first.send(LAST)
        assert await first.rest() == HELLO

    run(test)


def test_retire_lets_the_call_in_progress_end(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        go_on = asyncio.Event()
        began = asyncio.Event()

        async def answer(call: Call) -> None:
            began.set()
            await go_on.wait()
            call.send(say(b"done"))

        port = await house.listen(app(answer))
        idle = await house.talk(port)
        busy = await house.talk(port, GET + GET)
        await began.wait()
        house.connections.retire()
        assert await idle.rest() == b""
        go_on.set()
        assert (await busy.rest()).count(b"done") == 1

    run(test)


def test_bytes_that_were_read_before_come_first(run: Any, app: Any) -> None:
    from wire.server import ServerProtocol

    async def test(house: Any) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: ServerProtocol(app(), prefix=LAST[:9], connections=house.connections), "127.0.0.1", 0
        )
        house._servers.append(server)
        assert await house.ask(server.sockets[0].getsockname()[1], LAST[9:]) == HELLO

    run(test)


def test_framing_is_told_with_the_head(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        kinds: list[tuple[Kind, int]] = []

        async def answer(call: Call) -> None:
            kinds.append((call.framing.kind, call.framing.length))
            await call.read_all(99)
            call.send(say(b"x"))

        port = await house.listen(app(answer))
        heads = (b"", b"Content-Length: 0\r\n", b"Content-Length: 1\r\n", b"Transfer-Encoding: Chunked\r\n")
        bodies = (b"", b"", b"x", b"0\r\n\r\n")
        raw = b"".join(b"PUT / HTTP/1.1\r\nHost: a\r\n%b\r\n%b" % pair for pair in zip(heads, bodies, strict=True))
        await house.ask(port, raw + LAST)
        assert kinds == [(Kind.NONE, 0), (Kind.LENGTH, 0), (Kind.LENGTH, 1), (Kind.CHUNKED, 0), (Kind.NONE, 0)]

    run(test)


async def _read_into(came: list[bytes], call: Call) -> None:
    while True:
        came.append(await call.read())


async def _write_forever(call: Call) -> None:
    while True:
        await call.write(bytes(1 << 20))


async def _pour(talk: Any, size: int) -> None:
    for _ in range(size >> 16):
        talk.send(bytes(1 << 16))
        await talk.writer.drain()
