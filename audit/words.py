"""The words a page is made of: our sentences, recorded text, the sign of a change, who claims it.

Every recorded text is a tuple of `Span`; every text of ours is a `Text` in both languages.
Must not know: HTML, exchanges. Read next: model.py (one exchange as a page), overview.py (many of them).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.quick import quick


@quick
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


@quick
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


@quick
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


@quick
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


@quick
@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring differences with one explanation. The side that holds nothing is an empty tuple.

    Both sides are whole. `quiet`: of a long group, the lines without a value, which a page may fold under
    `quiet_label`; `loud`: the others.
    """

    sign: Sign
    client: tuple[Line, ...]
    server: tuple[Line, ...]
    claims: tuple[Claim, ...]
    quiet: tuple[Line, ...] = ()
    quiet_label: Text | None = None
    loud: tuple[Line, ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class Gauge:
    """The distance to one limit. `permille`: how full, at most 1000. `level`: "", "near" (80 %) or "over"."""

    label: Text
    used: str
    limit: str
    permille: int
    level: str
