"""The phase bar from the marks that were reached."""

from __future__ import annotations

from itertools import pairwise

import pytest

from audit import path
from gateway.exchange import Timings

MARKS = [
    pytest.param(Timings(), [], id="nothing-reached"),
    pytest.param(
        Timings(600, 1500, 24_900, 25_300, 27_100),
        [("receive", "0.6 ms"), ("check", "0.9 ms"), ("server", "23 ms"), ("stream", "0.4 ms"), ("send", "1.8 ms")],
        id="all-reached",
    ),
    pytest.param(Timings(210_000, done=212_000), [("receive", "210 ms"), ("send", "2.0 ms")], id="refused"),
    pytest.param(Timings(done=500), [("send", "0.5 ms")], id="refused-by-its-head"),
    pytest.param(
        Timings(200, 700, done=2200), [("receive", "0.2 ms"), ("check", "0.5 ms"), ("send", "1.5 ms")], id="no-answer"
    ),
    pytest.param(
        Timings(900, 500, 1000, 1000, 1000), [("receive", "0.9 ms"), ("server", "0.1 ms")], id="streamed-request"
    ),
    pytest.param(
        Timings(600, 801_500, 824_900, 825_300, 827_100, asleep=1000, awake=801_000),
        [
            ("receive", "0.6 ms"),
            ("check", "0.4 ms"),
            ("start", "800 ms"),
            ("check", "0.5 ms"),
            ("server", "23 ms"),
            ("stream", "0.4 ms"),
            ("send", "1.8 ms"),
        ],
        id="cold-start",
    ),
    pytest.param(
        Timings(600, done=900_000, asleep=1000, awake=899_000),
        [("receive", "0.6 ms"), ("check", "0.4 ms"), ("start", "898 ms"), ("send", "1.0 ms")],
        id="failed-start",
    ),
    pytest.param(Timings(100, 200, 300), [("receive", "0.1 ms"), ("check", "0.1 ms"), ("server", "0.1 ms")], id="cut"),
]


@pytest.mark.parametrize(("timings", "expected"), MARKS)
def test_phases(timings: Timings, expected: list[tuple[str, str]]) -> None:
    assert [(phase.key, phase.value) for phase in path.phases(timings)] == expected


def test_phases_fill_the_bar_from_left_to_right() -> None:
    found = path.phases(Timings(600, 1500, 24_900, 25_300, 27_100))
    assert found[0].start == 0
    assert all(one.start + one.width >= two.start for one, two in pairwise(found))
    assert found[-1].start + found[-1].width >= 1000
