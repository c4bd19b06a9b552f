"""The benchmark of the live page measures what it says."""

from __future__ import annotations

from benchmarks.contestants import upstream
from benchmarks.live_page import Round, calls, contestant, table


def test_only_one_of_the_two_has_the_page() -> None:
    assert [any("fc_ui" in word for word in contestant(page=page).arguments) for page in (False, True)] == [False, True]
    assert "-q" not in contestant(page=True).arguments


def test_calls_are_made_at_the_rate_or_slower() -> None:
    with upstream(None) as server:
        assert 1 <= calls(server.port, 100, 0.2) <= 21


def test_the_ratio_is_of_medians() -> None:
    without = [Round(100, 200), Round(900, 200), Round(110, 200)]
    beside = [Round(112, 198, 0.5, 50), Round(121, 199, 0.1, 70), Round(121, 200, 0.2, 60)]
    assert table(200, without, beside)[-1] == "| 199 of 200 | 110 | 121 | 1.100 | 60 | 0.50 |"
