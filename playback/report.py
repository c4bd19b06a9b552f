"""One result of a replay, from which the terminal, the JSON, the JUnit and the annotations are all made.

The numbers are computed here, once, so they are the same everywhere. Nothing here depends on the moment: two
runs with the same outcomes are equal reports. Must not know: how any of the formats look.
Read next: verdict.py (an outcome), formats/junit.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playback.findings import RANKS, Kind, Rank, cut
from playback.verdict import ExitCode, Verdict
from playback.visible import visible

if TYPE_CHECKING:
    from playback.findings import Finding
    from playback.verdict import Outcome

SCHEMA_VERSION = 1
"""Of the plain form. It grows when a member changes its meaning or goes; new members do not count."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of a run.

    `warnings`: findings below the gate that are not forgiven. `suppressed`: forgiven ones. `kinds`: findings of
    each kind. `noise`: what each noise rule forgave.
    """

    selected: int
    same: int
    different: int
    missing: int
    skipped: int
    warnings: int
    suppressed: int
    kinds: tuple[tuple[str, int], ...]
    noise: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What one `check` or `send` found.

    `recording`: its name, never its folder. `stopped`: why the run ended before its last exchange, "" when
    it did not. `rules_version`: the rule set of this program. `stale_rules`: noise and capture
    rules that found nothing.
    """

    verb: str
    recording: str
    rules_version: str
    fail_on: Rank
    outcomes: tuple[Outcome, ...]
    stopped: str = ""
    stale_rules: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """What the run says to a shell."""
        if self.stopped:
            return ExitCode.UNREACHABLE
        judged = [outcome for outcome in self.outcomes if not outcome.skipped]
        if not judged:
            return ExitCode.NOTHING_SELECTED
        same = all(outcome.verdict is Verdict.SAME for outcome in judged)
        return ExitCode.SAME if same else ExitCode.DIFFERENT

    def summary(self) -> Summary:
        """Every number that a report shows."""
        judged = [outcome for outcome in self.outcomes if not outcome.skipped]
        verdicts = Counter(outcome.verdict for outcome in judged)
        findings = [finding for outcome in judged for finding in outcome.findings]
        kinds = Counter(finding.kind for finding in findings)
        ranks = Counter(finding.rank for finding in findings)
        noise = Counter(finding.rule for finding in findings if finding.kind is Kind.NOISE)
        return Summary(
            selected=len(self.outcomes),
            same=verdicts[Verdict.SAME],
            different=verdicts[Verdict.DIFFERENT],
            missing=verdicts[Verdict.MISSING],
            skipped=len(self.outcomes) - len(judged),
            warnings=sum(count for rank, count in ranks.items() if Rank.FORGIVEN < rank < self.fail_on),
            suppressed=ranks[Rank.FORGIVEN],
            kinds=tuple((kind.value, kinds[kind]) for kind in RANKS if kinds[kind]),
            noise=tuple(sorted(noise.items())),
        )

    def plain(self) -> dict[str, object]:
        """The report as JSON-safe values; docs/replay.md explains each member."""
        numbers = self.summary()
        counts = {name: getattr(numbers, name) for name in numbers.__slots__ if name not in {"kinds", "noise"}}
        return {
            "schema": SCHEMA_VERSION,
            "verb": self.verb,
            "recording": self.recording,
            "rules_version": self.rules_version,
            "fail_on": self.fail_on.name.lower(),
            "exit_code": int(self.exit_code),
            "stopped": self.stopped,
            "summary": {**counts, "kinds": dict(numbers.kinds), "noise": dict(numbers.noise)},
            "stale_rules": list(self.stale_rules),
            "outcomes": [plain_outcome(outcome) for outcome in self.outcomes],
        }


def plain_outcome(outcome: Outcome) -> dict[str, Any]:
    """One exchange's part of the report as JSON-safe values."""
    return {
        "exchange": outcome.number,
        "method": outcome.method,
        "target": outcome.target,
        "verdict": "skipped" if outcome.skipped else outcome.verdict.value,
        "skipped": outcome.skipped,
        "mark": outcome.mark,
        "findings": [_plain_finding(finding) for finding in outcome.findings],
    }


def _plain_finding(finding: Finding) -> dict[str, object]:
    return {
        "kind": finding.kind.value,
        "rank": finding.rank.name.lower(),
        "path": finding.path,
        "recorded": None if finding.recorded is None else cut(finding.recorded),
        "now": None if finding.now is None else cut(finding.now),
        "note": finding.note,
        "rule": finding.rule,
    }


def finding_line(finding: Finding) -> str:
    """A finding as one line of safe text: kind, place, both sides, note and rule."""
    sides = [visible(cut(side)) for side in (finding.recorded, finding.now) if side is not None]
    if finding.recorded is None and finding.now is not None:
        sides.insert(0, "nothing")
    elif finding.now is None and finding.recorded is not None:
        sides.append("nothing")
    parts = [finding.kind.value, visible(finding.path) or "everywhere", " -> ".join(sides)]
    notes = [note for note in (finding.note, finding.rule) if note]
    return "  ".join(part for part in parts if part) + (f"  ({visible('; '.join(notes))})" if notes else "")
