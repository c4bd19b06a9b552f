"""What the server sent before its answer: a line that says which 1xx answers came when, and their lines as removed.

Must not know: HTML. Read next: cards.py (the response, which holds the lines), ../gateway/rules/interim.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit import explain, text, texts
from audit.headers import Pair
from audit.words import Sign
from gateway.changes import Leg, Part
from gateway.engine import interim_lines, status_line

if TYPE_CHECKING:
    from audit.cards import Change
    from audit.words import Text
    from gateway.changes import Transform
    from gateway.exchange import Exchange, Interim

_TOLD = 8
"""Interim answers that the line names; the card has all."""


def told(exchange: Exchange) -> Text | None:
    """Which came, and how long after the call had arrived."""
    if not exchange.interim:
        return None
    named = [_named(each) for each in exchange.interim[:_TOLD]]
    more = ["…"] if len(exchange.interim) > _TOLD else []
    return texts.INTERIM.format(told=", ".join(named + more))


def _named(interim: Interim) -> str:
    status = status_line(interim.head.status, interim.head.reason).decode("utf-8", "backslashreplace")
    return f"{text.clean(status)} ({text.duration(interim.at_us)})"


def changes(exchange: Exchange, leg: Leg, transforms: tuple[Transform, ...]) -> list[Change]:
    """Every line of their heads: none reached the client."""
    if leg is Leg.REQUEST or not exchange.interim:
        return []
    ledger = explain.Ledger(transforms, Part.INTERIM)
    pairs = [Pair(line, None) for each in exchange.interim for line in interim_lines(each.head)]
    return [(pair, Sign.REMOVED, ledger.claims(pair)) for pair in pairs]
