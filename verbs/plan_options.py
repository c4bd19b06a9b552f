"""How a replay sends: order, pace, patience, what is left out and what is forgiven, as one value for the verb.

Must not know: what the verb does with it. Read next: playback/send.py (the plan), sending.py.
"""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from playback.capture_file import load_captures
from playback.expectation import parse_expectation
from playback.marks import parse_marks
from playback.schedule import parse_order, parse_pace
from playback.send import Plan
from verbs.gate import fail_on_option, noise_option
from verbs.options import parsed_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from playback.captures import Capture
    from playback.expectation import Expectation
    from playback.findings import Rank
    from playback.marks import Mark
    from playback.noise import NoiseRule
    from playback.schedule import Order, Pace

_captures = parsed_by(lambda text: load_captures(Path(text)))
_order, _pace, _marks = parsed_by(parse_order), parsed_by(parse_pace), parsed_by(parse_marks)
_DAY_S = 86_400  # FC's longest time-out


def _seconds(_context: click.Context, _option: click.Parameter, value: float) -> float:
    # Not a range: NaN is in every range.
    if not 0 < value <= _DAY_S:
        raise click.BadParameter(f"{value:g} is not between 0 and {_DAY_S} seconds")
    return value


_EXPECT_HELP = "Hold the answers to this filter, not to the recorded ones: 'status:200 body:*total*'."
_ORDER_HELP = "serial; overlap: what overlapped then overlaps now; burst:N: N at once."
_OPTIONS = (
    click.option("--order", default="serial", show_default=True, callback=_order, help=_ORDER_HELP),
    click.option("--pace", default="fast", show_default=True, callback=_pace, help="fast, recorded, or xN: faster."),
    click.option("--timeout", "timeout_s", default=60.0, show_default=True, callback=_seconds, help="Seconds a call."),
    noise_option,
    click.option("--capture", "captures", metavar="FILE", callback=_captures, help="Values that change: tokens, ids."),
    click.option("--skip", metavar="MARKS", callback=_marks, help="Not sent: retry, health, or retry,health."),
    click.option("--health-path", default="", metavar="PATH", help="GETs of it are health checks too."),
    click.option("--rhythm", is_flag=True, help="A streamed answer must also come as it came."),
    click.option("--expect", metavar="EXPR", callback=parsed_by(parse_expectation), help=_EXPECT_HELP),
    fail_on_option,
)


def plan_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options of how to send; the command gets them as one value, `plan`."""

    @wraps(command)
    def with_plan(
        *,
        order: Order,
        pace: Pace,
        timeout_s: float,
        noise: tuple[NoiseRule, ...],
        captures: tuple[Capture, ...] | None,
        skip: frozenset[Mark] | None,
        health_path: str,
        rhythm: bool,
        expect: Expectation | None,
        fail_on: Rank,
        **others: object,
    ) -> int:
        plan = Plan(order=order, pace=pace, fail_on=fail_on, timeout_s=timeout_s, noise=noise, captures=captures or ())
        plan = replace(plan, skip=skip or frozenset(), health_path=health_path, rhythm=rhythm, expect=expect)
        return command(plan=plan, **others)

    for option in reversed(_OPTIONS):
        with_plan = option(with_plan)
    return with_plan
