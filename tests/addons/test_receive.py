from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.config import Config, Function, Limits
from gateway.exchange import State
from gateway.messages import BodyRef, body_size
from tests.addons.bench import bench, run

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Config(functions=(Function(timeout_s=5),), limits=replace(Limits(), sync_body=1000))


def post(body: bytes, *, chunked: bool = False) -> bytes:
    head = b"POST / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n"
    if not chunked:
        return head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    return head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("chunked", [pytest.param(False, id="announced"), pytest.param(True, id="chunked")])
@pytest.mark.parametrize(("size", "status"), [pytest.param(1000, 200, id="at"), pytest.param(1001, 400, id="over")])
def test_a_body_is_legal_up_to_its_limit(size: int, status: int, *, chunked: bool) -> None:
    async def test() -> None:
        async with bench(config=SMALL) as desk:
            answer = await desk.talk(post(b"x" * size, chunked=chunked))
            exchange = await desk.ended.get()
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        assert len(desk.received) == (status == 200)
        assert exchange.state is (State.COMPLETE if status == 200 else State.REFUSED)

    run(test())


def test_a_chunked_body_is_cut_at_the_byte_that_crosses() -> None:
    async def test() -> None:
        async with bench(config=SMALL) as desk:
            await desk.talk(post(b"x" * 5000, chunked=True))
            exchange = await desk.ended.get()
        assert exchange.client.request is not None
        assert body_size(exchange.client.request.body) == 1001

    run(test())


def test_a_large_body_rests_in_a_spool_and_arrives_whole(tmp_path: Path) -> None:
    body = bytes(range(256)) * 4096

    async def test() -> None:
        async with bench(spools=tmp_path) as desk:
            await desk.talk(post(body))
            exchange = await desk.ended.get()
        assert desk.received[0].endswith(body)
        assert exchange.server is not None
        assert exchange.server.request is not None
        assert isinstance(exchange.server.request.body, BodyRef)

    run(test())
    assert list(tmp_path.iterdir()) == []


def test_a_broken_chunk_is_refused() -> None:
    async def test() -> None:
        async with bench() as desk:
            head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            answer = await desk.talk(head + b"zz\r\nabc\r\n")
            exchange = await desk.ended.get()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert exchange.state is State.REFUSED
        assert desk.received == []

    run(test())
