"""`replay.py noise learn`: replay a recording several times and propose rules for what differs between the runs.

Must not know: how rules are found. Read next: playback/learn.py, playback/noise_file.py.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from playback.learn import learn
from playback.noise_file import write_noise
from playback.send import Plan, send
from playback.verdict import ExitCode
from verbs.outputs import write_file
from verbs.recordings import filter_option, recording_argument, selected
from verbs.secrets import opened_with_vault, refuse_missing, secret_option
from verbs.sending import DEFAULT_TARGET, target_of
from verbs.shell import Refused

if TYPE_CHECKING:
    from playback.selection import Predicate
    from playback.target import Target
    from playback.verdict import Outcome

SPACING_S = 1.1
"""Seconds between the starts of the first two runs: within one second a Date looks constant."""


@click.group("noise")
def command() -> None:
    """Differences that say nothing: learn them, review them, then `send --noise FILE`."""


@command.command("learn")
@recording_argument
@click.option("--to", "to", metavar="URL", help=f"The server, one build of it.  [default: {DEFAULT_TARGET}]")
@click.option("--allow-remote", is_flag=True, help="Let the URL be another machine.")
@click.option("--runs", type=click.IntRange(min=3), default=3, show_default=True, help="How often to replay.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The file of proposed rules.")
@secret_option
@filter_option
def learn_command(
    *,
    recording: str,
    to: str | None,
    allow_remote: bool,
    runs: int,
    output: Path,
    given: dict[bytes, bytes],
    wanted: Predicate,
) -> int:
    """Replay RECORDING several times to one build of a server, and propose rules for what differs between the runs.

    Nothing is accepted by itself: read the file, delete what you do not agree with, then use `send --noise`.
    """
    target = target_of(to, None, allow_remote=allow_remote)
    found = [_run(recording, target, wanted, given, number) for number in range(runs)]
    proposals = learn(found)
    write_file(output, write_noise(proposals).encode("utf-8", "backslashreplace"))
    click.echo(f"{output}: {len(proposals)} rules proposed from {runs} runs; read them before you use them")
    return ExitCode.SAME


def _run(
    recording: str, target: Target, wanted: Predicate, given: dict[bytes, bytes], number: int
) -> tuple[Outcome, ...]:
    """One replay; the second starts more than a second after the first."""
    plan = Plan()
    begun = time.monotonic()
    with opened_with_vault(recording, given) as (reader, vault):
        refuse_missing(reader, vault, wanted, plan.side)
        sent = asyncio.run(send(selected(reader, wanted), target, vault, plan))
    if sent.stopped:
        raise Refused(f"stopped: {sent.stopped}", ExitCode.UNREACHABLE)
    if all(outcome.skipped for outcome in sent.outcomes):
        raise Refused("nothing was judged", ExitCode.NOTHING_SELECTED)
    if number == 0:
        time.sleep(max(0.0, begun + SPACING_S - time.monotonic()))
    return sent.outcomes
