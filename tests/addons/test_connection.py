from __future__ import annotations

import asyncio

import pytest

from gateway.differences import unexplained
from gateway.exchange import State
from gateway.recompute import recompute
from tests.addons.bench import bench, get, run


def test_a_call_reaches_the_server_and_its_answer_the_client() -> None:
    async def test() -> None:
        async with bench() as desk:
            answer = await desk.talk(get("/a%20b//c?x=1&x=2", "X-Fc-Account-Id: evil", "X-Req: 1"))
            exchange = await desk.ended.get()
        assert answer.startswith(b"HTTP/1.1 200 OK\r\nX-App: 1\r\n")
        assert answer.endswith(b"\r\n\r\nok")
        assert desk.received[0].startswith(b"GET /a%20b//c?x=1&x=2 HTTP/1.1\r\nHost: app.test\r\nX-Req: 1\r\n")
        assert b"evil" not in desk.received[0]
        assert exchange.state is State.COMPLETE
        assert unexplained(exchange) == ()
        assert recompute(exchange, desk.desk.config) == exchange

    run(test())


def test_the_server_and_the_client_get_the_same_request_id() -> None:
    async def test() -> None:
        async with bench() as desk:
            answer = await desk.talk(get())
            exchange = await desk.ended.get()
        identity = exchange.facts.seed.request_id.encode()
        assert b"x-fc-request-id: " + identity in desk.received[0]
        assert b"X-Fc-Request-Id: " + identity in answer

    run(test())


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", id="nul-in-a-value"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", id="two-lengths"
        ),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", id="head-over-64-kib"),
    ],
)
def test_what_cannot_be_parsed_is_answered_in_fc_s_shape_and_recorded(request_bytes: bytes) -> None:
    async def test() -> None:
        async with bench() as desk:
            answer = await desk.talk(request_bytes)
            exchange = await desk.ended.get()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b'"Code":"InvalidArgument"' in answer
        assert desk.received == []
        assert exchange.state is State.REFUSED
        assert exchange.raw == request_bytes[: 64 * 1024][: len(exchange.raw)] != b""

    run(test())


@pytest.mark.parametrize(
    ("method", "status", "state"),
    [
        pytest.param("GET", b"200", State.COMPLETE, id="answered"),
        pytest.param("DELETE", b"400", State.REFUSED, id="refused"),
    ],
)
def test_the_gateway_s_own_answer_is_no_refusal_unless_it_says_so(method: str, status: bytes, state: State) -> None:
    async def test() -> None:
        async with bench() as desk:
            answer = await desk.talk(get("/2023-03-30/functions/web").replace(b"GET", method.encode(), 1))
            exchange = await desk.ended.get()
        assert answer.split(b" ")[1] == status
        assert (exchange.state, exchange.server, desk.received) == (state, None, [])
        assert recompute(exchange, desk.desk.config) == exchange

    run(test())


def test_two_calls_on_one_connection_are_answered_in_order() -> None:
    async def test() -> None:
        async with bench() as desk:
            first = get("/1").replace(b"Connection: close\r\n", b"")
            answer = await desk.talk(first + get("/2"))
            exchanges = [await desk.ended.get(), await desk.ended.get()]
        assert answer.count(b"HTTP/1.1 200 OK") == 2
        assert [each.client.request.target for each in exchanges if each.client.request] == [b"/1", b"/2"]

    run(test())


def test_a_client_that_leaves_during_its_upload_is_recorded_with_what_came() -> None:
    async def test() -> None:
        async with bench() as desk:
            _, writer = await asyncio.open_connection("127.0.0.1", desk.port)
            writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            await writer.drain()
            writer.transport.abort()
            exchange = await desk.ended.get()
        assert exchange.state is State.CANCELLED
        assert desk.received == []

    run(test())
