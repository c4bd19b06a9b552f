"""Plays a case in the core alone: rules without sockets, for what no client and no server can bring about.

An unknown access key, an initializer that fails, a recording that cannot be written: the gateway's answer is a pure
function of what happened, so that saying what happened is enough. Read next: ../gateway/walker.py, delta.py.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from gateway.auth.check import Credentials
from gateway.config import Config, Evidence
from gateway.config_load import load
from gateway.config_plain import from_plain, to_plain
from gateway.differences import unexplained
from gateway.exchange import Failure
from gateway.messages import Request
from gateway.recompute import recompute
from tests.conformance.delta import body_deltas, client_deltas, header_deltas
from tests.conformance.script import behaviour_of, raw, request_of
from tests.conformance.shells import Played
from tests.gateway.walker import client_response, walk
from tests.live.messages import read_response

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.messages import Response
    from tests.conformance.cases import Case, Saw, Serve


def play_and_judge(case: Case) -> None:
    """The case's call through the core: the client's view, the server's, which rules spoke, no silent change."""
    config = config_of(case)
    wire = request_of(case.ask)
    request = Request(raw(case.ask.method), wire.target, wire.headers, wire.content, raw(case.ask.version))
    answer, credentials = answer_of(case.serve[0], request.method), credentials_of(case)
    exchange = walk(request, answer, config, credentials=credentials, refusal=case.ask.refusal)
    told = client_response(exchange)
    assert isinstance(told.body, bytes)
    played = Played(wire, told.status, told.headers, body=told.body, exact=True)
    assert list(client_deltas(played, replace(case.got, closes=False))) == []
    judge_server_view(exchange, case.saw)
    judge_rules(exchange, case)
    assert unexplained(exchange) == ()
    assert recompute(exchange, from_plain(to_plain(config))) == exchange


def config_of(case: Case) -> Config:
    """The case's config and the one option that the core knows."""
    config = load(case.config or {})
    assert isinstance(config, Config), config
    evidence = (case.options or {}).get("fc_evidence")
    return replace(config, evidence=Evidence(evidence)) if evidence else config


def credentials_of(case: Case) -> Credentials | None:
    """What callers are checked by, when they are."""
    given = case.ask.credentials
    if given is None:
        return None
    return Credentials(given.get("keys", {}), given.get("users", {}), tuple(given.get("tokens", ())))


def answer_of(serve: Serve, method: bytes) -> Response | Failure:
    """What came back from the server."""
    if serve.failure:
        return Failure(serve.failure)
    (sent,) = behaviour_of(serve).sends
    assert isinstance(sent, bytes)
    message = read_response(BytesIO(sent), method)
    assert message is not None
    return message.as_response()


def judge_server_view(exchange: Exchange, saw: Saw) -> None:
    """What the server got, when it got anything."""
    request = exchange.server.request if exchange.server else None
    assert (request is not None) == bool(saw.calls)
    if request is None:
        return
    assert isinstance(request.body, bytes)
    assert saw.method in {"", request.method.decode()}
    assert saw.target in {"", request.target.decode("latin-1")}
    assert list(header_deltas(request.headers, saw.lines, saw.has, saw.lacks)) == []
    assert list(body_deltas(request.body, saw.body, saw.body_size)) == []


def judge_rules(exchange: Exchange, case: Case) -> None:
    """The rules that acted, and those that only advised."""
    assert {one.rule_id for one in exchange.transforms} >= set(case.kept.rules)
    assert {one.rule_id for one in exchange.advice} >= set(case.kept.advice)
    assert (exchange.failure or "") == case.kept.failure
