"""What `check` and `send` found, kept in the recording, and read again by `list`, `show` and `audit`.

A recording that cannot be written stays as it is: then a note says so and nothing fails. A bundle is read from a
copy that is gone afterwards, so nothing is kept there. Must not know: tables. Read next: store/results.py.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audit.model import Found, Replay
from playback.report import plain_outcome
from playback.visible import visible
from store.results import Run, Verdict, keep_results, last_verdicts
from verbs.recordings import is_bundle, readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from playback.report import Report
    from playback.verdict import Outcome
    from store.recording import Recording
    from store.results import Last

MOST_FINDINGS = 20
"""Differences of one exchange that are kept; the report has all."""


def now_us() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


def keep_report(recording: str, report: Report, target: str, started_us: int, *, wanted: bool) -> None:
    """Keep a report in the recording that it is about, or say why not."""
    if not wanted or not report.outcomes or is_bundle(Path(recording)):
        return
    summary = report.plain()["summary"]
    numbers: Mapping[str, object] = summary if isinstance(summary, dict) else {}
    run = Run(report.verb, target, report.rules_version, started_us, now_us(), int(report.exit_code), numbers)
    with readable(recording) as found:
        reason = keep_results(found, run, map(_verdict, report.outcomes))
    if reason:
        click.echo(f"note: what was found is not kept in the recording: {visible(reason)}", err=True)


def last_replays(recording: Recording, ids: Iterable[int] | None = None) -> dict[int, Replay]:
    """Exchange id -> what its last replay made of it, as the page shows it."""
    return {ident: _replay(last) for ident, last in last_verdicts(recording, ids).items()}


def replay_name(run: Run) -> str:
    """A replay in a few words: `send to http://127.0.0.1:9000, 2026-11-22 21:55:07 UTC`."""
    when = datetime.fromtimestamp(run.ended_us / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{run.verb}{f' to {run.target}' if run.target else ''}, {when}"


def _verdict(outcome: Outcome) -> Verdict:
    told = plain_outcome(outcome)
    findings = [finding for finding in told["findings"] if finding["rank"] != "forgiven"]
    return Verdict(outcome.number, told["verdict"], told["skipped"], tuple(findings[:MOST_FINDINGS]))


def _replay(last: Last) -> Replay:
    found = tuple(map(_found, last.verdict.findings))
    name = replay_name(last.run)
    return Replay(last.verdict.verdict, found, f"{name}: {last.verdict.skipped}" if last.verdict.skipped else name)


def _found(told: Mapping[str, object]) -> Found:
    """A kept difference; what is not text was not written by us, and is shown as nothing."""
    texts = {name: value for name, value in told.items() if isinstance(value, str)}
    note = "; ".join(filter(None, (texts.get("note"), texts.get("rule"))))
    return Found(texts.get("path", ""), texts.get("kind", ""), texts.get("recorded"), texts.get("now"), note)
