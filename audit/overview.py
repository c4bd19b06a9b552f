"""What stands beside the single exchange: the rows of the list, the filter's entries, the summary, a comparison.

Must not know: HTML, exchanges. Read next: listing.py, summary.py, compare.py (who makes these).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.model import Card, ReplayCard
    from audit.words import Claim, Counts, Gauge, Spans, Text


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list. `server_status` is "" unless it differs from the client's; `level` colours the status."""

    id: int
    method: Spans
    target: Spans
    status: str
    server_status: str
    level: str
    mode: Text
    stopped: str
    counts: Counts
    duration: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the filter knows of an exchange; goes into the page as JSON under these names, shortened.

    `search`: everything free text looks in beside the rules, lower case. `time_ms`: duration, -1 when it never ended.
    """

    id: int
    search: str
    status: int
    server: int
    method: str
    path: str
    rules: tuple[str, ...]
    modes: tuple[str, ...]
    flags: tuple[str, ...]
    time_ms: float
    body: str
    function: str
    state: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two exchanges side by side, by id, as one `side` of each saw them."""

    left: int
    right: int
    side: Text
    request: Card
    response: Card


@dataclass(frozen=True, slots=True)
class Pointer:
    """A line of the summary that leads to an exchange."""

    id: int
    method: Spans
    target: Spans
    status: str
    level: str
    told: Text
    gauge: Gauge | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: its words, its number, its length in thousandths, and the filter that shows its calls."""

    label: Text
    count: int
    permille: int
    filter: str = ""


@dataclass(frozen=True, slots=True)
class RuleUse:
    """A rule that spoke in this recording: how often it acted, how often it only advised."""

    claim: Claim
    acted: int
    advised: int
    permille: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long one phase took over all calls that had it. `slowest`: the call that spent the most in it.

    `key` names its colour; `permille`: its share of all the time that calls took.
    """

    key: str
    label: Text
    permille: int
    median: str
    p95: str
    longest: str
    slowest: int


@dataclass(frozen=True, slots=True)
class Pointers:
    """A short list of the most telling calls; `more`: how many there are beside them."""

    listed: tuple[Pointer, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What the gateway did in total; the differences that nobody explains come first."""

    unexplained: Pointers = Pointers()
    outcomes: tuple[Bar, ...] = ()
    near: Pointers = Pointers()
    slowest: tuple[Pointer, ...] = ()
    phases: tuple[Stretch, ...] = ()
    asynchronous: Pointers = Pointers()
    rules: tuple[RuleUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One side of a step: a call of one recording in a line. `level` colours its status."""

    id: int
    method: Spans
    target: Spans
    status: str
    level: str


@dataclass(frozen=True, slots=True)
class StepPage:
    """A call in two recordings, None on the side that lacks it. `sign`, `came`, `level`: what became of it."""

    id: int
    sign: str
    came: Text
    level: str
    moved: bool
    left: Call | None
    right: Call | None
    found: ReplayCard | None
    cards: tuple[Card, Card]


@dataclass(frozen=True, slots=True)
class Sequences:
    """Two recordings side by side. `listed`: steps that the table shows; `left_out`: how many the list alone has."""

    left_name: str
    right_name: str
    outcomes: tuple[Bar, ...]
    listed: tuple[StepPage, ...]
    left_out: int
