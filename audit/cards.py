"""One leg as a card: start line, untouched lines, differences in groups with their rules, and the body.

Must not know: HTML. Read next: headers.py (alignment), explain.py (claims), detail.py (both cards together).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from audit import bodies, explain, headers, interim, path, text, texts
from audit.catalogue import UNEXPLAINED
from audit.headers import Pair
from audit.model import BodyCard, Card
from audit.words import Counts, Group, Line, Sign
from gateway.changes import Leg, Part
from gateway.messages import Request, body_size
from store.body_slots import readable_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.model import BodySide
    from audit.words import Claim, Gauge, Text
    from gateway.changes import Transform
    from gateway.exchange import Exchange
    from gateway.messages import Headers, Response

    type Message = Request | Response
    type Look = Callable[[str, Text | None, Message], BodySide]
    type Change = tuple[Pair, Sign, tuple[Claim, ...]]

_TITLES = {
    Leg.REQUEST: (texts.REQUEST, texts.CLIENT_SENT, texts.SERVER_RECEIVED),
    Leg.RESPONSE: (texts.RESPONSE, texts.CLIENT_RECEIVED, texts.SERVER_RETURNED),
}
_OUTWARD_TITLES = {
    Leg.REQUEST: (texts.REQUEST, texts.FUNCTION_SENT, texts.OTHER_RECEIVED),
    Leg.RESPONSE: (texts.RESPONSE, texts.FUNCTION_RECEIVED, texts.OTHER_RETURNED),
}
_START_PARTS = {
    Leg.REQUEST: (Part.METHOD, Part.TARGET, Part.VERSION),
    Leg.RESPONSE: (Part.STATUS, Part.VERSION),
}

_LONG_GROUP = 8
_LONG_VALUE = 160


def card(exchange: Exchange, leg: Leg, gauges: tuple[Gauge, ...], keeper: bodies.Bodies) -> Card:
    """The request or the response of an exchange, ready to be drawn."""
    client, server = _messages(exchange, leg)
    transforms = explain.on_leg(exchange.transforms, leg)
    answered = explain.answering(exchange.transforms) if leg is Leg.RESPONSE else ()
    key = f"e{exchange.id}-{'q' if leg is Leg.REQUEST else 's'}"
    changes = interim.changes(exchange, leg, transforms) + _changes(client, server, leg, transforms, answered)
    start = _start(client, server, leg, transforms, answered)
    title, client_title, server_title = (_OUTWARD_TITLES if exchange.is_egress else _TITLES)[leg]
    void_client, void_server = _voids(exchange, leg)
    lone = client is None or server is None
    pieces = exchange.pieces if leg is Leg.RESPONSE else ()

    def look(name: str, label: Text | None, message: Message) -> BodySide:
        return bodies.side(name, label, message, keeper, pieces, copy=readable_body(exchange, message))

    lines = Numbered(key)
    return Card(
        key=key,
        title=title,
        client_title=client_title,
        server_title=server_title,
        counts=Counts() if lone else count(start, changes),
        gauges=gauges,
        start=start,
        same=untouched(changes, lines),
        groups=tuple(_groups(changes, leg, lines)),
        stops=explain.claims(explain.answering(exchange.transforms)) if void_server and leg is Leg.REQUEST else (),
        stop_sign=Sign.LATER if path.is_accepted(exchange) else Sign.STOPPED,
        void_client=void_client,
        void_server=void_server,
        order_only=bool(client and server and headers.reordered(client.headers, server.headers)),
        body=_body(key, client, server, (transforms, answered), look),
    )


def counts(exchange: Exchange, leg: Leg) -> Counts:
    """How much changed on a leg, without drawing it; a message that only one side saw counts nothing."""
    client, server = _messages(exchange, leg)
    if client is None or server is None:
        return Counts()
    transforms = explain.on_leg(exchange.transforms, leg)
    answered = explain.answering(exchange.transforms) if leg is Leg.RESPONSE else ()
    changes = _changes(client, server, leg, transforms, answered)
    return count(
        _start(client, server, leg, transforms, answered), interim.changes(exchange, leg, transforms) + changes
    )


def _messages(exchange: Exchange, leg: Leg) -> tuple[Message | None, Message | None]:
    client, server = exchange.client, exchange.server
    if leg is Leg.REQUEST:
        return client.request, server.request if server else None
    return client.response, server.response if server else None


def _voids(exchange: Exchange, leg: Leg) -> tuple[Text | None, Text | None]:
    """Why the client's or the server's column is empty."""
    client, server = _messages(exchange, leg)
    if leg is Leg.REQUEST:
        return (None if client else texts.NO_CLIENT_REQUEST), (None if server else path.not_reached(exchange))
    if exchange.is_egress:
        lost = None if client else texts.FUNCTION_GOT_NOTHING
        return lost, None if server else lost or texts.NO_ANSWER
    mute = texts.SERVER_DID_NOT_ANSWER if exchange.server else texts.MADE_BY_GATEWAY
    return (None if client else texts.NOTHING_SENT_BACK), (None if server else mute)


class Numbered:
    """Gives each line its anchor: `e12-q-3` is the third line of the request of exchange 12."""

    def __init__(self, key: str) -> None:
        self._key, self._next = key, 0

    def line(self, name: bytes, value: bytes, other: bytes | None = None) -> Line:
        """A field line; with `other`, what differs from it is marked."""
        self._next += 1
        return line(name, value, f"{self._key}-{self._next}", other)


def line(name: bytes, value: bytes, anchor: str = "", other: bytes | None = None) -> Line:
    """A field line, or with an empty name a start line; a long value is folded."""
    if other is None and len(value) <= _LONG_VALUE * 2:
        return Line(text.show(name) if name else (), text.show(value), anchor)
    shown = text.show(value) if other is None else text.marked(value, other)
    head, rest = text.split(shown, _LONG_VALUE) if len(value) > _LONG_VALUE * 2 else ((), ())
    label = texts.LONG_VALUE.format(size=f"{len(value):,}") if rest else None
    return Line(text.show(name) if name else (), shown, anchor, head, rest, label)


def _changes(
    client: Message | None,
    server: Message | None,
    leg: Leg,
    transforms: tuple[Transform, ...],
    answered: tuple[str, ...],
) -> list[Change]:
    """Every header and trailer line with its sign and claims; a message that nobody got has none to lose."""
    if leg is Leg.REQUEST and (client is None or server is None):
        lone = client or server
        return [(Pair(line, line), Sign.SAME, ()) for line in (lone.headers if lone else ())]
    before, after = (client, server) if leg is Leg.REQUEST else (server, client)
    if after is None:
        return [(Pair(line, line), Sign.SAME, ()) for line in (before.headers if before else ())]
    found = list(_explained(before.headers if before else (), after.headers, transforms, Part.HEADERS, answered))
    found += _explained(before.trailers if before else (), after.trailers, transforms, Part.TRAILERS, answered)
    return found


def _explained(
    before: Headers, after: Headers, transforms: tuple[Transform, ...], part: Part, answered: tuple[str, ...]
) -> Iterator[Change]:
    if not (before or after):
        return
    ledger = explain.Ledger(transforms, part, answered)
    for pair in headers.align(before, after):
        yield (pair, Sign.SAME, ()) if pair.same else (pair, sign(pair), ledger.claims(pair))


def sign(pair: Pair) -> Sign:
    """What happened to a line on its way."""
    if pair.same:
        return Sign.SAME
    if pair.before is None:
        return Sign.ADDED
    return Sign.REMOVED if pair.after is None else Sign.CHANGED


def untouched(changes: list[Change], lines: Numbered) -> tuple[tuple[Line, Line], ...]:
    """The lines that arrived as they left, as pairs; the left one has the anchor."""
    found = []
    for pair, sign, _ in changes:
        if sign is Sign.SAME and pair.before is not None:
            found.append((lines.line(*pair.before), line(*pair.before)))
    return tuple(found)


def _groups(changes: list[Change], leg: Leg, lines: Numbered) -> Iterator[Group]:
    """Neighbours with the same sign and the same rules share one explanation; a changed line stands alone."""
    moved = [change for change in changes if change[1] is not Sign.SAME]
    for (sign, claims, _), members in groupby(moved, key=lambda c: (c[1], c[2], id(c) if c[1] is Sign.CHANGED else 0)):
        befores, afters = [], []
        for pair, _, _ in members:
            was, now = pair.before, pair.after
            if was is not None:
                befores.append(lines.line(*was, other=now[1] if now else None))
            if now is not None:
                afters.append(lines.line(*now, other=was[1] if was else None))
        client, server = (befores, afters) if leg is Leg.REQUEST else (afters, befores)
        yield _folded(Group(sign, tuple(client), tuple(server), claims))


def _folded(group: Group) -> Group:
    """A long group with its empty lines folded: FC adds some thirty context fields, most of them empty."""
    lines = group.client or group.server
    quiet = tuple(line for line in lines if not any(span.text for span in line.value))
    if group.sign is Sign.CHANGED or len(lines) <= _LONG_GROUP or not quiet:
        return group
    loud = tuple(line for line in lines if any(span.text for span in line.value))
    return replace(group, quiet=quiet, quiet_label=texts.EMPTY_HEADERS.format(count=len(quiet)), loud=loud)


def _start_line(message: Message | None) -> bytes:
    if message is None:
        return b""
    if isinstance(message, Request):
        return b" ".join((message.method, message.target, message.version))
    return b" ".join((message.version, str(message.status).encode(), message.reason)).rstrip()


def _start(
    client: Message | None,
    server: Message | None,
    leg: Leg,
    transforms: tuple[Transform, ...],
    answered: tuple[str, ...],
) -> Group:
    """The start line of both sides with the rules that changed it."""
    group = start_pair(client, server)
    if group.sign is Sign.SAME:
        return group
    claims = explain.by_part(transforms, *_START_PARTS[leg]) or explain.claims(answered) or (UNEXPLAINED,)
    return replace(group, claims=claims)


def start_pair(left: Message | None, right: Message | None) -> Group:
    """Two start lines as a group of their own, without a claim."""
    mine, theirs = _start_line(left), _start_line(right)
    if left is not None and right is not None and mine != theirs:
        return Group(Sign.CHANGED, (line(b"", mine, other=theirs),), (line(b"", theirs, other=mine),), ())
    return Group(Sign.SAME, (line(b"", mine),) if left else (), (line(b"", theirs),) if right else (), ())


def count(start: Group, changes: list[Change]) -> Counts:
    """How much changed on a leg, the start line included."""
    signs = [sign for _, sign, _ in changes] + [start.sign]
    claims = [claims for _, _, claims in changes] + [start.claims]
    return Counts(
        removed=signs.count(Sign.REMOVED),
        added=signs.count(Sign.ADDED),
        changed=signs.count(Sign.CHANGED),
        unexplained=sum(UNEXPLAINED in claim for claim in claims),
    )


def _body(
    key: str,
    client: Message | None,
    server: Message | None,
    reasons: tuple[tuple[Transform, ...], tuple[str, ...]],
    look: Look,
) -> BodyCard | None:
    """Both bodies, or None when there is none to speak of. `reasons`: what `explain.body_claims` asks for."""
    if not any(message is not None and body_size(message.body) for message in (client, server)):
        return None
    lone = client if server is None else server if client is None else None
    if lone is not None:
        return BodyCard(_lone_verdict(client), same=False, sides=(look(f"{key}-b", None, lone),))
    if client is None or server is None:
        return None
    verdict, same = bodies.compare(client.body, server.body)
    if same:
        return BodyCard(verdict, same=True, sides=(look(f"{key}-b", None, client),))
    _, mine, theirs = _TITLES[Leg.REQUEST if isinstance(client, Request) else Leg.RESPONSE]
    sides = (look(f"{key}-bc", mine, client), look(f"{key}-bs", theirs, server))
    return BodyCard(verdict, same=False, sides=sides, claims=explain.body_claims(*reasons))


def _lone_verdict(client: Message | None) -> Text:
    if isinstance(client, Request):
        return texts.BODY_NOT_SENT
    return texts.BODY_ONE_SIDE if client is None else texts.BODY_GATEWAY
