"""Callers are checked call by call, also when the rules have been asked about the same head before."""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import formatdate

import pytest

from addons.draft import Draft
from addons.guard import Guard, guard_of
from gateway.auth.check import Credentials, Denial
from gateway.auth.fc_signature import signature
from gateway.config import Config, Function, Jwt, Trigger
from gateway.config_plain import from_plain, to_plain
from gateway.differences import unexplained
from gateway.exchange import State
from gateway.facts import Seed
from gateway.messages import Request
from gateway.plan import Plans
from gateway.recompute import recompute
from tests.addons.bench import bench, get, run
from tests.addons.test_tokens import key_set, public
from tests.addons.test_tokens import token as signed_token

SECRETS = Credentials({"LTAItestid": "testsecret0001"}, tokens=("a-token-of-many-letters",))
TIMES = 4
"""Often enough that a plan has worked everything out, and tells it from memory."""


def guarded(kind: str) -> Config:
    return Config(functions=(Function(triggers=(Trigger(auth_type=kind),)),))


def signed(secret: bytes = b"testsecret0001") -> tuple[str, str]:
    date = formatdate(time.time(), usegmt=True)
    value = signature(secret, f"GET\n\n\n{date}\n/\n".encode()).decode()
    return f"Date: {date}", f"Authorization: FC LTAItestid:{value}"


@pytest.mark.parametrize(
    ("kind", "fields", "status", "refusal"),
    [
        pytest.param("function", signed(), b"200", "", id="signed"),
        pytest.param("function", signed(b"other"), b"403", Denial.BAD_SIGNATURE, id="forged"),
        pytest.param("function", (), b"400", Denial.NO_DATE, id="nothing"),
        pytest.param("bearer", ("Authorization: Bearer a-token-of-many-letters",), b"200", "", id="token"),
        pytest.param("bearer", ("Authorization: Bearer other",), b"403", Denial.BAD_TOKEN, id="other-token"),
        pytest.param("anonymous", ("Authorization: Bearer other",), b"200", "", id="anonymous"),
    ],
)
def test_each_call_is_checked_and_a_replay_needs_no_secret(
    kind: str, fields: tuple[str, ...], status: bytes, refusal: str
) -> None:
    async def test() -> None:
        async with bench(config=guarded(kind), credentials=SECRETS) as desk:
            for _ in range(TIMES):
                answer = await desk.talk(get("/", *fields))
                exchange = await desk.ended.get()
                assert answer.split(b" ")[1] == status
                assert exchange.facts.refusal == refusal
                assert (exchange.state is State.REFUSED) == bool(refusal)
                assert unexplained(exchange) == ()
                assert recompute(exchange, desk.desk.config) == exchange
            assert len(desk.received) == (0 if refusal else TIMES)

    run(test())


def test_the_string_to_sign_is_in_the_log_of_a_refused_call_and_not_in_its_answer() -> None:
    async def test() -> None:
        async with bench(config=guarded("function"), credentials=SECRETS) as desk:
            answer = await desk.talk(get("/", *signed(b"other")))
            exchange = await desk.ended.get()
        assert b"string to sign" in exchange.log
        assert b"\nGET\n\n\n" in exchange.log
        assert b"string to sign" not in answer
        assert b"testsecret0001" not in exchange.log

    run(test())


def test_an_event_is_checked_before_its_body_is_looked_at() -> None:
    async def test() -> None:
        event = b"POST /2023-03-30/functions/web/invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
        async with bench(credentials=SECRETS) as desk:
            answer = await desk.talk(event.replace(b"Host: a", b"Host: a\r\nConnection: close"))
            assert b'"ErrorCode":"MissingRequiredHeader"' in answer
            assert desk.received == []

    run(test())


def test_a_plan_that_knows_a_head_does_not_know_its_callers() -> None:
    """The same bytes, first in time and then 15 minutes and a second later."""
    config = guarded("function")
    guard, plans = Guard(config, SECRETS), Plans(config)
    now_us = time.time_ns() // 1000
    fields = tuple(tuple(part.encode() for part in line.split(": ", 1)) for line in signed())
    head = Request(b"GET", b"/", fields)  # type: ignore[arg-type] # two parts each, split above
    for late_s, refusal in ((0, ""), (0, ""), (0, ""), (901, Denial.SKEWED), (0, "")):
        seed = Seed("1-x", now_us + late_s * 1_000_000)
        plan = plans.of(head, seed)
        draft = Draft(replace(plan.facts(seed), answered_us=1), 0, head, plan)
        guard.judge(head, draft)
        assert draft.facts.refusal == refusal
        reply = None if plan.passes(draft.facts) else plan.on_request_head(draft.facts)
        assert (reply.error_code if reply else "") == ("AccessDenied" if refusal else "")


def fields_of(token: str) -> tuple[str, ...]:
    return (f"Authorization: Bearer {token}",) if token else ()


@pytest.mark.parametrize(
    ("target", "token", "status", "refusal", "log"),
    [
        pytest.param("/", signed_token("HS256"), b"200", "", b"", id="right"),
        pytest.param("/", "", b"403", Denial.NO_JWT, b"", id="none"),
        pytest.param("/", signed_token("HS256", exp=5), b"403", Denial.BAD_JWT, b"it expired", id="expired"),
        pytest.param("/", signed_token("RS256"), b"403", Denial.BAD_JWT, b"fc-replay: the token: ", id="other-key"),
        pytest.param("/open/a", "", b"200", "", b"", id="white-list"),
    ],
)
def test_a_token_is_checked_by_the_key_set_and_the_recording_keeps_no_key(
    target: str, token: str, status: bytes, refusal: str, log: bytes
) -> None:
    keys = Jwt(keys=key_set(public("HS256")), white_list=("/open/*",))
    config = Config(functions=(Function(triggers=(Trigger(auth_type="jwt", jwt=keys),)),))

    async def test() -> None:
        async with bench(config=config) as desk:
            for _ in range(TIMES):
                answer = await desk.talk(get(target, *fields_of(token)))
                exchange = await desk.ended.get()
                assert answer.split(b" ")[1] == status
                assert (exchange.facts.refusal, log in exchange.log) == (refusal, True)
                assert bool(exchange.log) == bool(log)
                assert "req.auth.unchecked" not in {advice.rule_id for advice in exchange.advice}
                assert recompute(exchange, from_plain(to_plain(config))) == exchange

    run(test())


def test_a_token_in_a_form_is_not_looked_for() -> None:
    keys = Jwt(keys=key_set(public("HS256")), token_lookup="form:token")
    config = Config(functions=(Function(triggers=(Trigger(auth_type="jwt", jwt=keys),)),))

    async def test() -> None:
        async with bench(config=config) as desk:
            assert b" 200 " in await desk.talk(get())
            exchange = await desk.ended.get()
            assert "req.auth.unchecked" in {advice.rule_id for advice in exchange.advice}

    run(test())


def test_without_credentials_nobody_stands_at_the_door() -> None:
    assert guard_of(Config(), Credentials()) is None
    assert guard_of(Config(), SECRETS) is not None
    assert guard_of(guarded("jwt"), Credentials()) is None
