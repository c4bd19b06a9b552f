"""The least rate of a request body, on plain numbers."""

from __future__ import annotations

from wire.limits import Limits
from wire.pace import Pace

LIMITS = Limits(body_rate=1000, body_grace_seconds=20)


def test_nothing_is_asked_before_somebody_waits_nor_in_the_grace() -> None:
    pace = Pace(LIMITS)
    assert pace.next_check(0, 1000) == 1020
    assert pace.begin(100)
    assert not pace.begin(110)
    assert pace.next_check(0, 119) == 120


def test_too_few_bytes_after_the_grace_are_too_slow() -> None:
    pace = Pace(LIMITS)
    pace.begin(100)
    assert pace.next_check(19_999, 120) is None
    assert pace.next_check(30_000, 120) == 130
    assert pace.next_check(30_000, 130) is None


def test_the_time_in_which_we_did_not_read_does_not_count() -> None:
    pace = Pace(LIMITS)
    pace.begin(100)
    pace.hold(105)
    assert pace.next_check(0, 200) == 220
    pace.let(205)
    assert pace.next_check(0, 219) == 220
    assert pace.next_check(0, 220) is None


def test_a_hold_before_the_beginning_counts_from_the_beginning() -> None:
    pace = Pace(LIMITS)
    pace.hold(50)
    pace.begin(100)
    pace.let(110)
    assert pace.next_check(0, 129) == 130
