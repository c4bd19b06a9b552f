"""The verdict on one exchange, and on a run: SAME, DIFFERENT or MISSING, and the exit code that follows.

Must not know: how a finding is printed. Read next: report.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from playback.findings import Finding, Kind, Rank


class Verdict(StrEnum):
    """SAME: nothing weighs as much as the gate. DIFFERENT: something does. MISSING: one side has no answer."""

    SAME = "same"
    DIFFERENT = "different"
    MISSING = "missing"


class ExitCode(IntEnum):
    """What `replay.py` says to a shell. 2 (usage) is also what click uses."""

    SAME = 0
    DIFFERENT = 1
    USAGE = 2
    UNREADABLE = 3
    UNREACHABLE = 4
    NOTHING_SELECTED = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay found for one exchange.

    `number` is the exchange's id in the recording. `method` and `target` are the text of the request line
    that was judged. `skipped` says why the exchange was not judged at all, "" when it was. `mark`: what it is
    beside a call, such as `a retry of #3`.
    """

    number: int
    method: str
    target: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    mark: str = ""


def judge(findings: tuple[Finding, ...], fail_on: Rank = Rank.MEDIUM) -> Verdict:
    """The verdict that findings amount to. A lost answer, the server's or one to the server, is MISSING."""
    if any(_is_lost(finding) for finding in findings):
        return Verdict.MISSING
    worst = max((finding.rank for finding in findings), default=Rank.FORGIVEN)
    return Verdict.DIFFERENT if worst >= max(fail_on, Rank.LOW) else Verdict.SAME


def _is_lost(finding: Finding) -> bool:
    return finding.kind is Kind.EGRESS_MISSING or (finding.kind is Kind.TRANSPORT and finding.now is None)
