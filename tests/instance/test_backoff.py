from __future__ import annotations

from instance.backoff import LONG_LIFE_S, LONGEST_PAUSE_S, Backoff


def test_the_first_new_life_is_immediate_and_then_the_pause_doubles() -> None:
    backoff, pauses = Backoff(), []
    for _ in range(8):
        backoff.failed(100.0)
        pauses.append(backoff.pause_s(100.0))
    assert pauses == [0, 0.5, 1, 2, 4, LONGEST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_PAUSE_S]


def test_a_pause_passes() -> None:
    backoff = Backoff()
    backoff.failed(0)
    backoff.failed(0)
    assert [backoff.pause_s(now) for now in (0, 0.25, 0.5, 9)] == [0.5, 0.25, 0, 0]


def test_short_lives_count_as_failures_and_a_long_one_clears_the_slate() -> None:
    backoff = Backoff()
    for _ in range(3):
        backoff.ended(0, 1)
    assert backoff.failures == 3
    backoff.ended(0, LONG_LIFE_S)
    assert backoff.failures == 0
    backoff.ended(20, 20)
    assert backoff.pause_s(20) == 0


def test_a_thousand_failures_do_not_overflow() -> None:
    backoff = Backoff()
    for _ in range(1000):
        backoff.failed(0)
    assert backoff.pause_s(0) == LONGEST_PAUSE_S
