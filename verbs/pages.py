"""The audit page as a file: of a recording alone, or with what a replay found beside each exchange.

Must not know: how a page looks. Read next: audit/write.py, audit/replays.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit import PageMeta, Sources, write_audit
from audit.model import Found, Replay
from gateway.rules import RULES_VERSION
from playback.findings import Rank, cut
from playback.verdict import ExitCode
from verbs.recordings import config_of, display_name
from verbs.shell import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from audit.page import Lang
    from gateway.exchange import Exchange
    from playback.report import Report
    from playback.verdict import Outcome
    from store.reader import Reader


def write_page(
    reader: Reader,
    recording: str,
    output: Path,
    wanted: Callable[[Exchange], bool],
    *,
    language: Lang | None = None,
    replays: Mapping[int, Replay] | None = None,
) -> tuple[Path, ...]:
    """Write the page (or a folder of pages) and return what changed; a bad place is a usage error."""
    sources = Sources(
        reader,
        config_of(reader),
        replays=replays or {},
        messages=reader.messages,
        tasks=reader.task,
        exchanges=reader.exchange,
    )
    meta = PageMeta(display_name(recording), RULES_VERSION)
    try:
        return write_audit(reader, output, meta, sources, lang=language, wanted=wanted)
    except OSError as error:
        raise Refused(f"cannot write {output}: {error.strerror}", ExitCode.USAGE) from error


def write_replay_page(reader: Reader, recording: str, output: Path, report: Report) -> None:
    """The page of the exchanges that a replay was about, each with what it found."""
    replays = {outcome.number: replay_of(outcome) for outcome in report.outcomes}
    write_page(reader, recording, output, lambda exchange: exchange.id in replays, replays=replays)


def replay_of(outcome: Outcome, note: str = "") -> Replay:
    """What a replay found of one exchange, as the page shows it."""
    found = tuple(
        Found(
            finding.path,
            finding.kind.value,
            None if finding.recorded is None else cut(finding.recorded),
            None if finding.now is None else cut(finding.now),
            "; ".join(text for text in (finding.note, finding.rule) if text),
            forgiven=finding.rank is Rank.FORGIVEN,
        )
        for finding in outcome.findings
    )
    return Replay("skipped" if outcome.skipped else outcome.verdict.value, found, outcome.skipped or note)
