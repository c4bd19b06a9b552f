"""What today's rules make of a recorded exchange: the same inputs once more, nothing sent.

Inputs are the client's request, the server's response or the failure, the facts and the config; everything else
in the exchange is computed from them. Must not know: where exchanges are kept, how results are compared.
Read next: core.py, differences.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.changes import Accept, Reply
from gateway.core import on_failure, on_request, on_response
from gateway.exchange import Exchange, Failure, State, View
from gateway.rules import RULES_VERSION

if TYPE_CHECKING:
    from gateway.changes import Advice, Forward, Transform
    from gateway.config import Config
    from gateway.messages import Request

# The gateway gave up before the request's own rules had a say.
_BEFORE_RULES = (Failure.MALFORMED_REQUEST, Failure.STORE, Failure.BUSY)


@dataclass(frozen=True, slots=True)
class _Sent:
    """The request leg, done: what the server was given, and why it looks so."""

    request: Request
    transforms: tuple[Transform, ...]
    advice: tuple[Advice, ...]


def recompute(exchange: Exchange, config: Config) -> Exchange:
    """The exchange as today's rules would have made it; equal to what was recorded when nothing changed.

    Who records must therefore keep: the transforms of the request leg when the server has a view, then those of
    the reply when there was one; for the delivery of an asynchronous call those of its `Accept`.
    """
    client = exchange.client.request
    today = replace(exchange, rules_version=RULES_VERSION)
    if client is None or exchange.failure in _BEFORE_RULES:
        return _failed(today, None, config) if exchange.failure else today
    decision = on_request(client, exchange.facts, config)
    if isinstance(decision, Reply):
        return _replied(today, None, decision)
    if isinstance(decision, Accept) and exchange.parent_id is None:
        return _replied(today, None, decision.reply)
    return _answered(today, _sent(decision), config)


def _sent(decision: Forward | Accept) -> _Sent:
    return _Sent(decision.request, decision.transforms, decision.advice)


def _answered(exchange: Exchange, sent: _Sent, config: Config) -> Exchange:
    """The response leg: the server's answer if it was used, else the failure, else nothing came back."""
    answer = exchange.server.response if exchange.server else None
    client = exchange.client.request
    if exchange.client.response is None or client is None:
        return _unanswered(exchange, sent)
    if exchange.failure and (answer is None or exchange.error_code):
        return _failed(exchange, sent, config)
    if answer is None:
        return _unanswered(exchange, sent)
    return _replied(exchange, sent, on_response(answer, client, exchange.facts, config))


def _failed(exchange: Exchange, sent: _Sent | None, config: Config) -> Exchange:
    if exchange.failure is None or exchange.client.response is None:
        return exchange
    client = exchange.client.request
    reply = on_failure(exchange.failure, exchange.failure_text, client, exchange.facts, config)
    return _replied(exchange, sent, reply)


def _replied(exchange: Exchange, sent: _Sent | None, reply: Reply) -> Exchange:
    response = reply.response
    recorded = exchange.client.response
    if recorded is not None and exchange.state is not State.COMPLETE and not reply.error_code:
        # The client got only a part of a streamed body: how much of it is a fact of the run, not of the rules.
        response = replace(response, body=recorded.body)
    return replace(
        _with_server(exchange, sent),
        client=replace(exchange.client, response=response),
        transforms=(*_server_transforms(exchange, sent), *reply.transforms),
        advice=(*_server_advice(exchange, sent), *reply.advice),
        error_code=reply.error_code,
    )


def _unanswered(exchange: Exchange, sent: _Sent) -> Exchange:
    return replace(
        _with_server(exchange, sent),
        client=replace(exchange.client, response=None),
        transforms=_server_transforms(exchange, sent),
        advice=_server_advice(exchange, sent),
    )


def _with_server(exchange: Exchange, sent: _Sent | None) -> Exchange:
    if sent is None:
        return replace(exchange, server=None)
    if exchange.server is None:
        return exchange
    return replace(exchange, server=View(sent.request, exchange.server.response))


def _server_transforms(exchange: Exchange, sent: _Sent | None) -> tuple[Transform, ...]:
    return sent.transforms if sent and exchange.server else ()


def _server_advice(exchange: Exchange, sent: _Sent | None) -> tuple[Advice, ...]:
    return sent.advice if sent and exchange.server else ()
