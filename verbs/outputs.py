"""A report in every form that was asked for: terminal, JSON, JUnit, github. One model, the same numbers.

Must not know: how outcomes were found. Read next: playback/report.py, formats/.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formats import github, json_report, junit
from playback.findings import Rank
from playback.report import Report, Summary, finding_line
from playback.verdict import ExitCode, Outcome, Verdict
from playback.visible import visible
from verbs.shell import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SHOWN_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Forms:
    """The files that a verb was asked to write; None where it was not. `keep`: also keep it in the recording."""

    json_file: Path | None
    junit_file: Path | None
    html_file: Path | None
    annotate: bool
    keep: bool = True


def report_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options that `check` and `send` share; the command gets them as one value, `forms`."""

    @wraps(command)
    def with_forms(
        *,
        json_file: Path | None,
        junit_file: Path | None,
        html_file: Path | None,
        annotate: bool,
        no_keep: bool,
        **others: object,
    ) -> int:
        return command(forms=Forms(json_file, junit_file, html_file, annotate, not no_keep), **others)

    path = click.Path(path_type=Path, dir_okay=False)
    for option in (
        click.option("--no-keep", is_flag=True, help="Leave the recording's bytes alone: do not keep the verdicts."),
        click.option("--github", "annotate", is_flag=True, help="Print GitHub annotations and write the step summary."),
        click.option("--html", "html_file", type=path, help="Write the audit page with what the replay found."),
        click.option("--junit", "junit_file", type=path, help="Write JUnit XML, for continuous integration."),
        click.option("--json", "json_file", type=path, help="Write the whole report as JSON."),
    ):
        with_forms = option(with_forms)
    return with_forms


def write_file(path: Path, content: bytes) -> None:
    """Write a result for its owner's eyes (0600); a place that cannot be written is a usage error."""
    try:
        with open(path, "wb", opener=_private) as file:
            file.write(content)
    except OSError as error:
        raise Refused(f"cannot write {path}: {error.strerror}", ExitCode.USAGE) from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def deliver(report: Report, forms: Forms) -> int:
    """Print the summary, write what was asked for, and return the exit code."""
    if forms.json_file is not None:
        write_file(forms.json_file, json_report.render(report.plain()))
    if forms.junit_file is not None:
        write_file(forms.junit_file, junit.render(junit_suite(report)))
    for outcome in report.outcomes:
        for line in outcome_lines(outcome):
            click.echo(line)
    click.echo(summary_line(report))
    if forms.annotate:
        _annotate(report)
    return report.exit_code


def outcome_lines(outcome: Outcome) -> Iterator[str]:
    """What a terminal says of one exchange; nothing when there is nothing to say."""
    shown = [finding for finding in outcome.findings if finding.rank is not Rank.FORGIVEN]
    if not shown:
        return
    mark = f"  ({outcome.mark})" if outcome.mark else ""
    yield f"{outcome.verdict.value:9}  #{outcome.number}  {_request(outcome)}{mark}"
    for finding in shown[:_SHOWN_FINDINGS]:
        yield f"           {finding_line(finding)}"
    if len(shown) > _SHOWN_FINDINGS:
        yield f"           … {len(shown) - _SHOWN_FINDINGS} more"


def summary_line(report: Report) -> str:
    """The numbers of a run in one line."""
    numbers = report.summary()
    counts = ", ".join(f"{count} {word}" for word, count in _words(numbers) if count)
    stopped = f"stopped: {visible(report.stopped)}; " if report.stopped else ""
    stale = f"; rules that found nothing: {visible(', '.join(report.stale_rules))}" if report.stale_rules else ""
    return f"{report.verb} {visible(report.recording)}: {stopped}{counts or 'nothing was judged'}{stale}"


def _words(numbers: Summary) -> tuple[tuple[str, int], ...]:
    return (
        ("same", numbers.same),
        ("different", numbers.different),
        ("missing", numbers.missing),
        ("skipped", numbers.skipped),
        ("warnings", numbers.warnings),
        (f"suppressed by {len(numbers.noise)} noise rules" if numbers.noise else "suppressed", numbers.suppressed),
    )


def junit_suite(report: Report) -> junit.Suite:
    """The report as JUnit's suite."""
    properties = [
        ("verb", report.verb),
        ("rules_version", report.rules_version),
        ("fail_on", report.fail_on.name.lower()),
    ]
    properties += [("stopped", visible(report.stopped))] if report.stopped else []
    cases = tuple(_case(outcome) for outcome in report.outcomes)
    if report.stopped:
        cases += (junit.Case("replay", "target", junit.Result.ERROR, visible(report.stopped)),)
    return junit.Suite(visible(report.recording), cases, tuple(properties))


def _case(outcome: Outcome) -> junit.Case:
    group = f"{visible(outcome.method)} {visible(outcome.target.partition('?')[0])}"
    name = f"#{outcome.number} {visible(outcome.target)}"
    if outcome.skipped:
        return junit.Case(group, name, junit.Result.SKIPPED, visible(outcome.skipped))
    text = "\n".join(finding_line(finding) for finding in outcome.findings)
    count = len(outcome.findings)
    message = f"{count} difference{'' if count == 1 else 's'}" if count else ""
    return junit.Case(group, name, _RESULTS[outcome.verdict], message, text)


_RESULTS = {
    Verdict.SAME: junit.Result.PASSED,
    Verdict.DIFFERENT: junit.Result.FAILED,
    Verdict.MISSING: junit.Result.ERROR,
}


def _annotate(report: Report) -> None:
    """GitHub: the worst first on standard output, the whole table in the step summary's file."""
    failed = [outcome for outcome in report.outcomes if not outcome.skipped and outcome.verdict is not Verdict.SAME]
    failed.sort(key=lambda outcome: -max(finding.rank for finding in outcome.findings))
    click.echo(github.render([_annotation(outcome) for outcome in failed]), nl=False)
    summary_file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not summary_file:
        return
    rows = [(f"#{outcome.number}", _request(outcome), finding_line(outcome.findings[0])) for outcome in failed]
    table = github.render_table(summary_line(report), ("Exchange", "Request", "First difference"), rows)
    try:
        with Path(summary_file).open("a", encoding="utf-8") as file:
            file.write(table)
    except OSError as error:
        raise Refused(f"cannot write {summary_file}: {error.strerror}", ExitCode.USAGE) from error


def _annotation(outcome: Outcome) -> github.Annotation:
    lines = (finding_line(finding) for finding in outcome.findings[:_SHOWN_FINDINGS])
    return github.Annotation("error", f"#{outcome.number} {_request(outcome)}", "\n".join(lines))


def _request(outcome: Outcome) -> str:
    return f"{visible(outcome.method)} {visible(outcome.target)}"
