"""Two recordings side by side: a step for each call, its row, its entry, its article, and the totals.

Whoever compared hands over `Pairing`s in their order. Must not know: HTML, how calls were paired.
Read next: playback/sequences.py (who pairs), compare.py (two exchanges), page.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit import compare, detail, listing, replays, sentences, text, texts
from audit.glance import glance
from audit.overview import Bar, Call, Sequences, StepPage
from audit.words import Counts, Text

if TYPE_CHECKING:
    from audit.detail import Sources
    from audit.glance import Glance
    from audit.model import Replay, ReplayCard
    from audit.overview import Entry, Row
    from gateway.exchange import Exchange

LISTED = 400
"""Steps that the table of the totals shows, first of all those that are not the same; the list has every step."""

_BODY_SEARCH = 256

_LEVELS = {"same": "ok", "changed": "chg", "reordered": "chg", "missing": "rem", "extra": "add"}
_SIGNS = {"same": "=", "changed": "~", "reordered": "⇅", "missing": "−", "extra": "+"}


@dataclass(frozen=True, slots=True)
class Pairing:
    """A call in both recordings or in one. `came`: same, changed, reordered, missing, extra. `found`: what differs."""

    came: str
    left: Exchange | None
    right: Exchange | None
    moved: bool
    found: Replay


@dataclass(frozen=True, slots=True)
class Sides:
    """Where the two recordings keep what their exchanges name, and what they are called."""

    left: Sources
    right: Sources
    names: tuple[str, str]


def step(number: int, pairing: Pairing, sides: Sides) -> StepPage:
    """One step, complete."""
    keepers = (sides.left.bodies, sides.right.bodies)
    return StepPage(
        id=number,
        sign=_SIGNS[pairing.came],
        came=texts.CAME[pairing.came],
        level=_LEVELS[pairing.came],
        moved=pairing.moved,
        left=_call(pairing.left),
        right=_call(pairing.right),
        found=_card(pairing, sides.names) if pairing.left and pairing.right else None,
        cards=compare.leg_cards(f"e{number}", pairing.left, pairing.right, "client", keepers),
    )


def _call(exchange: Exchange | None) -> Call | None:
    if exchange is None:
        return None
    sent, status = exchange.client.request, sentences.statuses(exchange)[0]
    method, target = (text.show(sent.method), text.show(exchange.address[:200])) if sent else ((), ())
    return Call(exchange.id, method, target, str(status or ""), detail.level(status))


def _card(pairing: Pairing, names: tuple[str, str]) -> ReplayCard:
    card = replays.card(pairing.found)
    then, now = (Text(text.clean(name), text.clean(name)) for name in names)
    return replace(card, title=texts.COMPARISON, then_title=then, now_title=now)


def row(number: int, pairing: Pairing, sides: Sides) -> Row:
    """The line of a step: the call as it is now, with the status that it had before."""
    seen = _glance(pairing, sides)
    was = sentences.statuses(pairing.left)[0] if pairing.left else 0
    is_other = pairing.right is not None and pairing.left is not None and str(was or "") != seen.status
    counts = Counts(changed=sum(not each.forgiven for each in pairing.found.findings))
    mode = texts.CAME[pairing.came]
    return replace(
        listing.row(seen),
        id=number,
        server_status=str(was or "—") if is_other else "",
        mode=Text(f"{_SIGNS[pairing.came]} {mode.zh}", f"{_SIGNS[pairing.came]} {mode.en}"),
        stopped="",
        counts=counts,
    )


def entry(number: int, pairing: Pairing, sides: Sides) -> Entry:
    """What the filter knows of a step; `is:` understands what became of it."""
    exchange, sources = _newest(pairing, sides)
    found = listing.entry(exchange, _glance(pairing, sides), sources.bodies, _BODY_SEARCH)
    flags = (pairing.came, "reordered") if pairing.moved and pairing.came != "reordered" else (pairing.came,)
    return replace(found, id=number, flags=flags)


def _newest(pairing: Pairing, sides: Sides) -> tuple[Exchange, Sources]:
    """The call as the right recording has it, else as the left one has."""
    if pairing.right is not None:
        return pairing.right, sides.right
    if pairing.left is None:
        raise ValueError("a step has a call on one side at least")
    return pairing.left, sides.left


def _glance(pairing: Pairing, sides: Sides) -> Glance:
    return glance(*_newest(pairing, sides))


class Totals:
    """Counts steps as they are made, and keeps those that the table shows."""

    def __init__(self, names: tuple[str, str]) -> None:
        self._names = names
        self._counts: Counter[str] = Counter()
        self._telling: list[StepPage] = []
        self._same: list[StepPage] = []

    def add(self, pairing: Pairing, page: StepPage) -> None:
        """Count one step in."""
        self._counts[pairing.came] += 1
        kept = self._same if pairing.came == "same" else self._telling
        if len(kept) < LISTED:
            kept.append(page)

    def model(self) -> Sequences:
        """The totals as the page shows them."""
        room = LISTED - len(self._telling)
        listed = sorted([*self._telling, *self._same[:room]], key=lambda page: page.id)
        total = self._counts.total()
        bars = tuple(
            Bar(words, self._counts[came], self._counts[came] * 1000 // max(total, 1), f"is:{came}")
            for came, words in texts.CAME.items()
        )
        left, right = (text.clean(name) for name in self._names)
        return Sequences(left, right, bars, tuple(listed), total - len(listed))
