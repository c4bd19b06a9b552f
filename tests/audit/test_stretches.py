"""Where the time of all calls went."""

from __future__ import annotations

from audit import path, texts
from audit.stretches import Stretches
from gateway.exchange import Timings


def told(*calls: Timings) -> list[tuple[str, int, str, str, int]]:
    found = Stretches()
    for ident, timings in enumerate(calls, 1):
        found.add(ident, path.phases(timings))
    return [(each.key, each.permille, each.median, each.longest, each.slowest) for each in found.told()]


def test_nothing_took_no_time() -> None:
    assert told() == []


def test_phases_stand_by_their_share_with_the_call_that_spent_the_most() -> None:
    quick = Timings(1000, 2000, 5000, 5000, 6000)
    slow = Timings(1000, 2000, 95_000, 95_000, 96_000)
    assert told(quick, slow, quick)[0] == ("server", 916, "3.0 ms", "93 ms", 2)
    assert {key for key, *_ in told(quick)} == {"receive", "check", "server", "send"}


def test_of_equals_the_earliest_is_named() -> None:
    call = Timings(1000, 2000, 5000, 5000, 6000)
    assert {slowest for *_, slowest in told(call, call)} == {1}


def test_a_phase_keeps_its_words() -> None:
    found = Stretches()
    found.add(1, path.phases(Timings(1000, 2000, 5000, 5000, 6000)))
    assert [each.label for each in found.told() if each.key == "server"] == [texts.PHASE_SERVER]
