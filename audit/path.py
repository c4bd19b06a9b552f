"""The way of a call as a picture: who got what, where it stopped, and how long each stretch took.

Must not know: HTML. Read next: gateway/exchange.py (`Timings`), templates/parts/path.html.j2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit import text, texts
from audit.model import PathPicture, Phase
from audit.words import Sign, Span
from gateway.exchange import State
from gateway.facts import InvocationType
from gateway.messages import body_size

if TYPE_CHECKING:
    from audit.words import Counts, Spans, Text
    from gateway.exchange import Exchange, Timings
    from gateway.messages import Request, Response

_LABEL_BYTES = 120
_INWARD = (texts.CLIENT, texts.GATEWAY, texts.SERVER)
_OUTWARD = (texts.FUNCTION, texts.EGRESS_PORT, texts.CALLED)


def picture(exchange: Exchange, request: Counts, response: Counts, verdict: str, address: str) -> PathPicture:
    """The path of one exchange. `verdict`: what the gateway answered itself, "" when the server's answer went on."""
    server = exchange.server
    return PathPicture(
        ends=_OUTWARD if exchange.is_egress else _INWARD,
        silence=texts.FUNCTION_GOT_NOTHING if exchange.is_egress else texts.NOTHING_SENT_BACK,
        ask=_request_label(exchange.client.request),
        forward=_request_label(server.request) if server else (),
        answer=_response_label(server.response) if server else (),
        reply=_response_label(exchange.client.response),
        request_counts=request,
        response_counts=response,
        verdict=verdict,
        sign=Sign.LATER if is_accepted(exchange) else Sign.STOPPED,
        reached=server is not None,
        missing=_missing(exchange),
        address=address,
        phases=_phases_of(exchange),
        total=text.duration(exchange.timings.done) if exchange.timings.done >= 0 else "",
    )


def _missing(exchange: Exchange) -> Text:
    """Why the right-hand leg is empty, or half empty."""
    if exchange.server is not None:
        return texts.NO_ANSWER
    if exchange.state is State.OPEN:
        return texts.NOT_YET
    return not_reached(exchange)


def not_reached(exchange: Exchange) -> Text:
    """What stands in the place of a server that was not called."""
    if exchange.is_egress:
        return texts.NEVER_CONNECTED
    return texts.DELIVERED_LATER if is_accepted(exchange) else texts.NEVER_REACHED


def is_accepted(exchange: Exchange) -> bool:
    """The gateway took the call for later: 202 and no server (contract ASYNC-1)."""
    response = exchange.client.response
    accepted = response is not None and response.status == 202 and not exchange.error_code
    return accepted and exchange.server is None and exchange.facts.invocation_type is InvocationType.ASYNC


def _request_label(request: Request | None) -> Spans:
    """`GET /path` without its query, short."""
    if request is None:
        return ()
    path = request.target.split(b"?", 1)[0][:_LABEL_BYTES]
    return (*text.show(request.method), Span(" "), *text.show(path))


def _response_label(response: Response | None) -> Spans:
    """`200 · 187 B`."""
    if response is None:
        return ()
    return (Span(f"{response.status} · {text.size(body_size(response.body))}"),)


def _phases_of(exchange: Exchange) -> tuple[Phase, ...]:
    """As `phases`; what a call of the function's own waited for is not your server."""
    found = phases(exchange.timings)
    if not exchange.is_egress:
        return found
    return tuple(replace(phase, label=texts.CALLED) if phase.key == "server" else phase for phase in found)


def phases(timings: Timings) -> tuple[Phase, ...]:
    """The stretches between the marks that were reached; a mark earlier than its forerunner counts as its equal."""
    last = texts.PHASE_SEND if timings.server_head >= 0 else texts.PHASE_WAIT
    marks = (
        ("receive", texts.PHASE_RECEIVE, timings.request_end),
        ("check", texts.PHASE_CHECK, timings.asleep if timings.asleep >= 0 else timings.server_sent),
        ("start", texts.PHASE_START, timings.awake),
        ("check", texts.PHASE_CHECK, timings.server_sent),
        ("server", texts.PHASE_SERVER, timings.server_head),
        ("stream", texts.PHASE_STREAM, timings.server_end),
        ("send", last if timings.server_sent >= 0 else texts.PHASE_ANSWER, timings.done),
    )
    total = max(mark for _, _, mark in marks)
    found: list[Phase] = []
    past = 0
    for key, label, mark in marks:
        if mark < past or total <= 0:
            continue
        if mark > past:
            found.append(_phase(key, label, past, mark, total))
        past = mark
    return tuple(found)


def _phase(key: str, label: Text, start: int, end: int, total: int) -> Phase:
    left = start * 1000 // total
    return Phase(key, label, text.duration(end - start), left, max(2, end * 1000 // total - left), end - start)
