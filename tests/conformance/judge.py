"""Whether what happened is what the case says: at the client, at the server, in the recording.

Read next: delta.py (expected and found), ../live/recorded.py (the recording against the sockets).
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from gateway.messages import body_size, get_all
from tests.conformance.delta import body_deltas, client_deltas, header_deltas
from tests.conformance.script import raw
from tests.live.messages import read_response
from tests.live.recorded import assert_same_message
from tests.live.scripted import PATIENCE_S

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from tests.conformance.cases import Case, Got, Kept, Saw
    from tests.conformance.shells import Played
    from tests.live.pool import Stage
    from tests.live.scripted import Received


def judge_client(played: Played, got: Got) -> None:
    """What the client saw."""
    assert list(client_deltas(played, got)) == [], played


def judge_server(received: list[Received], saw: Saw, *, exact: bool) -> None:
    """What the server saw: how often, and the last of it."""
    assert len(received) == saw.calls, received
    if not saw.calls:
        return
    last = received[-1]
    if saw.left:
        assert last.left.wait(PATIENCE_S), "the server's connection was not cut"
    if last.message is None:
        return
    request = last.message.as_request()
    assert saw.method in {"", request.method.decode()}
    assert saw.target in {"", request.target.decode("latin-1")}
    assert list(header_deltas(request.headers, saw.lines, saw.has, saw.lacks, exact=exact)) == []
    assert list(body_deltas(last.message.body, saw.body, saw.body_size)) == []


def judge_recording(case: Case, stage: Stage, played: Played, received: list[Received], last: int) -> None:
    """The exchange is there with its end, the views are what crossed the sockets, every change has its rule."""
    recorded = stage.proxy.recorded
    kept = case.kept
    count = 1 + kept.deliveries
    # What a client has received is on disk: no waiting for those who got an answer.
    waits = case.got.nothing or kept.deliveries
    found = recorded.ended_after(last, count) if waits else recorded.after(last)
    assert len(found) == count, found
    for exchange in found:
        recorded.assert_no_silent_change(exchange)
    first, *deliveries = (recorded.on_the_wire(exchange) for exchange in found)
    judge_end(first, kept)
    judge_views(first, played, [] if deliveries else received, case)
    judge_deliveries(first, deliveries, received, kept)


def judge_end(exchange: Exchange, kept: Kept) -> None:
    """State, failure, the rules that acted."""
    assert exchange.state == kept.state, exchange
    assert (exchange.failure or "") == kept.failure, exchange
    assert kept.text in exchange.failure_text, exchange.failure_text
    acted = {transform.rule_id for transform in exchange.transforms}
    assert acted >= set(kept.rules), acted
    assert {one.rule_id for one in exchange.advice} >= set(kept.advice), exchange.advice
    if kept.request_body_size is not None:
        assert exchange.client.request is not None
        assert body_size(exchange.client.request.body) == kept.request_body_size


def judge_views(exchange: Exchange, played: Played, received: list[Received], case: Case) -> None:
    """Both views against the sockets."""
    client = exchange.client
    if played.exact and not case.ask.raw:
        sent = client.request
        assert sent is not None
        assert (sent.target, sent.headers) == (played.wire.target, played.wire.headers)
        if case.kept.state != "refused":
            assert_same_message(sent, replace(sent, method=raw(case.ask.method), body=played.wire.content))
    if played.exact and played.answer is not None:
        assert_same_message(client.response, played.answer.as_response())
    elif played.status and not played.cut:
        assert client.response is not None
        assert_same_message(client.response, replace(client.response, status=played.status, body=played.body))
    if not received:
        assert exchange.server is None or exchange.server.response is None
        return
    judge_server_view(exchange, received[-1])


def judge_server_view(exchange: Exchange, received: Received) -> None:
    """The server's half, byte by byte: what it got and, when it was a whole answer, what it sent."""
    assert exchange.server is not None
    if received.message is not None and exchange.server.request is not None:
        truth = received.message.as_request()
        found = exchange.server.request
        assert (found.method, found.target, found.headers) == (truth.method, truth.target, truth.headers)
        if received.message.body:
            assert_same_message(found, truth)
        if exchange.failure is None:
            sent = read_response(BytesIO(received.sent), truth.method)
            assert sent is not None
            assert_same_message(exchange.server.response, sent.as_response())
        request_id = exchange.facts.seed.request_id.encode()
        assert get_all(truth.headers, b"x-fc-request-id") == [request_id]


def judge_deliveries(first: Exchange, deliveries: list[Exchange], received: list[Received], kept: Kept) -> None:
    """Each attempt of an asynchronous call is an exchange of its own that names the accepted one."""
    assert [one.parent_id for one in deliveries] == [first.id] * len(deliveries)
    assert [one.facts.seed.attempt for one in deliveries] == list(range(len(deliveries)))
    for exchange, one in zip(deliveries, received, strict=True) if deliveries else ():
        assert exchange.state == kept.delivery_state
        assert exchange.client.response is None
        judge_server_view(exchange, one)
