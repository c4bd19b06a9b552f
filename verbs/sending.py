"""`replay.py send`: the stored requests to a live server, its answers against the recorded ones.

Must not know: how answers are compared. Read next: playback/send.py, outputs.py.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.rules import RULES_VERSION
from playback import sides
from playback.capture_file import load_captures
from playback.errors import BadOption
from playback.imported import NOISE
from playback.learn import unused
from playback.noise_file import read_noise
from playback.report import Report
from playback.schedule import parse_order, parse_pace
from playback.send import Plan, send
from playback.target import parse_target
from verbs.gate import fail_on_option, noise_option
from verbs.options import parsed_by
from verbs.outputs import deliver, report_options
from verbs.progress import progress
from verbs.recordings import display_name, filter_option, recording_argument, selected, shard_option, within
from verbs.results import keep_report, now_us
from verbs.secrets import opened_with_vault, refuse_missing, secret_option

if TYPE_CHECKING:
    from playback.captures import Capture
    from playback.findings import Rank
    from playback.noise import NoiseRule
    from playback.schedule import Order, Pace
    from playback.selection import Predicate
    from playback.target import Target
    from store.reader import Reader
    from verbs.outputs import Forms

DEFAULT_TARGET = "http://127.0.0.1:9000"

_captures = parsed_by(lambda text: load_captures(Path(text)))
_DAY_S = 86_400  # FC's longest time-out


def _seconds(_context: click.Context, _option: click.Parameter, value: float) -> float:
    # Not a range: NaN is in every range.
    if not 0 < value <= _DAY_S:
        raise click.BadParameter(f"{value:g} is not between 0 and {_DAY_S} seconds")
    return value


@click.command("send")
@recording_argument
@click.option("--to", "to", metavar="URL", help=f"The server that gets the requests.  [default: {DEFAULT_TARGET}]")
@click.option("--as-client", metavar="URL", help="Send what the client sent instead, to a gateway at URL.")
@click.option("--allow-remote", is_flag=True, help="Let the URL be another machine.")
@click.option(
    "--order",
    default="serial",
    show_default=True,
    callback=parsed_by(parse_order),
    help="serial; overlap: what overlapped then overlaps now; burst:N: N at once.",
)
@click.option(
    "--pace", default="fast", show_default=True, callback=parsed_by(parse_pace), help="fast, recorded, or xN: faster."
)
@click.option(
    "--timeout",
    "timeout_s",
    default=60.0,
    show_default=True,
    callback=_seconds,
    help="Seconds per answer.",
)
@noise_option
@click.option("--capture", "captures", metavar="FILE", callback=_captures, help="Values that change: tokens, ids.")
@secret_option
@filter_option
@shard_option
@fail_on_option
@report_options
def command(
    *,
    recording: str,
    to: str | None,
    as_client: str | None,
    allow_remote: bool,
    order: Order,
    pace: Pace,
    timeout_s: float,
    noise: tuple[NoiseRule, ...],
    captures: tuple[Capture, ...] | None,
    given: dict[bytes, bytes],
    wanted: Predicate,
    shard: Predicate | None,
    fail_on: Rank,
    forms: Forms,
) -> int:
    """Send the stored requests of RECORDING to a server and compare its answers with the recorded ones.

    Each request goes out byte for byte as it was, with its recorded request id, in the order of arrival.
    """
    wanted = within(wanted, shard)
    target = target_of(to, as_client, allow_remote=allow_remote)
    plan = Plan(sides.CLIENT if as_client else sides.SERVER, order, pace, fail_on, timeout_s, noise, captures or ())
    started_us = now_us()
    with opened_with_vault(recording, given) as (reader, vault), progress("send", reader.count()) as told:
        plan = replace(plan, noise=plan.noise or _noise_of(reader))
        refuse_missing(reader, vault, wanted, plan.side)
        sent = asyncio.run(send(selected(reader, wanted), target, vault, plan, told))
        stale = (*unused(plan.noise, sent.outcomes), *sent.stale_captures)
        report = Report("send", display_name(recording), RULES_VERSION, fail_on, sent.outcomes, sent.stopped, stale)
        if forms.html_file is not None:
            from verbs.pages import write_replay_page  # noqa: PLC0415 - only a page pays for its templates

            write_replay_page(reader, recording, forms.html_file, report)
    keep_report(recording, report, target.text, started_us, wanted=forms.keep)
    return deliver(report, forms)


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
