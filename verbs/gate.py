"""What decides whether a difference counts: `--fail-on` (its weight) and `--noise` (accepted noise).

Must not know: verdicts. Read next: outputs.py.
"""

from __future__ import annotations

from pathlib import Path

import click

from playback.findings import Rank
from playback.noise_file import load_noise
from verbs.options import parsed_by

_GATES = {rank.name.lower(): rank for rank in (Rank.LOW, Rank.MEDIUM, Rank.HIGH)}

fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(list(_GATES)),
    default="medium",
    show_default=True,
    callback=lambda _context, _option, word: _GATES[word],
    help="low: also another order and new fields; medium: another value; high: only status, type, removed, lost.",
)

_load = parsed_by(lambda text: load_noise(Path(text)))

noise_option = click.option(
    "--noise",
    metavar="FILE",
    callback=lambda context, option, text: _load(context, option, text) or (),
    help="Noise rules that were accepted, as `replay.py noise learn` proposes them.",
)
