"""How exchanges end is recorded in these words."""

from __future__ import annotations

from gateway.exchange import Failure, State, Timings, View
from gateway.rules import FAILURE_RULES


def test_the_recorded_words() -> None:
    assert [one.value for one in State] == [
        "open", "complete", "refused", "server-failed", "timed-out", "cancelled", "interrupted",
    ]  # fmt: skip
    assert [one.value for one in Failure] == [
        "not-listening", "closed", "malformed-answer", "timed-out", "client-gone", "malformed-request", "store", "busy",
        "exited", "file-missing", "exited-at-start", "not-started", "initializer",
    ]  # fmt: skip


def test_every_failure_has_a_rule() -> None:
    assert set(FAILURE_RULES) == set(Failure)


def test_nothing_is_known_of_what_was_not_reached() -> None:
    assert View() == View(None, None)
    assert Timings().done == -1
