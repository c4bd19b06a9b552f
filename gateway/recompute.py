"""What today's rules make of a recorded exchange: the same inputs once more, nothing sent.

Inputs are the client's request, the server's response or the failure, the facts and the config; everything else
in the exchange is computed from them. Must not know: where exchanges are kept, how results are compared.
Read next: core.py, differences.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.changes import Accept, Reply
from gateway.core import on_failure, on_interim, on_request, on_response
from gateway.exchange import Exchange, Failure, State, View
from gateway.rules import RULES_VERSION

if TYPE_CHECKING:
    from gateway.changes import Advice, Transform
    from gateway.config import Config
    from gateway.messages import Request

# The gateway gave up before the request's own rules had a say; the recorder may also fail once the server has answered.
_BEFORE_RULES = (Failure.MALFORMED_REQUEST, Failure.STORE, Failure.BUSY)


@dataclass(frozen=True, slots=True)
class _Sent:
    """The request leg, done: what the server was given, why it looks so, and what was kept back before its answer."""

    request: Request
    transforms: tuple[Transform, ...]
    advice: tuple[Advice, ...]


def recompute(exchange: Exchange, config: Config) -> Exchange:
    """The exchange as today's rules would have made it; equal to what was recorded when nothing changed.

    Who records must therefore keep: the transforms of the request leg when the server has a view, then those of its
    1xx heads, then those of the reply when there was one; for the delivery of an asynchronous call those of its
    `Accept`. No rule speaks in a call of the function's own.
    """
    client = exchange.client.request
    today = replace(exchange, rules_version=RULES_VERSION)
    if exchange.is_egress:
        return today
    if client is None or (exchange.failure in _BEFORE_RULES and exchange.server is None):
        return _replied(today, None, _failure(today, config))
    decision = on_request(client, exchange.facts, config)
    if isinstance(decision, Reply):
        return _replied(today, None, decision)
    if isinstance(decision, Accept) and exchange.parent_id is None:
        return _replied(today, None, decision.reply)
    early = [one for each in exchange.interim for one in on_interim(each.head, exchange.facts, config)]
    sent = _Sent(decision.request, (*decision.transforms, *early), decision.advice)
    return _replied(today, sent, _answer(today, client, config))


def _answer(exchange: Exchange, client: Request, config: Config) -> Reply | None:
    """The reply to the server's answer when that was used, else to the failure."""
    answer = exchange.server.response if exchange.server else None
    # A failure with an error code: the server's answer broke off before its head had gone out to the client.
    if answer is None or (exchange.failure and exchange.error_code):
        return _failure(exchange, config)
    return on_response(answer, client, exchange.facts, config)


def _failure(exchange: Exchange, config: Config) -> Reply | None:
    if exchange.failure is None:
        return None
    return on_failure(exchange.failure, exchange.failure_text, exchange.client.request, exchange.facts, config)


def _replied(exchange: Exchange, sent: _Sent | None, reply: Reply | None) -> Exchange:
    """The exchange with this reply; a client that was recorded without one was gone, and stays without."""
    recorded = exchange.client.response
    if recorded is None or reply is None:
        legs: tuple[_Sent | Reply, ...] = ()
        response = None
    else:
        legs = (reply,)
        response = reply.response
        if exchange.state is not State.COMPLETE and not reply.error_code:
            # The client got only a part of a streamed body: how much is a fact of the run, not of the rules.
            response = replace(response, body=recorded.body)
    server = exchange.server
    if sent is None:
        server = None
    elif server is not None:
        server, legs = View(sent.request, server.response), (sent, *legs)
    return replace(
        exchange,
        client=replace(exchange.client, response=response),
        server=server,
        transforms=tuple(one for leg in legs for one in leg.transforms),
        advice=tuple(one for leg in legs for one in leg.advice),
        error_code=reply.error_code if response and reply else "",
    )
