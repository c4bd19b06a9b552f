"""One exchange as values: what its template receives, finished down to the word, with no decision left in it.

Must not know: HTML, exchanges, how a value was found. Read next: words.py (the smallest values), detail.py (an
exchange becomes an `ExchangePage`), overview.py (rows, summary, comparison), render.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from audit import texts
from audit.words import Claim, Counts, Gauge, Group, Line, Sign, Span, Spans, Text

__all__ = [
    "BodyCard",
    "BodySide",
    "BodyView",
    "Card",
    "Claim",
    "Copy",
    "Counts",
    "ExchangePage",
    "Field",
    "Found",
    "FoundRow",
    "Gauge",
    "Group",
    "Line",
    "Link",
    "Note",
    "PageMeta",
    "PathPicture",
    "Phase",
    "Replay",
    "ReplayCard",
    "Sign",
    "Span",
    "Spans",
    "Text",
]


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
    """A stretch of the phase bar, `us` long. `start`, `width`: thousandths of the whole. `key` names its colour."""

    key: str
    label: Text
    value: str
    start: int
    width: int
    us: int = 0


@dataclass(frozen=True, slots=True)
class PathPicture:
    """The way of a call: client, gateway, server, an arrow for each message that travelled ("" = none did).

    `verdict`: what the gateway said itself, such as `400 InvalidArgument`; `sign`: whether that stopped the
    call or only put it off. `reached`: the server was called. `ends`: who stands on the left, in the middle and on the
    right; `silence`: what is said when the left one got nothing.
    """

    ends: tuple[Text, Text, Text]
    silence: Text
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
class Said:
    """A message of a WebSocket. `arrow` and `sender_label` say who said it, `time` when it was whole.

    `line`: its content or its beginning; `view`: all of it that a page shows, when that is more.
    """

    seq: int
    arrow: str
    sender_label: Text
    sender: str
    time: str
    kind: Text
    size: str
    coding: Text | None
    line: Spans
    view: BodyView | None = None


@dataclass(frozen=True, slots=True)
class TalkCard:
    """The messages of a WebSocket. `total`: how many are recorded; `cut`: says that not all are shown."""

    rows: tuple[Said, ...]
    total: int
    cut: Text | None = None


@dataclass(frozen=True, slots=True)
class ExchangePage:
    """One exchange, complete: the right-hand side of the page.

    `unexplained`: the parts that no rule claims, by the gateway's own check; () is the promise. `interim`: which 1xx
    answers came, and when.
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
    task: Text | None = None
    result: BodyView | None = None
    talk: TalkCard | None = None
    interim: Text | None = None


@dataclass(frozen=True, slots=True)
class PageMeta:
    """What the head of the page says about the recording.

    `recording`: its name, never its folder. `gateway_url`: where a copied client command is sent.
    """

    recording: str
    rules_version: str = ""
    gateway_url: str = "http://127.0.0.1:8080"


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
    title: Text = texts.REPLAY
    then_title: Text = texts.REPLAY_RECORDED
    now_title: Text = texts.REPLAY_NOW
