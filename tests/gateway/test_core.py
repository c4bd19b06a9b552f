"""What happens to whole calls: the rules that speak, what the client is told, and that nothing changes in silence."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gateway.changes import Accept, Forward, Leg
from gateway.config import Config, Function
from gateway.core import body_limit, on_failure, on_request, on_response
from gateway.differences import unexplained
from gateway.engine import Table
from gateway.errors import COMMON, INITIALIZATION, UNHANDLED
from gateway.exchange import Exchange, Failure
from gateway.messages import Request, Response, get_all
from gateway.messages import get as field
from gateway.recompute import recompute
from gateway.rules import FAILURE_RULES, RULES
from gateway.survey import survey
from tests.gateway.cases import (
    ANSWERS,
    ASYNC,
    AUTH,
    CALLS,
    CASES,
    CORS,
    DEFAULT,
    FAILURES,
    HOST,
    REFUSALS,
    RESULTS,
    TASKS,
    Case,
    answer,
    get,
    invoke,
)
from tests.gateway.walker import ARRIVED_US, OK, SEED, client_response, rule_ids, server_request, walk


def exchange_of(case: Case) -> Exchange:
    return walk(
        case.request,
        case.answer,
        case.config,
        log_tail=case.log_tail,
        credentials=case.credentials,
        found=case.found,
        refusal=case.refusal,
        interim=case.interim,
    )


def rows(cases: tuple[Case, ...], kind: str) -> list[object]:
    return [pytest.param(case, id=f"{kind}-{case.id}") for case in cases]


EVERY = [
    *rows(REFUSALS, "refusal"),
    *rows(AUTH, "auth"),
    *rows(RESULTS, "result"),
    *rows(TASKS, "task"),
    *rows(CORS, "cors"),
    *rows(CALLS, "call"),
    *rows(ANSWERS, "answer"),
    *rows(FAILURES, "failure"),
]


@pytest.mark.parametrize("case", EVERY)
def test_exactly_these_rules_speak_and_the_client_is_told_this(case: Case) -> None:
    exchange = exchange_of(case)
    assert rule_ids(exchange) == list(case.rules)
    assert client_response(exchange).status == case.status
    assert exchange.error_code == case.code


@pytest.mark.parametrize("case", EVERY)
def test_no_change_is_silent(case: Case) -> None:
    assert unexplained(exchange_of(case)) == ()


@pytest.mark.parametrize("case", EVERY)
def test_the_same_inputs_give_the_same_exchange_again(case: Case) -> None:
    exchange = exchange_of(case)
    assert recompute(exchange, case.config) == exchange


def test_every_rule_speaks_in_some_case() -> None:
    exchanges = [exchange_of(case) for case in CASES]
    spoken = {rule for exchange in exchanges for rule in rule_ids(exchange)}
    advised = {one.rule_id for exchange in exchanges for one in exchange.advice if RULES[one.rule_id].advisory}
    assert spoken | advised == set(RULES)
    assert not spoken & advised


@pytest.mark.parametrize("case", [*rows(REFUSALS, "refusal"), *rows(FAILURES, "failure")])
def test_an_error_is_fc_shaped_json(case: Case) -> None:
    response = client_response(exchange_of(case))
    assert field(response.headers, b"content-type") == b"application/json"
    assert field(response.headers, b"x-fc-request-id") == SEED.request_id.encode()
    assert field(response.headers, b"x-fc-error-type") in {COMMON, UNHANDLED, INITIALIZATION}
    assert isinstance(response.body, bytes)
    assert get_all(response.headers, b"content-length") == [b"%d" % len(response.body)]
    members = json.loads(response.body)
    assert members.get("Message") or members.get("errorMessage")


def test_the_server_sees_the_call_of_the_product_page() -> None:
    request = server_request(walk(invoke(body=b"hello world")))
    assert (request.method, request.target, request.body) == (b"POST", b"/invoke", b"hello world")
    assert field(request.headers, b"content-length") == b"11"
    assert field(request.headers, b"content-type") == b"application/octet-stream"
    host = field(request.headers, b"host")
    assert host is not None
    assert host.startswith(b"21.0.")


def test_the_caller_of_the_api_gets_the_body_alone() -> None:
    body = b'{"errorMessage":"exception"}'
    response = client_response(walk(invoke(body=b"{}"), Response(400, b"Bad Request", (), body)))
    assert (response.status, response.reason, response.body) == (200, b"OK", body)


@pytest.mark.parametrize(
    ("request_", "size", "legal"),
    [
        pytest.param(get((b"X", b"a" * 8172)), 8191, True, id="headers-8191"),
        pytest.param(get((b"X", b"a" * 8173)), 8192, True, id="headers-8192"),
        pytest.param(get((b"X", b"a" * 8174)), 8193, False, id="headers-8193"),
        pytest.param(get(target=b"/" + b"a" * 4095), 4096, True, id="path-4096"),
        pytest.param(get(target=b"/" + b"a" * 4096), 4097, False, id="path-4097"),
    ],
)
def test_a_limit_is_legal_itself(request_: Request, size: int, legal: bool) -> None:
    response = client_response(walk(request_))
    assert (response.status == 200) is legal
    assert legal or (isinstance(response.body, bytes) and f"{size} bytes" in response.body.decode())


@pytest.mark.parametrize(
    ("request_", "largest"),
    [
        pytest.param(get(), 33554432, id="sync"),
        pytest.param(get(ASYNC), 131072, id="async"),
        pytest.param(invoke(), 33554432, id="event"),
    ],
)
def test_the_largest_body_is_known_from_the_head(request_: Request, largest: int) -> None:
    config = Config()
    facts = survey(request_, SEED, config)
    assert body_limit(request_, facts, config) == largest
    for size, legal in ((largest, True), (largest + 1, False)):
        decision = on_request(replace(request_, body=b"a" * size), facts, config)
        assert isinstance(decision, Forward | Accept) is legal


def test_response_headers_of_8192_bytes_pass() -> None:
    assert client_response(walk(get(), Response(200, b"", ((b"X", b"a" * 8191),)))).status == 200
    assert client_response(walk(get(), Response(200, b"", ((b"X", b"a" * 8192),)))).status == 502


def test_context_cannot_be_posed_as() -> None:
    request = server_request(walk(get((b"X-FC-Account-ID", b"evil"), (b"x-fc-request-id", b"mine"))))
    assert get_all(request.headers, b"x-fc-account-id") == [b"1234567890123456"]
    assert get_all(request.headers, b"x-fc-request-id") == [SEED.request_id.encode()]


def test_what_no_rule_names_passes_byte_by_byte() -> None:
    sent = (HOST, (b"x_fc_a", b"\xff\x00"), (b"Cookie", b"a=b"), (b"cookie", b"a=b"), (b"X", b""))
    request = server_request(walk(Request(b"DELETE", b"//a/%2e?&=;#x", sent)))
    assert request.headers[: len(sent)] == sent
    assert request.target == b"//a/%2e?&=;#x"
    got = client_response(walk(get(), answer((b"Set-Cookie", b"a"), (b"Set-Cookie", b"b"))))
    assert get_all(got.headers, b"set-cookie") == [b"a", b"b"]


def test_a_custom_domain_keeps_the_disposition_of_the_server_and_the_default_domain_does_not() -> None:
    inline = answer((b"Content-Disposition", b"inline"))
    assert get_all(client_response(walk(get(), inline)).headers, b"content-disposition") == [b"inline"]
    forced = client_response(walk(get(host=DEFAULT), inline))
    assert get_all(forced.headers, b"content-disposition") == [b"attachment"]


@pytest.mark.parametrize("status", [302, 304])
def test_below_the_line_a_rule_only_advises(status: int) -> None:
    exchange = walk(get(host=DEFAULT), answer((b"Location", b"/a"), status=status))
    assert client_response(exchange).status == status
    advised = {one.rule_id: one.text for one in exchange.advice}
    assert advised.get("res.redirect.default-domain") == ("400 ExternalRedirectForbidden" if status == 302 else None)
    assert advised["reply.add.expose-headers"] == "+Access-Control-Expose-Headers: Date,x-fc-request-id"


def test_an_asynchronous_call_is_delivered_with_the_number_of_its_attempt() -> None:
    config = Config()
    for attempt in (0, 2):
        facts = survey(get(ASYNC), replace(SEED, attempt=attempt), config)
        decision = on_request(get(ASYNC), facts, config)
        assert isinstance(decision, Accept)
        assert decision.reply.response.status == 202
        assert field(decision.request.headers, b"x-fc-invocation-type") is None
        assert any(f"x-fc-retry-count: {attempt};" in one.text for one in decision.advice)


def test_a_request_that_is_not_http_still_gets_an_answer() -> None:
    facts = survey(Request(b"", b""), SEED, Config())
    reply = on_failure(Failure.MALFORMED_REQUEST, "the head is larger than 65536 bytes", None, facts, Config())
    assert reply.response.status == 400
    assert isinstance(reply.response.body, bytes)
    assert b"larger than 65536 bytes" in reply.response.body


def test_the_time_limit_of_the_function_is_in_the_sentence() -> None:
    config = Config(functions=(Function(timeout_s=2.5),))
    response = client_response(walk(get(), Failure.TIMED_OUT, config))
    assert isinstance(response.body, bytes)
    assert b"Function timed out after 2.5 seconds" in response.body


def test_the_body_of_an_answer_is_never_read() -> None:
    body = object()
    facts = replace(survey(get(), SEED, Config()), answered_us=ARRIVED_US)
    reply = on_response(replace(OK, body=body), get(), facts, Config())  # type: ignore[arg-type] # opaque on purpose
    assert reply.response.body is body


def test_a_failure_without_a_rule_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAILURE_RULES, Failure.BUSY, Table(Leg.REQUEST))
    with pytest.raises(TypeError, match="no rule answers busy"):
        walk(get(), Failure.BUSY)
