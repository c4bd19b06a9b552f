"""One difference between what was recorded and what is there now, its kind, and what each kind weighs.

The tables below are the whole policy: a kind has a rank, and a run fails from a rank on (`--fail-on`).
Must not know: how a difference was found. Read next: compare.py, verdict.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

MAX_KEPT = 8192
"""Characters of one side that a finding keeps; the recording has the rest."""

MAX_SHOWN = 400
"""Characters of one side that a report shows."""


class Kind(StrEnum):
    """What sort of difference this is."""

    VOLATILE = "expected-volatile"
    NOISE = "noise"
    ORDER = "order"
    ADDED = "added"
    TIMING = "timing"
    VALUE = "value"
    GATEWAY_DRIFT = "gateway-drift"
    REMOVED = "removed"
    TYPE = "type"
    STATUS = "status"
    TRANSPORT = "transport"
    EXPECTATION = "expectation"
    EGRESS_MISSING = "egress-missing"
    EGRESS_UNUSED = "egress-unused"


class Rank(IntEnum):
    """How much a difference weighs. FORGIVEN never fails a run; the others do from `--fail-on` on."""

    FORGIVEN = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


RANKS: dict[Kind, Rank] = {
    Kind.VOLATILE: Rank.FORGIVEN,
    Kind.NOISE: Rank.FORGIVEN,
    Kind.ORDER: Rank.LOW,
    Kind.ADDED: Rank.LOW,
    Kind.TIMING: Rank.LOW,
    Kind.EGRESS_UNUSED: Rank.LOW,
    Kind.VALUE: Rank.MEDIUM,
    Kind.GATEWAY_DRIFT: Rank.MEDIUM,
    Kind.REMOVED: Rank.HIGH,
    Kind.TYPE: Rank.HIGH,
    Kind.STATUS: Rank.HIGH,
    Kind.TRANSPORT: Rank.HIGH,
    Kind.EXPECTATION: Rank.HIGH,
    Kind.EGRESS_MISSING: Rank.HIGH,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference.

    `path` names the place: `status`, `headers.etag`, `body.items[0].id`. `recorded` and `now` are the two
    sides as text, None where a side has nothing. `note` says what the two texts do not. `rule` names the
    noise rule or the gateway rule that claims the difference, "" when none does.
    """

    kind: Kind
    path: str
    recorded: str | None = None
    now: str | None = None
    note: str = ""
    rule: str = ""

    @property
    def rank(self) -> Rank:
        """What the kind weighs."""
        return RANKS[self.kind]


def keep(text: str) -> str:
    """The text as a finding keeps it: whole, or its beginning and its length."""
    return _cut(text, MAX_KEPT)


def cut(text: str) -> str:
    """The text as a report shows it: whole, or its beginning and its length."""
    return _cut(text, MAX_SHOWN)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
