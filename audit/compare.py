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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.cards import Change, Message
    from gateway.exchange import Exchange

type Side = Literal["client", "server"]


def comparison(one: Exchange, two: Exchange, side: Side, keeper: bodies.Bodies) -> Comparison:
    """Exchange `one` on the left, `two` on the right, as `side` saw both."""
    left, right = _view(one, side), _view(two, side)
    titles = (_title(one), _title(two))
    return Comparison(
        left=one.id,
        right=two.id,
        side=texts.SIDES[side],
        request=_card("q", texts.REQUEST, titles, (left.request, right.request), keeper),
        response=_card("s", texts.RESPONSE, titles, (left.response, right.response), keeper),
    )


def _view(exchange: Exchange, side: Side) -> View:
    return (exchange.client if side == "client" else exchange.server) or View()


def _title(exchange: Exchange) -> Text:
    """`#12 GET /path`, the heading of a column."""
    sent = exchange.client.request
    line = f"{text.flat(sent.method, 20)} {text.flat(sent.target, 80)}" if sent else ""
    return Text(f"#{exchange.id} {line}", f"#{exchange.id} {line}")


def _card(
    key: str,
    title: Text,
    titles: tuple[Text, Text],
    messages: tuple[Message | None, Message | None],
    keeper: bodies.Bodies,
) -> Card:
    left, right = messages
    changes = list(_changes(left, right))
    lines = cards.Numbered(f"c-{key}")
    start = cards.start_pair(left, right)
    return Card(
        key=f"c-{key}",
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
        body=_body(key, left, right, keeper),
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


def _body(key: str, left: Message | None, right: Message | None, keeper: bodies.Bodies) -> BodyCard | None:
    shown = [(name, each) for name, each in (("l", left), ("r", right)) if each is not None and body_size(each.body)]
    if not shown:
        return None
    if left is None or right is None or len(shown) == 1:
        verdict, same = texts.BODY_ONE_SIDE, False
    else:
        verdict, same = bodies.compare(left.body, right.body)
    sides = tuple(bodies.side(f"c-{key}-{name}", None, each, keeper) for name, each in shown[: 1 if same else 2])
    return BodyCard(verdict, same=same, sides=sides)
