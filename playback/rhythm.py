"""The rhythm of a streamed answer: whether its bytes still come when they came, on demand.

What is compared is when each recorded piece was whole, counted from the first one; where the network cuts pieces
says nothing. Must not know: sockets. Read next: client.py (who hears pieces), send.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playback.findings import Finding, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.exchange import Piece

SLACK_US = 250_000
"""Microseconds that a piece may come sooner or later, besides half of the time it took when it was recorded."""

_STEP_US = 100_000


def compare_rhythm(recorded: Sequence[Piece], now: Sequence[Piece]) -> tuple[Finding, ...]:
    """The first piece that came at another time, () when there is none. Both sides in order of their bytes."""
    if not recorded or not now:
        return ()
    begun, begun_now = recorded[0].at_us, now[0].at_us
    for number, piece in enumerate(recorded, 1):
        arrived = next((one.at_us for one in now if one.end >= piece.end), None)
        if arrived is None:  # fewer bytes came; the bodies' own comparison tells that
            return ()
        then, since = piece.at_us - begun, arrived - begun_now
        if abs(since - then) > SLACK_US + max(then, 0) / 2:
            note = f"byte {piece.end}, piece {number} of {len(recorded)}, counted from the first"
            return (Finding(Kind.TIMING, "rhythm", _shown(then), _shown(since), note),)
    return ()


def _shown(microseconds: int) -> str:
    """In steps of a tenth of a second: what is finer differs from run to run."""
    return f"{round(microseconds / _STEP_US) / 10:g} s"
