"""Stored server requests go out byte for byte, and the answers of now meet the answers of then."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from gateway.exchange import Exchange, Failure, State
from gateway.messages import BodyRef, Request, Response
from playback import sides
from playback.findings import Kind as FindingKind
from playback.schedule import Kind, Order
from playback.send import NOT_AWAITED, Plan, Sent
from playback.send import send as send_async
from playback.target import Target
from playback.verdict import Verdict
from tests.playback.recorded import NoSecrets, get, ok, post, record, through_gateway
from tests.playback.servers import RawServer, answer, serving


def send(exchanges: list[Exchange], port: int, plan: Plan | None = None) -> Sent:
    target = Target("127.0.0.1", port, "")
    return asyncio.run(send_async(exchanges, target, NoSecrets(), plan or Plan(timeout_s=20)))


def call(request: Request, recorded: Response | Failure | None = None) -> Exchange:
    (exchange,) = through_gateway(1, request, lambda _: recorded or ok())
    return exchange


def found(sent: Sent) -> list[tuple[str, str]]:
    return [(finding.kind.value, finding.path) for outcome in sent.outcomes for finding in outcome.findings]


def test_the_same_answer_is_the_same() -> None:
    with serving(lambda _: answer()) as server:
        sent = send([call(get(b"/"))], server.port)
    assert [outcome.verdict for outcome in sent.outcomes] == [Verdict.SAME]
    assert found(sent) == []
    assert sent.stopped == ""


ASYNC = (b"X-Fc-Invocation-Type", b"Async")
ODD = Request(
    b"PURGE",
    b"//a/../%2f%zz?q=[1]&&=%20",
    (
        (b"hOsT", b"example.test"),
        (b"X-Twice", b"1"),
        (b"x-empty", b""),
        (b"X-TWICE", b"\xff\x80"),
        (b"Cookie", b"a=1"),
        (b"Cookie", b"b=2"),
        (b"Content-Length", b"3"),
    ),
    b"\0\r\n",
)


def test_the_stored_request_is_on_the_wire_byte_for_byte() -> None:
    exchange = call(ODD)
    assert exchange.server is not None
    stored = exchange.server.request
    assert stored is not None
    with serving(lambda _: answer()) as server:
        send([exchange], server.port)
    lines = [b"PURGE //a/../%2f%zz?q=[1]&&=%20 HTTP/1.1"]
    lines += [name + b": " + value for name, value in stored.headers]
    assert server.got == [b"\r\n".join(lines) + b"\r\n\r\n\0\r\n"]
    assert b"x-fc-request-id: 1-00000001" in server.got[0]


def test_a_large_stored_body_is_sent_whole() -> None:
    exchange = call(post(b"/", b"x"))
    assert exchange.server is not None
    assert exchange.server.request is not None
    size = 3 * 1024 * 1024
    fields = tuple(
        (name, b"%d" % size) if name.lower() == b"content-length" else (name, value)
        for name, value in exchange.server.request.headers
    )
    large = replace(exchange.server.request, body=BodyRef(b"d" * 32, size), headers=fields)
    with serving(lambda _: answer()) as server:
        send([replace(exchange, server=replace(exchange.server, request=large))], server.port)
    assert server.got[0].endswith(b"\r\n\r\n" + b"x" * size)


def test_a_large_answer_is_compared_by_digest() -> None:
    body = b"y" * (5 * 1024 * 1024)
    with serving(lambda _: answer(body)) as server:
        sent = send([call(get(b"/"), ok(b"hello"))], server.port)
    (finding,) = sent.outcomes[0].findings
    assert (finding.kind, finding.path, finding.now) == (FindingKind.VALUE, "body", f"{len(body)} bytes")


def test_a_different_answer_is_different() -> None:
    with serving(lambda _: answer(b"other", b"X-New: 1", status=b"404 Not Found")) as server:
        sent = send([call(get(b"/"))], server.port)
    assert sent.outcomes[0].verdict is Verdict.DIFFERENT
    assert found(sent) == [("status", "status"), ("added", "headers.x-new"), ("value", "body.line[0]")]


def test_the_nth_repeat_meets_the_nth_answer() -> None:
    counter = iter(range(9))
    then = iter(range(9))
    exchanges = record((get(b"/count"), lambda _: ok(b"%d" % next(then))) for _ in range(3))
    with serving(lambda _: answer(b"%d" % next(counter))) as server:
        sent = send(exchanges, server.port)
    assert [outcome.verdict for outcome in sent.outcomes] == [Verdict.SAME] * 3


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with serving(lambda _: answer(b"", b"Location: http://127.0.0.1:1/", status=b"302 Found")) as server:
        sent = send([call(get(b"/"), ok(b"", (b"Location", b"http://127.0.0.1:1/"), status=302))], server.port)
    assert len(server.got) == 1
    assert found(sent) == [("value", "reason")]


def test_the_servers_wish_to_close_is_obeyed() -> None:
    with serving(lambda _: answer(b"hello", b"Connection: close")) as server:
        sent = send([call(get(b"/%d" % n), ok(b"hello", (b"Connection", b"close"))) for n in range(3)], server.port)
    assert [outcome.verdict for outcome in sent.outcomes] == [Verdict.SAME] * 3


@pytest.mark.parametrize(
    ("part", "request_"),
    [
        pytest.param("target", get(b"/\r\nX-Evil: 1"), id="CRLF in the target"),
        pytest.param("field value", get(b"/", (b"A", b"1\n2")), id="LF in a value"),
        pytest.param("field name", get(b"/", (b"A\0", b"1")), id="NUL in a name"),
        pytest.param("method", get(b"/", method=b"GET\r"), id="CR in the method"),
    ],
)
def test_a_part_that_would_split_the_request_is_refused(part: str, request_: Request) -> None:
    exchange = call(get(b"/"))
    assert exchange.server is not None
    hostile = replace(exchange, server=replace(exchange.server, request=request_))
    with serving(lambda _: answer()) as server:
        sent = send([hostile, call(get(b"/next"))], server.port)
    assert sent.outcomes[0].skipped == f"its {part} holds CR, LF or NUL; it is not sent"
    assert len(server.got) == 1


def test_what_wire_cannot_write_is_skipped_with_its_reason() -> None:
    exchange = call(get(b"/"))
    assert exchange.server is not None
    odd = replace(exchange, server=replace(exchange.server, request=get(b"/a b")))
    with serving(lambda _: answer()) as server:
        sent = send([odd], server.port)
    assert sent.outcomes[0].skipped.startswith("it cannot be sent: ")
    assert server.got == []


def test_a_refused_call_is_skipped() -> None:
    (refused,) = through_gateway(1, get(b"/" + b"x" * 5000), lambda _: ok())
    with serving(lambda _: answer()) as server:
        sent = send([refused], server.port)
    assert sent.outcomes[0].skipped == sides.SERVER.absent
    assert server.got == []


def test_a_call_whose_client_left_is_sent_but_not_judged() -> None:
    left = replace(call(get(b"/")), failure=Failure.CLIENT_GONE, state=State.CANCELLED)
    with serving(lambda _: answer(b"whatever")) as server:
        sent = send([left], server.port)
    assert sent.outcomes[0].skipped == NOT_AWAITED
    assert len(server.got) == 1


def test_an_asynchronous_call_is_sent_once_as_its_delivery() -> None:
    accepted, delivery = through_gateway(1, post(b"/", b"x", (b"X-Fc-Invocation-Type", b"Async")), lambda _: ok())
    with serving(lambda _: answer()) as server:
        sent = send([accepted, delivery], server.port)
    assert [outcome.skipped for outcome in sent.outcomes] == [sides.SERVER.absent, ""]
    assert len(server.got) == 1


@pytest.mark.parametrize(
    ("recorded", "told", "expected"),
    [
        pytest.param(Failure.CLOSED, None, [], id="closed then and now"),
        pytest.param(Failure.CLOSED, answer(), [("transport", "answer")], id="closed then, answers now"),
        pytest.param(Failure.MALFORMED_ANSWER, b"SSH-2.0\r\n\r\n", [], id="no HTTP then and now"),
        pytest.param(Failure.CLOSED, b"SSH-2.0\r\n\r\n", [("transport", "answer")], id="another failure now"),
    ],
)
def test_a_recorded_failure_is_compared_too(
    recorded: Failure, told: bytes | None, expected: list[tuple[str, str]]
) -> None:
    with serving(lambda _: told) as server:
        sent = send([call(post(b"/", b"x"), recorded)], server.port)
    assert found(sent) == expected
    assert sent.stopped == ""


def test_no_answer_in_time_is_missing() -> None:
    with serving(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") as server:
        sent = send([call(get(b"/"))], server.port, Plan(timeout_s=0.2))
    (outcome,) = sent.outcomes
    assert outcome.verdict is Verdict.MISSING
    assert outcome.findings[0].note == "timed-out"


def test_an_answer_that_breaks_off_is_missing_and_the_replay_goes_on() -> None:
    told = iter([None, answer()])
    with serving(lambda _: next(told)) as server:
        sent = send([call(post(b"/", b"x")), call(get(b"/"))], server.port)
    assert [outcome.verdict for outcome in sent.outcomes] == [Verdict.MISSING, Verdict.SAME]
    assert sent.stopped == ""


def test_a_server_that_dies_stops_the_replay() -> None:
    servers: list[RawServer] = []

    def die(request: bytes) -> bytes | None:
        if b" /die " in request:
            servers[0].stop_listening()
            return None
        return answer()

    exchanges = record((get(target), lambda _: ok()) for target in (b"/", b"/die", b"/never"))
    with serving(die) as server:
        servers.append(server)
        sent = send(exchanges, server.port)
    assert [outcome.verdict for outcome in sent.outcomes] == [Verdict.SAME, Verdict.MISSING]
    assert sent.stopped == "the server stopped listening during exchange 2"


def test_nothing_listening_stops_at_once() -> None:
    with serving(lambda _: answer()) as server:
        port = server.port
    sent = send([call(get(b"/"))], port)
    assert (sent.outcomes, sent.stopped) == ((), f"nothing listens at 127.0.0.1:{port}")


def test_each_outcome_is_told_at_once() -> None:
    told: list[int] = []
    exchanges = record((get(b"/"), lambda _: ok()) for _ in range(3))
    with serving(lambda _: answer()) as server:
        target = Target("127.0.0.1", server.port, "")
        asyncio.run(send_async(exchanges, target, NoSecrets(), Plan(), lambda outcome: told.append(outcome.number)))
    assert told == [1, 2, 3]


def test_outcomes_of_a_burst_are_in_the_recordings_order() -> None:
    exchanges = record((get(b"/%d" % n), lambda _: ok()) for n in range(20))
    with serving(lambda _: answer()) as server:
        sent = send(exchanges, server.port, Plan(order=Order(Kind.BURST, 4)))
    assert [outcome.number for outcome in sent.outcomes] == list(range(1, 21))
    assert len(server.got) == 20


def test_a_burst_ends_when_the_server_is_gone() -> None:
    exchanges = record((get(b"/%d" % n), lambda _: ok()) for n in range(20))
    with serving(lambda _: answer()) as server:
        port = server.port
    sent = send(exchanges, port, Plan(order=Order(Kind.BURST, 4)))
    assert (sent.outcomes, sent.stopped) == ((), f"nothing listens at 127.0.0.1:{port}")


def test_as_a_client_the_clients_requests_go_out_and_ids_may_change() -> None:
    exchanges = record([(get(b"/", (b"X-Fc-A", b"1")), lambda _: ok()), (post(b"/", b"x", ASYNC), lambda _: ok())])
    first = exchanges[0].client.response
    assert first is not None
    others = {b"X-Fc-Request-Id", b"Content-Length"}
    lines = [name + b": " + value for name, value in first.headers if name not in others]
    told = iter([answer(b"hello", *lines, b"X-Fc-Request-Id: 1-other"), answer(b"", status=b"500 Oops")])
    with serving(lambda _: next(told)) as server:
        sent = send(exchanges, server.port, Plan(sides.CLIENT))
    assert b"X-Fc-A: 1" in server.got[0]
    assert [outcome.verdict for outcome in sent.outcomes] == [Verdict.SAME, Verdict.DIFFERENT, Verdict.SAME]
    assert sent.outcomes[2].skipped == sides.CLIENT.absent
    assert [finding.kind for finding in sent.outcomes[0].findings] == [FindingKind.VOLATILE, FindingKind.ORDER]
