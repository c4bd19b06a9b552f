"""`replay.py check`: every stored exchange through today's rules, offline.

Must not know: how a drift is found. Read next: playback/check.py, outputs.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gateway.rules import RULES_VERSION
from playback.check import check
from playback.report import Report
from verbs.gate import fail_on_option
from verbs.outputs import Forms, deliver, report_options
from verbs.progress import followed, progress
from verbs.recordings import config_of, display_name, filter_option, recording_argument, selected, shard_option, within
from verbs.results import keep_report, now_us
from verbs.secrets import opened_with_vault

if TYPE_CHECKING:
    from playback.findings import Rank
    from playback.selection import Predicate


@click.command("check")
@recording_argument
@filter_option
@shard_option
@fail_on_option
@report_options
def command(recording: str, wanted: Predicate, shard: Predicate | None, fail_on: Rank, forms: Forms) -> int:
    """Compute every exchange of RECORDING again with today's rules; nothing is sent.

    A difference is a gateway drift: the rules changed since, or the recording holds a change that no rule claims.
    """
    started_us = now_us()
    with opened_with_vault(recording) as (reader, vault):
        config = config_of(reader)
        exchanges = selected(reader, within(wanted, shard))
        with progress("check", reader.count) as told:
            outcomes = tuple(check(one, config(one.config_digest), vault, fail_on) for one in followed(exchanges, told))
        report = Report("check", display_name(recording), RULES_VERSION, fail_on, outcomes)
        if forms.html_file is not None:
            from verbs.pages import write_replay_page  # noqa: PLC0415 - only a page pays for its templates

            write_replay_page(reader, recording, forms.html_file, report)
    keep_report(recording, report, "", started_us, wanted=forms.keep)
    return deliver(report, forms)
