"""An exchange becomes its page: both cards, the path, the sentence, what can be taken away.

Must not know: HTML, files. Read next: cards.py (a leg), listing.py (the same exchange as a row), render.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audit import bodies, cards, catalogue, copies, gauges, interim, path, replays, sentences, talk, tasks, text, texts
from audit.model import ExchangePage, Link, Note
from audit.words import Span
from gateway.changes import Leg
from gateway.config import Config
from gateway.exchange import State
from gateway.facts import Ingress, InvocationType
from gateway.messages import get
from gateway.traits import unclaimed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from audit.model import BodyView, PageMeta, Replay, TalkCard
    from audit.words import Spans, Text
    from gateway.conversation import Message
    from gateway.differences import Difference
    from gateway.exchange import Exchange
    from store.task_lists import TaskRow

_INGRESS = {
    Ingress.HTTP_DEFAULT: texts.HTTP_TRIGGER,
    Ingress.HTTP_CUSTOM: texts.CUSTOM_DOMAIN,
    Ingress.API: texts.INVOKE_API,
    Ingress.EGRESS: texts.EGRESS,
    Ingress.HOOK: texts.HOOK,
}

_TITLE_BYTES = 240


def _default_config(digest: str) -> Config:
    """The contract's own limits, when nobody knows the config that was in force."""
    del digest
    return Config()


def _no_messages(exchange_id: int) -> Iterable[Message]:
    """No conversation."""
    del exchange_id
    return ()


def _no_exchange(exchange_id: int) -> Exchange | None:
    """No others."""
    del exchange_id
    return None


def _no_task(exchange_id: int) -> TaskRow | None:
    """No queue."""
    del exchange_id
    return None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a page gets what an exchange only names: large bodies, configs, and its relatives on the page.

    `config`: the config behind a digest. `children`: accepted call -> its deliveries, both by id. `outgoing`: call ->
    the calls that the function made for it. `replays`: exchange id -> what a replay made of it. `messages`: what was
    said in the conversation that an exchange opened. `tasks`: what has become of an accepted call. `exchanges`: others
    of the recording.
    """

    bodies: bodies.Bodies = field(default_factory=bodies.NoBodies)
    config: Callable[[str], Config] = _default_config
    children: dict[int, tuple[int, ...]] = field(default_factory=dict)
    outgoing: dict[int, tuple[int, ...]] = field(default_factory=dict)
    replays: Mapping[int, Replay] = field(default_factory=dict)
    messages: Callable[[int], Iterable[Message]] = _no_messages
    tasks: Callable[[int], TaskRow | None] = _no_task
    exchanges: Callable[[int], Exchange | None] = _no_exchange


def page(exchange: Exchange, meta: PageMeta, sources: Sources) -> ExchangePage:
    """Everything the right-hand side of the page says about one exchange."""
    config = sources.config(exchange.config_digest)
    measured = gauges.measures(exchange, config.limits)
    request = cards.card(exchange, Leg.REQUEST, gauges.gauges(measured, Leg.REQUEST), sources.bodies)
    response = cards.card(exchange, Leg.RESPONSE, gauges.gauges(measured, Leg.RESPONSE), sources.bodies)
    server_url = _server_url(exchange, config)
    client_status, server_status = sentences.statuses(exchange)
    unexplained = tuple(_part(each) for each in unclaimed(exchange))
    sent = exchange.client.request
    return ExchangePage(
        id=exchange.id,
        time=clock(exchange.facts.seed.arrived_us),
        mode=mode(exchange),
        host=text.show(get(sent.headers, b"host") or b"") if sent else (),
        request_id=text.visible(exchange.facts.seed.request_id),
        method=text.show(sent.method) if sent else (),
        target=_title(exchange.address) if sent else (),
        status=str(client_status or ""),
        server_status=str(server_status) if server_status and server_status != client_status else "",
        level=level(client_status),
        sentence=sentences.sentence(exchange, request.counts, response.counts, measured),
        unexplained=unexplained,
        path=path.picture(exchange, request.counts, response.counts, sentences.verdict(exchange), _address(server_url)),
        request=request,
        response=response,
        copies=copies.copies(exchange, meta.gateway_url, server_url, meta.recording),
        notes=tuple(Note(catalogue.claim(advice.rule_id), text.clean(advice.text)) for advice in exchange.advice),
        links=tuple(_links(exchange, sources)),
        task=tasks.task_of(exchange, sources.tasks),
        result=_result(exchange, sources, config),
        log=bodies.plain_text(texts.LOG, exchange.log) if exchange.log else None,
        replay=replays.card(sources.replays[exchange.id]) if exchange.id in sources.replays else None,
        talk=_talk(exchange, sources),
        raw=bodies.plain_text(texts.RAW, exchange.raw) if exchange.raw else None,
        interim=interim.told(exchange),
    )


def _result(exchange: Exchange, sources: Sources, config: Config) -> BodyView | None:
    event = tasks.event_of(exchange, sources.tasks, sources.exchanges, config)
    return None if event is None else bodies.plain_text(texts.RESULT, event)


def _talk(exchange: Exchange, sources: Sources) -> TalkCard | None:
    """What was said; an exchange that has not ended knows no number of messages yet."""
    if not exchange.messages and exchange.state is not State.OPEN:
        return None
    return talk.card(sources.messages(exchange.id), exchange.messages, sources.bodies)


def _part(each: Difference) -> Text:
    return texts.LEG_PART.format(leg=texts.LEGS[each.leg.value], part=texts.PARTS[each.part.value])


def _title(target: bytes) -> Spans:
    """The target for the heading: whole, or its beginning; the start line below holds all of it."""
    return text.show(target) if len(target) <= _TITLE_BYTES else (*text.show(target[:_TITLE_BYTES]), Span("…"))


def _server_url(exchange: Exchange, config: Config) -> str:
    """Where the program of the called function listens; of a call that it made, where that went."""
    if exchange.is_egress:
        return text.clean(exchange.facts.origin)
    known = {function.name: function.server for function in config.functions}
    return known.get(exchange.facts.function, config.functions[0].server)


def _address(url: str) -> str:
    """Host and port of a server; of one on this machine the port alone."""
    host, colon, port = url.rpartition("/")[2].partition(":")
    return colon + port if host in ("127.0.0.1", "localhost") else host + colon + port


def _links(exchange: Exchange, sources: Sources) -> list[Link]:
    """Deliveries and the call they deliver, outgoing calls and the call behind them; only those on this page."""
    found = [Link(texts.CHILD, child) for child in sources.children.get(exchange.id, ())]
    found += [Link(texts.OUTGOING, call) for call in sources.outgoing.get(exchange.id, ())]
    parent = exchange.parent_id
    if parent is not None and exchange.id in sources.children.get(parent, ()):
        found.append(Link(texts.PARENT, parent))
    if parent is not None and exchange.id in sources.outgoing.get(parent, ()):
        found.append(Link(texts.CAUSE, parent))
    return found


def mode(exchange: Exchange) -> Text:
    """How the call came in, in the words of the product page."""
    facts = exchange.facts
    if exchange.is_delivery:
        return texts.DELIVERY.format(attempt=facts.seed.attempt + 1)
    if facts.invocation_type is InvocationType.ASYNC:
        return texts.ASYNC_API if facts.ingress is Ingress.API else texts.ASYNC
    return _INGRESS[facts.ingress]


def level(status: int) -> str:
    """How a status is coloured: `ok`, `turn` (3xx), `bad`, or "" when there is none."""
    if not status:
        return ""
    return ("ok", "ok", "ok", "turn", "bad")[min(status // 100, 4)] if status < 600 else "bad"


def clock(us: int) -> str:
    """Microseconds since the epoch as a time of day in UTC, to the millisecond."""
    return datetime.fromtimestamp(us / 1_000_000, UTC).strftime("%H:%M:%S.") + f"{us // 1000 % 1000:03d}"


def day(us: int) -> str:
    """Microseconds since the epoch as date and minute in UTC."""
    return datetime.fromtimestamp(us / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M UTC")
