"""`--fail-on`: from which weight on a difference fails the run. Must not know: verdicts. Read next: outputs.py."""

from __future__ import annotations

import click

from playback.findings import Rank

_GATES = {rank.name.lower(): rank for rank in (Rank.LOW, Rank.MEDIUM, Rank.HIGH)}

fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(list(_GATES)),
    default="medium",
    show_default=True,
    callback=lambda _context, _option, word: _GATES[word],
    help="low: also another order and new fields; medium: another value; high: only status, type, removed, lost.",
)
