"""An exchange as a line of the list, and as the entry that the filter searches.

Must not know: HTML. Read next: templates/assets/filter.js (the filter language), render.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit import bodies, jsontext, sentences, text
from audit.overview import Entry, Row
from audit.sentences import Outcome
from audit.words import Span
from gateway.exchange import State
from gateway.facts import Ingress, InvocationType
from gateway.messages import get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.glance import Glance
    from gateway.exchange import Exchange

_TARGET_BYTES = 200
_MODES = {
    Ingress.HTTP_DEFAULT: ("http", "default"),
    Ingress.HTTP_CUSTOM: ("http", "domain"),
    Ingress.API: ("api",),
    Ingress.EGRESS: ("egress",),
}
_FAILED = frozenset({State.SERVER_FAILED, State.TIMED_OUT, State.CANCELLED, State.INTERRUPTED})
_PASSED = frozenset({Outcome.UNTOUCHED, Outcome.CHANGED, Outcome.CONVERTED, Outcome.CONVERTED_STATUS})
_STOPPED = frozenset({Outcome.REFUSED, Outcome.MALFORMED_REQUEST, Outcome.STORE, Outcome.BUSY, Outcome.DISCARDED})


def row(seen: Glance) -> Row:
    """The line of an exchange in the list."""
    return Row(
        id=seen.id,
        method=seen.method,
        target=seen.target or (Span("—"),),
        status=seen.status,
        server_status=seen.server_status,
        level=seen.level,
        mode=seen.mode,
        stopped=seen.stopped,
        counts=seen.counts,
        duration=text.duration(seen.done_us) if seen.done_us >= 0 else "",
    )


def entry(exchange: Exchange, seen: Glance, keeper: bodies.Bodies, body_bytes: int) -> Entry:
    """What the filter knows of an exchange. `body_bytes`: how much of each body `body:` can search."""
    sent = exchange.client.request
    client, server = sentences.statuses(exchange)
    method = text.flat(sent.method, 40) if sent else ""
    target = text.flat(exchange.address, _TARGET_BYTES * 4) if sent else ""
    rules = dict.fromkeys(text.clean(change.rule_id) for change in exchange.transforms)
    rules |= dict.fromkeys(text.clean(advice.rule_id) for advice in exchange.advice)
    words = (
        f"#{exchange.id}",
        method,
        target,
        str(client or ""),
        seen.server_status,
        text.flat(get(sent.headers, b"host") or b"", 200) if sent else "",
        text.clean(exchange.error_code),
        exchange.failure.value if exchange.failure else "",
        text.clean(exchange.facts.function),
        text.clean(exchange.facts.seed.request_id),
    )
    return Entry(
        id=exchange.id,
        search=" ".join(word for word in words if word).lower(),
        status=client,
        server=server,
        method=method.lower(),
        path=target.lower(),
        rules=tuple(rules),
        modes=tuple(_modes(exchange)),
        flags=tuple(_flags(exchange, seen)),
        time_ms=exchange.timings.done / 1000 if exchange.timings.done >= 0 else -1,
        body=_body(exchange, keeper, body_bytes),
        function=text.clean(exchange.facts.function).lower(),
        state=exchange.state.value,
    )


def _modes(exchange: Exchange) -> Iterator[str]:
    """The words that `mode:` understands."""
    yield from _MODES[exchange.facts.ingress]
    if exchange.facts.invocation_type is InvocationType.ASYNC or exchange.is_delivery:
        yield "async"
    else:
        yield "sync"


def _flags(exchange: Exchange, seen: Glance) -> Iterator[str]:
    """The words that `is:` understands."""
    if sentences.outcome(exchange) in _PASSED:
        yield "passed"
    if seen.counts.total:
        yield "changed"
    if seen.counts.unexplained or seen.unexplained:
        yield "unexplained"
    if seen.server_status:
        yield "differs"
    if exchange.state is State.REFUSED or sentences.outcome(exchange) in _STOPPED:
        yield "rejected"
    if exchange.state in _FAILED or (exchange.failure and exchange.state is not State.REFUSED):
        yield "failed"
    if exchange.advice:
        yield "advised"
    if exchange.is_delivery:
        yield "delivery"


def _body(exchange: Exchange, keeper: bodies.Bodies, limit: int) -> str:
    """The beginnings of the request's and the response's body as one lower-case string, text only."""
    found = []
    for message in (exchange.client.request, exchange.client.response):
        start = bodies.start_of(message.body, keeper, limit) if message else b""
        if start and b"\x00" not in start:
            found.append(jsontext.unescaped(start.decode("utf-8", "ignore")).lower())
    return "\n".join(found)
