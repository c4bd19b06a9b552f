"""Two exchanges side by side: both requests, both responses, each as one side of it saw them.

The same cards as everywhere, but between two calls there are no rules: what differs simply differs.
Must not know: HTML. Read next: cards.py, headers.py, templates/parts/compare.html.j2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from audit import bodies, cards, text, texts
from audit.headers import Pair, align, reordered
from audit.model import BodyCard, Card
from audit.overview import Comparison
from audit.words import Group, Sign, Text
from gateway.exchange import View
from gateway.messages import body_size
from store.body_slots import readable_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.cards import Change, Look, Message
    from audit.model import BodySide
    from gateway.exchange import Exchange

type Side = Literal["client", "server"]


def comparison(one: Exchange, two: Exchange, side: Side, keeper: bodies.Bodies) -> Comparison:
    """Exchange `one` on the left, `two` on the right, as `side` saw both."""
    request, response = leg_cards("c", one, two, side, (keeper, keeper))
    return Comparison(left=one.id, right=two.id, side=texts.SIDES[side], request=request, response=response)


def leg_cards(
    key: str, one: Exchange | None, two: Exchange | None, side: Side, keepers: tuple[bodies.Bodies, bodies.Bodies]
) -> tuple[Card, Card]:
    """Both legs; where one exchange is None its column is empty. `key` begins the ids of their lines."""
    left, right = _view(one, side), _view(two, side)
    titles = (_title(one), _title(two))
    looks = (_look(one, keepers[0]), _look(two, keepers[1]))
    return (
        _card(f"{key}-q", texts.REQUEST, titles, (left.request, right.request), looks),
        _card(f"{key}-s", texts.RESPONSE, titles, (left.response, right.response), looks),
    )


def _view(exchange: Exchange | None, side: Side) -> View:
    found = exchange and (exchange.client if side == "client" else exchange.server)
    return found or View()


def _look(exchange: Exchange | None, keeper: bodies.Bodies) -> Look:
    """How the bodies of an exchange are looked at."""

    def look(name: str, label: Text | None, message: Message) -> BodySide:
        copy = readable_body(exchange, message) if exchange else None
        return bodies.side(name, label, message, keeper, copy=copy)

    return look


def _title(exchange: Exchange | None) -> Text:
    """`#12 GET /path`, the heading of a column."""
    if exchange is None:
        return texts.NOTHING_HERE
    sent = exchange.client.request
    line = f"{text.flat(sent.method, 20)} {text.flat(sent.target, 80)}" if sent else ""
    return Text(f"#{exchange.id} {line}", f"#{exchange.id} {line}")


def _card(
    key: str,
    title: Text,
    titles: tuple[Text, Text],
    messages: tuple[Message | None, Message | None],
    looks: tuple[Look, Look],
) -> Card:
    left, right = messages
    changes = list(_changes(left, right))
    lines = cards.Numbered(key)
    start = cards.start_pair(left, right)
    return Card(
        key=key,
        title=title,
        client_title=titles[0],
        server_title=titles[1],
        counts=cards.count(start, changes),
        gauges=(),
        start=start,
        same=cards.untouched(changes, lines),
        groups=tuple(_groups(changes, lines)),
        void_client=None if left else texts.NOTHING_HERE,
        void_server=None if right else texts.NOTHING_HERE,
        order_only=bool(left and right and reordered(left.headers, right.headers)),
        body=_body(key, titles, messages, looks),
    )


def _changes(left: Message | None, right: Message | None) -> Iterator[Change]:
    """Every line of both, without a claim; where one message is missing the other's lines stand alone."""
    lone = left if right is None else right if left is None else None
    if lone is not None:
        yield from ((Pair(line, line), Sign.SAME, ()) for line in lone.headers)
    elif left is not None and right is not None:
        for pair in align(left.headers, right.headers):
            yield pair, cards.sign(pair), ()


def _groups(changes: list[Change], lines: cards.Numbered) -> Iterator[Group]:
    for pair, sign, _ in changes:
        if sign is not Sign.SAME:
            was, now = pair.before, pair.after
            left = (lines.line(*was, other=now[1] if now else None),) if was else ()
            right = (lines.line(*now, other=was[1] if was else None),) if now else ()
            yield Group(sign, left, right, ())


def _body(
    key: str,
    titles: tuple[Text, Text],
    messages: tuple[Message | None, Message | None],
    looks: tuple[Look, Look],
) -> BodyCard | None:
    left, right = messages
    both = zip(("l", "r"), titles, messages, looks, strict=True)
    shown = [(name, title, each, look) for name, title, each, look in both if each and body_size(each.body)]
    if not shown:
        return None
    if left is None or right is None or len(shown) == 1:
        verdict, same = texts.BODY_ONE_SIDE, False
    else:
        verdict, same = bodies.compare(left.body, right.body)
    kept = shown[: 1 if same else 2]
    sides = tuple(look(f"{key}-{name}", title if len(kept) > 1 else None, each) for name, title, each, look in kept)
    return BodyCard(verdict, same=same, sides=sides)
