"""`replay.py send`: the stored requests to a live server, its answers against the recorded ones.

Must not know: how answers are compared. Read next: playback/send.py, outputs.py.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.rules import RULES_VERSION
from playback import sides
from playback.errors import BadOption
from playback.imported import NOISE
from playback.learn import unused
from playback.noise_file import read_noise
from playback.report import Report
from playback.send import send
from playback.stage import Stage
from playback.target import parse_target
from playback.updated import Answers
from verbs.outputs import deliver, report_options
from verbs.plan_options import plan_options
from verbs.progress import progress
from verbs.recordings import display_name, filter_option, recording_argument, selected, shard_option, within
from verbs.results import keep_report, now_us
from verbs.secrets import opened_with_vault, refuse_missing, secret_option
from verbs.staging import prepare, running, staging_options, tell_last_words
from verbs.updating import refuse_before, write_updated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractAsyncContextManager

    from gateway.exchange import Exchange
    from playback.noise import NoiseRule
    from playback.selection import Predicate
    from playback.send import Plan, Sent
    from playback.target import Target
    from playback.vault import Vault
    from playback.verdict import Outcome
    from store.reader import Reader
    from verbs.outputs import Forms
    from verbs.staging import Prepared, Staging

DEFAULT_TARGET = "http://127.0.0.1:9000"


@click.command("send")
@recording_argument
@click.option("--to", "to", metavar="URL", help=f"The server that gets the requests.  [default: {DEFAULT_TARGET}]")
@click.option("--as-client", metavar="URL", help="Send what the client sent instead, to a gateway at URL.")
@click.option("--allow-remote", is_flag=True, help="Let the URL be another machine.")
@plan_options
@click.option(
    "--update", type=click.Path(path_type=Path), metavar="NEW.db", help="Write a copy with the answers of now."
)
@staging_options
@secret_option
@filter_option
@shard_option
@report_options
def command(
    *,
    recording: str,
    to: str | None,
    as_client: str | None,
    allow_remote: bool,
    plan: Plan,
    staging: Staging,
    update: Path | None,
    given: dict[bytes, bytes],
    wanted: Predicate,
    shard: Predicate | None,
    forms: Forms,
) -> int:
    """Send the stored requests of RECORDING to a server and compare its answers with the recorded ones.

    Each request goes out byte for byte as it was, with its recorded request id, in the order of arrival.
    """
    wanted = within(wanted, shard)
    staging.check(as_client=as_client is not None)
    target = target_of(to, as_client, allow_remote=allow_remote)
    plan = replace(plan, side=sides.CLIENT if as_client else sides.SERVER)
    answers = Answers()
    started_us = now_us()
    with opened_with_vault(recording, given) as (reader, vault), progress("send", reader.count) as told:
        plan = replace(plan, noise=plan.noise or _noise_of(reader), heard=answers.hear if update else None)
        if update is not None:
            refuse_before(update, vault, as_client=as_client is not None, captures=bool(plan.captures))
        refuse_missing(reader, vault, wanted, plan.side)
        prepared = prepare(staging, reader, wanted, target if to else None) if staging.command else None
        target = prepared.target if prepared is not None else target
        around = _around(prepared, reader, vault)
        sent = asyncio.run(_sent(selected(reader, wanted), target, vault, plan, told, around=around))
        stale = (*unused(plan.noise, sent.outcomes), *sent.stale_captures)
        report = Report(
            "send", display_name(recording), RULES_VERSION, plan.fail_on, sent.outcomes, sent.stopped, stale
        )
        if update is not None and not sent.stopped:
            write_updated(reader, vault, answers, update)
        if forms.html_file is not None:
            from verbs.pages import write_replay_page  # noqa: PLC0415 - only a page pays for its templates

            write_replay_page(reader, recording, forms.html_file, report)
    keep_report(recording, report, target.text, started_us, wanted=forms.keep)
    return deliver(report, forms)


async def _sent(
    exchanges: Iterable[Exchange],
    target: Target,
    vault: Vault,
    plan: Plan,
    told: Callable[[Outcome], None],
    *,
    around: AbstractAsyncContextManager[Stage],
) -> Sent:
    """Send, with a server of our own around it or without."""
    async with around as stage:
        sent = await send(exchanges, target, vault, plan, told, stage=stage)
        if sent.stopped:
            tell_last_words(stage)
        return sent


def _around(prepared: Prepared | None, reader: Reader, vault: Vault) -> AbstractAsyncContextManager[Stage]:
    return nullcontext(Stage()) if prepared is None else running(prepared, reader, vault)


def _noise_of(reader: Reader) -> tuple[NoiseRule, ...]:
    """The noise rules that an imported recording brought along."""
    texts = [str(run.details[NOISE]) for run in reader.runs() if run.details.get(NOISE)]
    try:
        return tuple(rule for text in texts for rule in read_noise(text, "the bundle's noise.toml"))
    except BadOption as error:
        raise click.UsageError(str(error)) from error


def target_of(to: str | None, as_client: str | None, *, allow_remote: bool) -> Target:
    """Where to: one of the two URLs, or the default."""
    if to is not None and as_client is not None:
        raise click.UsageError("--to and --as-client exclude each other")
    try:
        return parse_target(as_client or to or DEFAULT_TARGET, allow_remote=allow_remote)
    except BadOption as error:
        raise click.UsageError(str(error)) from error
