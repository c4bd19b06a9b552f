"""Many clients at once, plain, inside TLS and over HTTP/2: each gets its own answer, each exchange is its own."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from gateway.exchange import State
from tests.live.h2client import H2Client
from tests.live.rawclient import RawClient
from tests.live.scripted import Behaviour

if TYPE_CHECKING:
    from tests.live.pool import Stage

CALLS = 12
SIZES = (0, 1, 1_000, 70_000, 300_000)


def body_of(ident: str, count: int) -> bytes:
    """Bytes that belong to one call and to no other."""
    return (hashlib.sha256(f"{ident}/{count}".encode()).digest() * 10_000)[: SIZES[count % len(SIZES)]]


def over_http1(port: int, ident: str, *, tls: bool) -> None:
    with RawClient(port, tls=tls) as client:
        for count in range(CALLS):
            body = body_of(ident, count)
            head = f"POST /{ident}/{count} HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: {len(body)}\r\n\r\n"
            client.send(head.encode() + body)
            answer = client.answer()
            assert answer.head.values("x-target") == [f"/{ident}/{count}".encode()]
            assert answer.body == body


def over_http2(port: int, ident: str) -> None:
    with H2Client(port) as client:
        for count in range(CALLS):
            body = body_of(ident, count)
            target = f"/{ident}/{count}".encode()
            pseudo = ((b":method", b"POST"), (b":scheme", b"https"), (b":authority", b"app.example.test"))
            client.ask((*pseudo, (b":path", target)), body)
            answer = client.answer()
            assert (b"x-target", target) in answer.headers
            assert answer.body == body


def test_no_answer_goes_astray(stage: Stage) -> None:
    stage.server.script(default=Behaviour(echo=True))
    recorded, port = stage.proxy.recorded, stage.proxy.port
    last = recorded.newest()
    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(over_http1, port, f"plain-{number}", tls=False) for number in range(3)]
        jobs += [pool.submit(over_http1, port, f"tls-{number}", tls=True) for number in range(2)]
        jobs += [pool.submit(over_http2, port, "h2")]
        for job in jobs:
            job.result()
    found = recorded.after(last)
    assert len(found) == len(jobs) * CALLS
    assert len({exchange.facts.seed.request_id for exchange in found}) == len(found)
    for exchange in found:
        assert exchange.state is State.COMPLETE
        recorded.assert_no_silent_change(exchange)
        client = recorded.on_the_wire(exchange).client
        request, response = client.request, client.response
        assert request is not None
        assert response is not None
        ident, count = request.target.decode()[1:].split("/")
        assert recorded.body(request.body) == recorded.body(response.body) == body_of(ident, int(count))
        assert exchange.facts.seed.secure is not ident.startswith("plain")
