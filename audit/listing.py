"""An exchange as a line of the list, and as the entry that the filter searches.

Must not know: HTML. Read next: templates/assets/filter.js (the filter language), render.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from audit import bodies, jsontext, sentences, text
from audit.overview import Entry, Row
from audit.words import Span
from gateway.messages import get
from gateway.traits import modes, traits
from store.body_slots import readable_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.glance import Glance
    from gateway.exchange import Exchange

_TARGET_BYTES = 200
_LINE_BYTES = 200


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
        modes=modes(exchange),
        flags=traits(exchange),
        time_ms=exchange.timings.done / 1000 if exchange.timings.done >= 0 else -1,
        body=_body(exchange, keeper, body_bytes),
        function=text.clean(exchange.facts.function).lower(),
        state=exchange.state.value,
        headers=tuple(_headers(exchange)),
    )


def _headers(exchange: Exchange) -> Iterator[str]:
    """Each field line that any side sent or got, once, lower case."""
    views = [exchange.client, *([exchange.server] if exchange.server else [])]
    messages = [message for view in views for message in (view.request, view.response) if message is not None]
    for name, value in dict.fromkeys(field for message in messages for field in message.headers):
        yield _known(name, value) if len(name) + len(value) <= _LINE_BYTES else _searched(name, value)


def _searched(name: bytes, value: bytes) -> str:
    return text.flat(b"%b: %b" % (name, value), _LINE_BYTES).lower()


@lru_cache(8192)
def _known(name: bytes, value: bytes) -> str:
    """The same, remembered: most lines of a call stood in an earlier one."""
    return _searched(name, value)


def _body(exchange: Exchange, keeper: bodies.Bodies, limit: int) -> str:
    """The beginnings of the request's and the response's body as one lower-case string, text only."""
    found = []
    for message in (exchange.client.request, exchange.client.response):
        if message is None:
            continue
        copy = readable_body(exchange, message)
        start = bodies.start_of(message.body if copy is None else copy, keeper, limit)
        if start and b"\x00" not in start:
            found.append(jsontext.unescaped(start.decode("utf-8", "ignore")).lower())
    return "\n".join(found)
