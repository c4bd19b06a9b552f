"""What today's rules make of a recording is what was recorded, or a drift with its rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.changes import Leg, Part, Transform
from gateway.config import Config
from gateway.exchange import Exchange, Failure, State, View
from playback.check import UNFINISHED, check
from playback.findings import Kind
from playback.verdict import Verdict
from tests.playback.recorded import NoSecrets, get, ok, post, through_gateway

if TYPE_CHECKING:
    from gateway.messages import Request

CONFIG = Config()
INVOKE = b"/2023-03-30/functions/web/invocations"
CALLS = [
    pytest.param(get(b"/hello", (b"Connection", b"close"), (b"X-Fc-A", b"1")), ok(), id="plain"),
    pytest.param(get(b"/", (b"X-Fc-Log-Type", b"Tail")), ok(), id="tail"),
    pytest.param(post(INVOKE, b"{}"), ok(b"x", status=404), id="API"),
    pytest.param(post(INVOKE, b"{}", (b"X-Fc-Invocation-Type", b"Async")), ok(), id="API, asynchronous"),
    pytest.param(get(b"/" + b"x" * 5000), ok(), id="refused"),
    pytest.param(get(b"/"), ok(b"", (b"X-Big", b"x" * 9000)), id="answer discarded"),
    pytest.param(get(b"/"), Failure.CLOSED, id="server closed"),
    pytest.param(get(b"/"), Failure.TIMED_OUT, id="timed out"),
    pytest.param(get(b"/", method=b"HEAD"), ok(b""), id="HEAD"),
]


@pytest.mark.parametrize(("request_", "answer"), CALLS)
def test_a_fresh_recording_is_the_same(request_: Request, answer: object) -> None:
    for exchange in through_gateway(1, request_, lambda _: answer):  # type: ignore[arg-type, return-value]
        outcome = check(exchange, CONFIG, NoSecrets())
        assert (outcome.verdict, outcome.findings, outcome.skipped) == (Verdict.SAME, (), "")


@given(
    st.lists(st.tuples(st.sampled_from([b"X-Fc-A", b"Connection", b"A", b"a"]), st.sampled_from([b"", b"1", b"\xff"]))),
    st.sampled_from([b"/", INVOKE, b"//%2f?x", b"/" + b"y" * 4096]),
    st.binary(max_size=9),
)
def test_any_call_is_the_same(fields: list[tuple[bytes, bytes]], target: bytes, body: bytes) -> None:
    for exchange in through_gateway(1, post(target, body, *fields), lambda _: ok(body, *fields)):
        assert check(exchange, CONFIG, NoSecrets()).findings == ()


def plain() -> Exchange:
    (exchange,) = through_gateway(7, get(b"/a?b", (b"X-Fc-A", b"1")), lambda _: ok(b"x", (b"Server", b"s")))
    return exchange


def found(exchange: Exchange) -> list[tuple[str, str, str]]:
    outcome = check(exchange, CONFIG, NoSecrets())
    assert all(finding.kind is Kind.GATEWAY_DRIFT for finding in outcome.findings)
    assert outcome.verdict is (Verdict.DIFFERENT if outcome.findings else Verdict.SAME)
    return [(finding.path, finding.rule, finding.note) for finding in outcome.findings]


def test_an_outcome_names_the_clients_request() -> None:
    outcome = check(plain(), CONFIG, NoSecrets())
    assert (outcome.number, outcome.method, outcome.target) == (7, "GET", "/a?b")


def test_a_rule_that_is_newer_than_the_recording_is_told_apart() -> None:
    """A recording of an older rule set that let `Server` through."""
    exchange = plain()
    response = exchange.client.response
    assert response is not None
    older = replace(
        exchange,
        rules_version="2025.01",
        client=replace(exchange.client, response=replace(response, headers=((b"Server", b"s"), *response.headers))),
        transforms=tuple(one for one in exchange.transforms if one.rule_id != "res.strip.reserved"),
    )
    drift = found(older)
    assert (
        "client.response.headers.server",
        "res.strip.reserved",
        "newer than this recording: res.strip.reserved",
    ) in drift


def test_a_header_that_the_rules_no_longer_add_is_a_drift() -> None:
    exchange = plain()
    assert exchange.server is not None
    assert exchange.server.request is not None
    request = exchange.server.request
    line = (b"x-fc-old", b"1")
    added = replace(
        exchange,
        server=replace(exchange.server, request=replace(request, headers=(*request.headers, line))),
        transforms=(*exchange.transforms, Transform("req.add.old", Leg.REQUEST, Part.HEADERS, (), (line,))),
    )
    paths = [path for path, _, _ in found(added)]
    assert "server.request.headers.x-fc-old" in paths
    assert "transforms" in paths


def test_the_spelling_of_a_name_is_a_drift() -> None:
    exchange = plain()
    response = exchange.client.response
    assert response is not None
    headers = tuple((name.upper(), value) for name, value in response.headers)
    spelled = replace(exchange, client=replace(exchange.client, response=replace(response, headers=headers)))
    assert ("client.response.headers", "", "names in another spelling or order") in found(spelled)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        pytest.param({"error_code": "InvalidArgument"}, "error_code", id="error code"),
        pytest.param({"advice": ()}, "advice", id="advice"),
    ],
)
def test_other_results_are_checked_too(changes: dict[str, object], path: str) -> None:
    assert path in [drift[0] for drift in found(replace(plain(), **changes))]  # type: ignore[arg-type]


def test_start_line_and_body_are_checked() -> None:
    exchange = plain()
    response = exchange.client.response
    assert response is not None
    other = replace(exchange, client=replace(exchange.client, response=replace(response, status=201, body=b"y")))
    paths = [path for path, _, _ in found(other)]
    assert "client.response" in paths
    assert any(path.startswith("client.response.body") for path in paths)


def test_a_view_that_should_not_be_there_is_a_drift() -> None:
    (refused,) = through_gateway(1, get(b"/" + b"x" * 5000), lambda _: ok())
    reached = replace(refused, server=View(get(b"/")))
    assert "server.request" in [path for path, _, _ in found(reached)]


def test_a_change_that_no_rule_claims_is_a_drift() -> None:
    exchange = plain()
    silent = replace(exchange, transforms=exchange.transforms[1:])
    notes = [note for _, _, note in found(silent)]
    assert "no rule claims this change between the two views" in notes


def test_an_exchange_that_had_not_ended_is_skipped() -> None:
    outcome = check(replace(plain(), state=State.OPEN), CONFIG, NoSecrets())
    assert (outcome.skipped, outcome.findings) == (UNFINISHED, ())
