"""A recording becomes one file: small ones readable without script, large ones packed but quick.

Must not know: HTML. Read next: render.py (the templates), write.py (from a recording to a path).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup

from audit import compare, detail, listing, render, sequences, text, texts
from audit.detail import Sources
from audit.glance import glance
from audit.summary import Tally
from store.secret_shapes import TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audit.compare import Side
    from audit.model import PageMeta
    from audit.overview import Entry
    from audit.sequences import Pairing, Sides
    from gateway.exchange import Exchange

type Lang = Literal["zh", "en"]

# Beyond either, details and rows are packed: measured so that 10,000 exchanges open in under a second.
OPEN_EXCHANGES = 200
OPEN_CHARACTERS = 6_000_000
PACK = 32
_BODY_SEARCH = 2048
_BODY_SEARCH_PACKED = 256
_TAG_END = re.compile(":[0-9a-f]{12}")


@dataclass(slots=True)
class _Parts:
    """What has been rendered so far. Details are packed by the dozen as soon as the page is known to be large."""

    rows: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    packs: list[Markup] = field(default_factory=list)
    packing: bool = False
    characters: int = 0
    sealed: set[bytes] = field(default_factory=set)
    sealed_in: int = 0

    def add(self, row: str, entry: Entry, article: str) -> None:
        self.rows.append(row)
        self.entries.append(entry)
        self.details.append(article)
        self.characters += len(article)
        tags = sealed_tags(article)
        self.sealed.update(tags)
        self.sealed_in += bool(tags)
        self.packing = self.packing or len(self.rows) > OPEN_EXCHANGES or self.characters > OPEN_CHARACTERS
        if self.packing:
            self.pack(PACK)

    def pack(self, least: int) -> None:
        """Pack full dozens, or with `least` = 1 whatever is left."""
        while len(self.details) >= least:
            self.packs.append(render.packed(self.details[:PACK]))
            del self.details[:PACK]


def sealed_tags(article: str) -> list[bytes]:
    """Each pseudonym of a sealed secret in an article; that there is none, their common end tells five times faster."""
    return TAG.findall(article.encode()) if _TAG_END.search(article) else []


def render_page(
    exchanges: Iterable[Exchange],
    meta: PageMeta,
    *,
    lang: Lang | None = None,
    sources: Sources | None = None,
    progress: Callable[[int], None] | None = None,
) -> str:
    """The audit page of these exchanges as one HTML file.

    `lang`: the language it opens in; None leaves it to the reader's browser (both are always in the file).
    `progress` is called with the number of exchanges done. Same exchanges, same bytes.
    """
    known = list(exchanges)
    head, total, parts = _render(known, meta, lang, sources or Sources(), progress)
    return _assemble(head, total, parts)


def render_index(
    exchanges: Iterable[Exchange], meta: PageMeta, *, lang: Lang | None = None, sources: Sources | None = None
) -> str:
    """The list and the summary alone; each row leads to `e/<id>.html` beside this file."""
    known = list(exchanges)
    head, total, parts = _render(known, meta, lang, sources or Sources(), None, elsewhere=True)
    parts.details.clear()
    parts.packs.clear()
    return _assemble(head, total, parts)


def render_live(entries: Iterable[Entry], meta: PageMeta, live: render.Live, *, lang: Lang | None = None) -> str:
    """The frame of a live page with the entries known so far; rows and articles are asked for when they are seen."""
    known = list(entries)
    named = replace(meta, recording=text.clean(meta.recording))
    head = render.Head(named, len(known), lang=lang or "", live=live)
    return render.frame(head, Markup(""), (), (), {"index": render.entries_block(known)})


def render_comparison(
    one: Exchange,
    two: Exchange,
    meta: PageMeta,
    *,
    side: Side = "client",
    lang: Lang | None = None,
    sources: Sources | None = None,
) -> str:
    """Two exchanges side by side, as the client or the server saw both, and each with its own article."""
    sources = sources or Sources()
    head, _, parts = _render([one, two], meta, lang, sources, None)
    model = compare.comparison(one, two, side, sources.bodies)
    return _assemble(replace(head, overview=texts.COMPARISON), render.compared(model), parts)


def render_sequences(pairings: Iterable[Pairing], sides: Sides, meta: PageMeta, *, lang: Lang | None = None) -> str:
    """Two recordings as sequences: the totals call by call, and an article for each call of either."""
    parts, totals = _Parts(), sequences.Totals(sides.names)
    arrived = []
    for number, pairing in enumerate(pairings, 1):
        page = sequences.step(number, pairing, sides)
        totals.add(pairing, page)
        found = sequences.entry(number, pairing, sides)
        parts.add(render.row(sequences.row(number, pairing, sides)), found, render.step(page))
        arrived += [each for each in (pairing.right or pairing.left,) if each]
    head = replace(_head(arrived, meta, lang), sealed=len(parts.sealed), sealed_in=parts.sealed_in)
    head = replace(head, overview=texts.COMPARISON, chips=texts.COMPARE_CHIPS)
    return _assemble(head, render.sequences(totals.model()), parts)


def _render(
    known: list[Exchange],
    meta: PageMeta,
    lang: Lang | None,
    sources: Sources,
    progress: Callable[[int], None] | None,
    *,
    elsewhere: bool = False,
) -> tuple[render.Head, Markup, _Parts]:
    """Every row, entry and article, and the totals. `elsewhere`: articles are files of their own."""
    sources = replace(
        sources,
        children=_families(known, lambda one: one.is_delivery),
        outgoing=_families(known, lambda one: one.is_egress),
    )
    parts, tally = _Parts(), Tally()
    for number, exchange in enumerate(known, 1):
        made = None if elsewhere else detail.page(exchange, meta, sources)
        seen = glance(exchange, sources, made)
        searchable = _BODY_SEARCH_PACKED if len(known) > OPEN_EXCHANGES else _BODY_SEARCH
        entry = listing.entry(exchange, seen, sources.bodies, searchable)
        tally.add(seen, entry.flags)
        href = f"e/{exchange.id}.html" if elsewhere else ""
        parts.add(render.row(listing.row(seen), href), entry, render.detail(made) if made else "")
        if progress:
            progress(number)
    head = replace(_head(known, meta, lang), sealed=len(parts.sealed), sealed_in=parts.sealed_in)
    return head, render.summary(tally.summary(), "e/{}.html" if elsewhere else "#e{}"), parts


def _families(exchanges: Iterable[Exchange], is_child: Callable[[Exchange], bool]) -> dict[int, tuple[int, ...]]:
    """Call -> its deliveries, or the calls that the function made for it, where both are on the page."""
    found: dict[int, list[int]] = defaultdict(list)
    ids = set()
    for exchange in exchanges:
        ids.add(exchange.id)
        if exchange.parent_id is not None and is_child(exchange):
            found[exchange.parent_id].append(exchange.id)
    return {parent: tuple(children) for parent, children in found.items() if parent in ids}


def _head(exchanges: list[Exchange], meta: PageMeta, lang: Lang | None) -> render.Head:
    arrivals = [exchange.facts.seed.arrived_us for exchange in exchanges]
    return render.Head(
        meta=replace(meta, recording=text.clean(meta.recording), rules_version=text.clean(meta.rules_version)),
        count=len(exchanges),
        day=detail.day(min(arrivals)) if arrivals else "",
        span=text.duration(max(arrivals) - min(arrivals)) if arrivals else "",
        lang=lang or "",
    )


def _assemble(head: render.Head, total: Markup, parts: _Parts) -> str:
    data = {"index": render.entries_block(parts.entries)}
    if not parts.packing:
        rows = [Markup(row) for row in parts.rows]  # noqa: S704 -- rendered by our template, escaped there
        details = [Markup(article) for article in parts.details]  # noqa: S704 -- the same
        return render.frame(head, total, rows, details, data)
    parts.pack(1)
    data["rows"] = render.packed(parts.rows)
    data |= {f"pack-{number}": pack for number, pack in enumerate(parts.packs)}
    return render.frame(head, total, (), (), data)
