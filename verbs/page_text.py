"""An audit page as lines of text for a terminal. Its recorded texts are visible-safe already (audit/text.py).

Must not know: exchanges, recordings. Read next: audit/model.py (what a page is made of).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit import texts
from audit.model import Sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model import (
        BodyCard,
        BodySide,
        Card,
        Claim,
        ExchangePage,
        Group,
        Line,
        Note,
        ReplayCard,
        Spans,
        TalkCard,
        Text,
    )

MOST_LINES = 200
"""Lines of one body that are printed; the rest is in the recording."""

LONGEST_LINE = 1000
"""Characters of one line of a body that are printed: a body without line ends would fill the screen."""

_MARKS = {Sign.SAME: " ", Sign.REMOVED: "-", Sign.ADDED: "+", Sign.CHANGED: "~", Sign.STOPPED: "✕"}


def flat(spans: Spans) -> str:
    """Recorded text as one string."""
    return "".join(span.text for span in spans)


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints pages in one language: "en" or "zh"."""

    language: str

    def page(self, page: ExchangePage) -> Iterator[str]:
        """One exchange, whole."""
        status = "→".join(part for part in (page.server_status, page.status or "–") if part)
        yield f"#{page.id}  {flat(page.method)} {flat(page.target)}  {status}"
        facts = (f"{page.time} UTC", self._say(page.mode), flat(page.host), flat(page.request_id))
        yield "  ".join(fact for fact in facts if fact)
        yield self._say(page.sentence)
        if page.path.phases:
            yield "  ".join(f"{self._say(phase.label)} {phase.value}" for phase in page.path.phases)
        yield from map(self._say, filter(None, (page.interim, page.task)))
        for link in page.links:
            yield f"{self._say(link.label)} #{link.id}"
        for card in (page.request, page.response):
            yield ""
            yield from self._card(card)
        if page.talk is not None:
            yield ""
            yield from self._talk(page.talk)
        if page.replay is not None:
            yield ""
            yield from self._replay(page.replay)
        for view in (page.result, page.log, page.raw):
            if view is not None:
                yield ""
                yield self._say(view.label)
                yield from _indented(flat(view.text))
        for note in page.notes:
            yield ""
            yield from self._note(note)

    def _say(self, text: Text) -> str:
        return text.zh if self.language == "zh" else text.en

    def _card(self, card: Card) -> Iterator[str]:
        yield f"{self._say(card.title)}  {_counts(card)}".rstrip()
        yield from self._start(card)
        for void in (card.void_client, card.void_server):
            if void is not None:
                yield f"  ✕ {self._say(void)}"
        for claim in card.stops:
            yield from self._claim(claim)
        for line, _ in card.same:
            yield f"    {_field(line)}"
        for group in card.groups:
            yield from self._group(group)
            for claim in group.claims:
                yield from self._claim(claim)
        if card.body is not None:
            yield from self._body(card.body)

    def _start(self, card: Card) -> Iterator[str]:
        if card.start.sign is Sign.SAME:
            for line in card.start.client or card.start.server:
                yield f"    {flat(line.value)}"
            return
        for title, side in ((card.client_title, card.start.client), (card.server_title, card.start.server)):
            for line in side:
                yield f"  ~ {flat(line.value)}  ({self._say(title)})"
        for claim in card.start.claims:
            yield from self._claim(claim)

    def _group(self, group: Group) -> Iterator[str]:
        """The lines of a group; a changed line shows what the client's side had and what the server's side had."""
        if group.sign is Sign.CHANGED:
            for client, server in zip(group.client, group.server, strict=True):
                yield f"  ~ {_field(client)}  |  {_field(server)}"
            return
        for line in group.client or group.server:
            yield f"  {_MARKS[group.sign]} {_field(line)}"

    def _claim(self, claim: Claim) -> Iterator[str]:
        name = claim.rule_id or "UNEXPLAINED"
        evidence = f" [{claim.evidence}]" if claim.evidence else ""
        yield f"        {name}{evidence}: {self._say(claim.summary)}"
        if claim.why is not None:
            yield f"        {self._say(claim.why)}"
        if claim.docs is not None:
            yield f"        {self._say(claim.docs)}"

    def _body(self, body: BodyCard) -> Iterator[str]:
        yield f"    {self._say(body.verdict)}"
        for side in body.sides:
            yield from self._side(side)
        for claim in body.claims:
            yield from self._claim(claim)

    def _side(self, side: BodySide) -> Iterator[str]:
        label = f"{self._say(side.label)}: " if side.label is not None else ""
        yield f"    {label}{side.size}, SHA-256 {side.digest}"
        for note in side.notes:
            yield f"    {self._say(note)}"
        for view in side.views[:1]:
            yield from _indented(flat(view.text))
            for entry in view.fields:
                yield f"    | {flat(entry.name)} = {flat(entry.value)}"

    def _talk(self, card: TalkCard) -> Iterator[str]:
        yield f"{self._say(texts.MESSAGES)}: {card.total}"
        for row in card.rows:
            coding = f", {self._say(row.coding)}" if row.coding is not None else ""
            facts = f"{self._say(row.sender_label)}  {row.time}  {self._say(row.kind)}{coding}  {row.size}"
            yield f"  {row.arrow} {facts}  {flat(row.line)}"
            if row.view is not None:
                yield from _indented(flat(row.view.text))
        if card.cut is not None:
            yield f"    {self._say(card.cut)}"

    def _replay(self, card: ReplayCard) -> Iterator[str]:
        yield f"{self._say(texts.REPLAY)}: {self._say(card.verdict)}  ({card.note})"
        for row in card.rows:
            note = f"  ({row.note})" if row.note else ""
            yield f"  ~ {row.kind}  {flat(row.path)}  {flat(row.recorded)}  |  {flat(row.now)}{note}"
        if card.forgiven:
            yield f"    {self._say(texts.REPLAY_FORGIVEN)} {', '.join(card.forgiven)}"

    def _note(self, note: Note) -> Iterator[str]:
        yield f"! {note.claim.rule_id}: {self._say(note.claim.summary)}"
        yield f"    {note.text}"


def _counts(card: Card) -> str:
    signs = (("-", card.counts.removed), ("+", card.counts.added), ("~", card.counts.changed))
    return " ".join(f"{sign}{number}" for sign, number in signs if number)


def _field(line: Line) -> str:
    return f"{flat(line.name)}: {flat(line.value)}" if line.name else flat(line.value)


def _indented(text: str) -> Iterator[str]:
    lines = text.split("\n")
    for line in lines[:MOST_LINES]:
        more = len(line) - LONGEST_LINE
        yield f"    | {line[:LONGEST_LINE]} … {more} more characters" if more > 0 else f"    | {line}"
    if len(lines) > MOST_LINES:
        yield f"    … {len(lines) - MOST_LINES} more lines"
