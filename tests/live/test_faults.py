"""A recorder that cannot write, large bodies, slow and vanishing peers: the promises D3-D8 on the real proxy.

Small versions of benchmarks/faults.py. Read next: ../../benchmarks/breakage.py, ../../benchmarks/bodies.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from typing import TYPE_CHECKING

import pytest

from benchmarks.bodies import MIB, aborted, idle, large, states_of
from benchmarks.breakage import FAULTS, Fault, small_disk
from benchmarks.faults import broken_promises, suffer
from gateway.exchange import Failure, State
from gateway.messages import Response, body_size
from tests.live.rawclient import RawClient
from tests.live.scripted import Behaviour, Until

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.exchange import Exchange
    from tests.live.pool import Stage

BROKEN_S = 0.4
CALLERS = 4

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 200000\r\n\r\n"
BODY = b"b" * 200_000


FAST = [(fault, "refuse") for fault in FAULTS] + [
    (fault, "pass") for fault in FAULTS if fault.name in {"disk full", "EIO on flush"}
]
"""benchmarks/faults.py tries all of them under both policies."""


@pytest.mark.parametrize(
    ("fault", "policy"), [pytest.param(*each, id=f"{each[0].name}, {each[1]}".replace(" ", "-")) for each in FAST]
)
def test_a_recorder_that_cannot_write_loses_nothing_silently(fault: Fault, policy: str, tmp_path: Path) -> None:
    if fault.impossible:
        pytest.skip(fault.impossible)
    with contextlib.ExitStack() as stack:
        if fault.small_disk and (why := stack.enter_context(small_disk(tmp_path / "disk"))):
            pytest.skip(why)
        (tmp_path / "disk").mkdir(exist_ok=True)
        outcome = asyncio.run(suffer(fault, policy, tmp_path / "disk", broken_s=BROKEN_S, callers=CALLERS))
    assert broken_promises(fault, outcome) == []
    assert outcome.verdict.acknowledged >= CALLERS


def test_large_bodies_both_ways_need_little_memory(tmp_path: Path) -> None:
    load = asyncio.run(large(tmp_path, 8 * MIB, 3))
    assert load.wrong == 0
    assert load.grown_kib < 48 * 1024


def test_a_slow_reader_costs_no_memory(tmp_path: Path) -> None:
    load = asyncio.run(large(tmp_path, 8 * MIB, 1, pause_s=0.002))
    assert load.wrong == 0
    assert load.grown_kib < 24 * 1024


def test_calls_that_are_cut_leave_no_descriptor_open(tmp_path: Path) -> None:
    load = asyncio.run(aborted(tmp_path, 80))
    assert load.descriptors <= 0
    assert {State.CANCELLED, State.SERVER_FAILED} <= states_of(tmp_path).keys()


def test_idle_connections_cost_little(tmp_path: Path) -> None:
    load = asyncio.run(idle(tmp_path, 300))
    assert load.descriptors <= 0
    assert load.grown_kib < 300 * 32


def the_one(stage: Stage, last: int) -> Exchange:
    """The exchange since, once it has ended; every difference in it has its rule."""
    (exchange,) = stage.proxy.recorded.ended_after(last, 1)
    stage.proxy.recorded.assert_no_silent_change(exchange)
    return stage.proxy.recorded.on_the_wire(exchange)


def body_of(stage: Stage, message: Response | None) -> bytes:
    assert message is not None
    return stage.proxy.recorded.body(message.body)


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("at", [0, 1, 20, len(HEAD) - 1])
def test_a_server_that_dies_in_its_head_is_a_502_with_its_reason(stage: Stage, at: int, then: str) -> None:
    last = stage.proxy.recorded.newest()
    stage.server.script(default=Behaviour(sends=(HEAD[:at],), then=then))
    with RawClient(stage.proxy.port) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
        answer = client.answer()
    assert answer.head.first.startswith(b"HTTP/1.1 502 ")
    exchange = the_one(stage, last)
    assert (exchange.state, exchange.failure) == (State.SERVER_FAILED, Failure.CLOSED)
    assert (f"({at} bytes came)" if at and then == "close" else "before") in exchange.failure_text
    assert exchange.client.response is not None
    assert exchange.client.response.body == answer.body


@pytest.mark.parametrize("at", [1, 1000, 65_536, 199_999])
def test_a_server_that_dies_in_its_body_leaves_what_came(stage: Stage, at: int) -> None:
    last = stage.proxy.recorded.newest()
    stage.server.script(default=Behaviour(sends=(HEAD, BODY[:at]), then="close"))
    with RawClient(stage.proxy.port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        head = client.head()
        came = client.ended()
    exchange = the_one(stage, last)
    assert head.first == b"HTTP/1.1 200 OK"
    assert (exchange.state, exchange.failure) == (State.SERVER_FAILED, Failure.CLOSED)
    assert exchange.server is not None
    assert body_of(stage, exchange.server.response) == BODY[:at]
    assert BODY[:at].startswith(came)
    assert str(len(HEAD) + at) in exchange.failure_text


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("size", [1, 1000, 300_000])
def test_a_client_that_leaves_in_its_upload_leaves_what_came(stage: Stage, size: int, chunked: bool) -> None:
    last = stage.proxy.recorded.newest()
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 999999"
    sent = b"u" * size
    with RawClient(stage.proxy.port) as client:
        client.send(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n%b\r\n\r\n" % framing)
        client.send((b"%x\r\n" % size if chunked else b"") + sent)
    exchange = the_one(stage, last)
    assert (exchange.state, exchange.failure) == (State.CANCELLED, Failure.CLIENT_GONE)
    assert exchange.server is None
    assert exchange.client.request is not None
    assert stage.proxy.recorded.body(exchange.client.request.body) == sent
    assert exchange.client.response is None
    assert exchange.timings.done >= 0
    assert stage.server.received == []


def test_a_client_that_leaves_in_its_download_is_said_to_have_left(stage: Stage) -> None:
    last = stage.proxy.recorded.newest()
    stage.server.script(default=Behaviour(sends=(HEAD, BODY[:100_000], Until("left")), then="hold"))
    with RawClient(stage.proxy.port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.head()
        client.stream.read(1000)
        client.vanish()
    (received,) = stage.server.wait_for(1)
    stage.server.release("left")
    assert received.left.wait(20), "the server was not told that its client left"
    exchange = the_one(stage, last)
    assert (exchange.state, exchange.failure) == (State.CANCELLED, Failure.CLIENT_GONE)
    assert exchange.server is not None
    came = body_of(stage, exchange.server.response)
    assert BODY.startswith(came)
    assert 1000 <= len(came) <= 100_000
    assert exchange.client.response is not None
    assert body_size(exchange.client.response.body) <= len(came)
    assert exchange.timings.done > 0


def test_a_large_answer_over_both_doors_is_one_body(stage: Stage) -> None:
    last = stage.proxy.recorded.newest()
    stage.server.script(default=Behaviour(sends=(HEAD, BODY)))
    for tls in (False, True):
        with RawClient(stage.proxy.port, tls=tls) as client:
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert hashlib.sha256(client.answer().body).digest() == hashlib.sha256(BODY).digest()
    for exchange in stage.proxy.recorded.ended_after(last, 2):
        assert body_of(stage, stage.proxy.recorded.on_the_wire(exchange).client.response) == BODY
