"""The page as values: what the templates receive, finished down to the word, with no decision left in it.

Every recorded text is a tuple of `Span`; every text of ours is a `Text` in both languages.
Must not know: HTML, exchanges, how a value was found. Read next: detail.py (an exchange becomes an
`ExchangePage`), render.py (the page becomes a file).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence of ours in both languages. `{fields}` are filled by `format`."""

    zh: str
    en: str

    def format(self, **values: object) -> Text:
        """The same sentence with its fields filled in; a `Text` as value is taken by language."""
        zh = {key: value.zh if isinstance(value, Text) else value for key, value in values.items()}
        en = {key: value.en if isinstance(value, Text) else value for key, value in values.items()}
        return Text(self.zh.format(**zh), self.en.format(**en))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of recorded text. `kind`: "" plain, "mark" differs, "esc" our own escape, "seal" a sealed secret."""

    text: str
    kind: str = ""


type Spans = tuple[Span, ...]


class Sign(StrEnum):
    """What happened to a line on its way; the value is the sign in the gutter."""

    SAME = "="
    REMOVED = "−"
    ADDED = "+"
    CHANGED = "~"
    STOPPED = "✕"
    LATER = "→"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lines were removed, added and changed on a leg, and how many of these no rule claims."""

    removed: int = 0
    added: int = 0
    changed: int = 0
    unexplained: int = 0

    @property
    def total(self) -> int:
        """All differences together."""
        return self.removed + self.added + self.changed

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.removed + other.removed,
            self.added + other.added,
            self.changed + other.changed,
            self.unexplained + other.unexplained,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """The rule that claims a difference. An empty `rule_id` means no rule does: shown in red.

    `summary`: one sentence for the empty cell. `why`: the longer reason. `docs`: the official page per
    language, None when the rule has none. `evidence`: how well the behaviour is known.
    """

    rule_id: str
    summary: Text
    why: Text | None = None
    docs: Text | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One field line (or a start line, whose `name` is empty). `anchor`: the id of its row, "" without.

    `value` is whole. Of a long one a page may show `head` first and fold `rest` under `rest_label`.
    """

    name: Spans
    value: Spans
    anchor: str = ""
    head: Spans = ()
    rest: Spans = ()
    rest_label: Text | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring differences with one explanation. The side that holds nothing is an empty tuple.

    Both sides are whole. `quiet`: of a long group, the lines without a value, which a page may fold under
    `quiet_label`.
    """

    sign: Sign
    client: tuple[Line, ...]
    server: tuple[Line, ...]
    claims: tuple[Claim, ...]
    quiet: tuple[Line, ...] = ()
    quiet_label: Text | None = None


@dataclass(frozen=True, slots=True)
class Gauge:
    """The distance to one limit. `permille`: how full, at most 1000. `level`: "", "near" (80 %) or "over"."""

    label: Text
    used: str
    limit: str
    permille: int
    level: str


@dataclass(frozen=True, slots=True)
class Field:
    """A name and a value of a decoded body: a form field, a part, an event. `note`: type, size, time."""

    name: Spans
    value: Spans
    note: str = ""


@dataclass(frozen=True, slots=True)
class BodyView:
    """One way to look at a body.

    `kind`: `json`, `text`, `hex`, `image`, `fields`. `image`: a data: URI. `cut`: says what is not shown.
    """

    kind: str
    label: Text
    text: Spans = ()
    fields: tuple[Field, ...] = ()
    image: str = ""
    caption: str = ""
    cut: Text | None = None


@dataclass(frozen=True, slots=True)
class BodySide:
    """The body as one side saw it. `key` makes the ids of its tabs unique in the page."""

    key: str
    label: Text | None
    size: str
    digest: str
    views: tuple[BodyView, ...]
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyCard:
    """Both bodies of a leg: one side when they are identical or only one exists."""

    verdict: Text
    same: bool
    sides: tuple[BodySide, ...]
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One leg: request or response.

    `same`: pairs of untouched lines. `void_client` / `void_server`: why a whole column is empty, else None.
    `stops`: the rule that answered in the server's place, under `stop_sign`. `order_only`: the same lines in
    another order.
    """

    key: str
    title: Text
    client_title: Text
    server_title: Text
    counts: Counts
    gauges: tuple[Gauge, ...]
    start: Group
    same: tuple[tuple[Line, Line], ...]
    groups: tuple[Group, ...]
    stops: tuple[Claim, ...] = ()
    stop_sign: Sign = Sign.STOPPED
    void_client: Text | None = None
    void_server: Text | None = None
    order_only: bool = False
    body: BodyCard | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the phase bar. `start` and `width` in thousandths of the whole; `key` names its colour."""

    key: str
    label: Text
    value: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class PathPicture:
    """The way of a call: client, gateway, server, an arrow for each message that travelled ("" = none did).

    `verdict`: what the gateway said itself, such as `400 InvalidArgument`; `sign`: whether that stopped the
    call or only put it off. `reached`: the server was called.
    """

    ask: Spans
    forward: Spans
    answer: Spans
    reply: Spans
    request_counts: Counts
    response_counts: Counts
    verdict: str
    sign: Sign
    reached: bool
    missing: Text
    address: str
    phases: tuple[Phase, ...]
    total: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A text to take away. `key` ties `button` to the block titled `label`; `text` says itself what it lacks."""

    key: str
    button: Text
    label: Text
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """What the real platform is seen to do here and this run did not enforce."""

    claim: Claim
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Another exchange on the same page, such as the delivery of an asynchronous call."""

    label: Text
    id: int


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


@dataclass(frozen=True, slots=True)
class ExchangePage:
    """One exchange, complete: the right-hand side of the page.

    `unexplained`: the parts that no rule claims, by the gateway's own check; () is the promise.
    """

    id: int
    time: str
    mode: Text
    host: Spans
    request_id: Spans
    method: Spans
    target: Spans
    status: str
    server_status: str
    level: str
    sentence: Text
    unexplained: tuple[Text, ...]
    path: PathPicture
    request: Card
    response: Card
    copies: tuple[Copy, ...]
    notes: tuple[Note, ...]
    links: tuple[Link, ...]
    log: BodyView | None
    raw: BodyView | None
    replay: ReplayCard | None = None


@dataclass(frozen=True, slots=True)
class PageMeta:
    """What the head of the page says about the recording.

    `recording`: its name, never its folder. `gateway_url`: where a copied client command is sent.
    """

    recording: str
    rules_version: str = ""
    gateway_url: str = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two exchanges side by side, by id, as one `side` of each saw them."""

    left: int
    right: int
    side: Text
    request: Card
    response: Card


@dataclass(frozen=True, slots=True)
class Found:
    """One difference that a replay found. `recorded` and `now` are None where that side has nothing."""

    path: str
    kind: str
    recorded: str | None
    now: str | None
    note: str = ""
    forgiven: bool = False


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay made of one exchange: `verdict` is same, different, missing or skipped."""

    verdict: str
    findings: tuple[Found, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A replay's difference as the page shows it: both sides with the differing characters marked."""

    path: Spans
    kind: str
    recorded: Spans
    now: Spans
    note: str


@dataclass(frozen=True, slots=True)
class ReplayCard:
    """The replay comparison of one exchange. `forgiven`: the paths that may differ, such as `headers.date`."""

    verdict: Text
    level: str
    rows: tuple[FoundRow, ...]
    forgiven: tuple[str, ...]
    note: str
    cut: Text | None = None


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
class Summary:
    """What the gateway did in total; the differences that nobody explains come first."""

    unexplained: tuple[Pointer, ...]
    outcomes: tuple[Bar, ...]
    near: tuple[Pointer, ...]
    slowest: tuple[Pointer, ...]
    asynchronous: tuple[Pointer, ...]
    rules: tuple[RuleUse, ...]
