"""Takes a call through the core as a shell does, and keeps what a shell keeps. Used by several tests."""

from __future__ import annotations

from dataclasses import replace

from gateway.auth.check import Credentials, authenticate
from gateway.changes import Accept, Reply
from gateway.config import Config
from gateway.config_plain import digest
from gateway.core import on_failure, on_interim, on_request, on_request_head, on_response
from gateway.exchange import Exchange, Failure, Interim, State, View
from gateway.facts import Facts, Seed
from gateway.messages import Request, Response
from gateway.rules import RULES_VERSION
from gateway.survey import survey

ARRIVED_US = 1_738_907_445_000_000
NOT_AWAKE = (Failure.FILE_MISSING, Failure.EXITED_AT_START, Failure.NOT_STARTED, Failure.INITIALIZER)
BEFORE_THE_SERVER = (Failure.MALFORMED_REQUEST, Failure.BUSY, Failure.STORE, *NOT_AWAKE)
SEED = Seed("1-67a59f35-150c1267-f381ba1c085c", ARRIVED_US)
OK = Response(200, b"OK", ((b"Content-Length", b"2"),), b"hi")


def walk(
    request: Request,
    answer: Response | Failure = OK,
    config: Config | None = None,
    *,
    seed: Seed = SEED,
    log_tail: bytes | None = None,
    credentials: Credentials | None = None,
    found: bytes | None = None,
    refusal: str = "",
    interim: tuple[Interim, ...] = (),
) -> Exchange:
    """The finished exchange of one call; `answer` is what came back from the server."""
    config = config or Config()
    facts = replace(survey(request, seed, config), answered_us=ARRIVED_US + 1000, log_tail=log_tail)
    facts = authenticate(request, facts, config, credentials) if credentials else facts
    facts = replace(facts, found=found, refusal=refusal or facts.refusal)
    refused = on_request_head(replace(request, body=b"", trailers=()), facts, config)
    decision = on_request(request, facts, config)
    if refused is not None:
        assert decision == refused, "a head that is refused stays refused"
    if isinstance(decision, Reply):
        return ended(request, facts, decision, State.REFUSED, config)
    if isinstance(decision, Accept):
        return ended(request, facts, decision.reply, State.COMPLETE, config)
    if isinstance(answer, Failure) and answer in BEFORE_THE_SERVER:
        reply = on_failure(answer, "why", request, facts, config)
        exchange = ended(request, facts, reply, State.REFUSED, config)
        return replace(exchange, failure=answer, failure_text="why")
    if isinstance(answer, Failure):
        reply, state, response = on_failure(answer, "why", request, facts, config), State.SERVER_FAILED, None
    else:
        reply, state, response = on_response(answer, request, facts, config), State.COMPLETE, answer
    early = [one for each in interim for one in on_interim(each.head, facts, config)]
    return replace(
        ended(request, facts, reply, state, config),
        server=View(decision.request, response),
        transforms=(*decision.transforms, *early, *reply.transforms),
        advice=(*decision.advice, *reply.advice),
        failure=answer if isinstance(answer, Failure) else None,
        failure_text="why" if isinstance(answer, Failure) else "",
        interim=interim,
    )


def ended(request: Request | None, facts: Facts, reply: Reply, state: State, config: Config) -> Exchange:
    """An exchange in which the client got this reply and the server got nothing."""
    return Exchange(
        id=1,
        facts=facts,
        client=View(request, reply.response),
        transforms=reply.transforms,
        advice=reply.advice,
        state=state,
        error_code=reply.error_code,
        config_digest=digest(config),
        rules_version=RULES_VERSION,
    )


def rule_ids(exchange: Exchange) -> list[str]:
    """Which rules changed something, in the order of their work."""
    return list(dict.fromkeys(one.rule_id for one in exchange.transforms))


def client_response(exchange: Exchange) -> Response:
    """What the client got."""
    assert exchange.client.response is not None
    return exchange.client.response


def server_request(exchange: Exchange) -> Request:
    """What the server got."""
    assert exchange.server is not None
    assert exchange.server.request is not None
    return exchange.server.request
