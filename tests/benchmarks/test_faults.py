from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks import bodies, breakage, faults
from benchmarks.faults import Outcome, broken_promises, line, longest_wait
from benchmarks.proxied import Ledger, Verdict, judge
from gateway.exchange import State
from tests.playback.recorded import get, keep, ok, record

if TYPE_CHECKING:
    from pathlib import Path

STOPS, WAITS = breakage.Fault("full", breakage.disk_full), breakage.Fault("slow", breakage.locked, stops=False)
GOOD = Outcome(
    "full", "refuse", Verdict(9, 4, 0, lost=0, unseen=0, missing=3, told=3), 0.1, 900, aside=7, slowest_s=0.2, others=0,
    code=0,
)  # fmt: skip


def with_verdict(**changes: int) -> Outcome:
    return replace(GOOD, verdict=replace(GOOD.verdict, **changes))


def test_a_good_outcome_breaks_no_promise() -> None:
    assert broken_promises(STOPS, GOOD) == []
    assert broken_promises(WAITS, with_verdict(refused=0)) == []


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        pytest.param(with_verdict(lost=1), "acknowledged", id="lost"),
        pytest.param(with_verdict(unseen=1), "server saw", id="unseen"),
        pytest.param(with_verdict(missing=4), "gap row", id="gap-tells-too-few"),
        pytest.param(with_verdict(told=300), "gap row", id="gap-tells-too-many"),
        pytest.param(with_verdict(refused=0), "nothing was refused", id="not-refused"),
        pytest.param(replace(GOOD, policy="pass"), "nothing was passed", id="not-passed"),
        pytest.param(replace(GOOD, resume_s=2.1), "resume", id="late"),
        pytest.param(replace(GOOD, resume_s=float("inf")), "resume", id="never"),
        pytest.param(replace(GOOD, others=1), "neither", id="other-answers"),
        pytest.param(replace(GOOD, aside=0), "blocked", id="blocked"),
        pytest.param(replace(GOOD, code=1), "in order", id="exit-code"),
    ],
)
def test_each_broken_promise_is_told(outcome: Outcome, words: str) -> None:
    (told,) = broken_promises(STOPS, outcome)
    assert words in told


def test_what_could_wait_must_not_be_refused() -> None:
    (told,) = broken_promises(WAITS, GOOD)
    assert "could wait" in told


def test_a_row_of_the_table() -> None:
    assert line(GOOD)[-3:] == ("0.10 s", "+0.9 MiB", "200 ms")
    assert line(replace(GOOD, resume_s=float("inf")))[-3] == "never"
    assert len(line(GOOD)) == len(faults.HEADINGS)


def test_the_longest_time_without_an_answer() -> None:
    ledger = Ledger(events=[(1.0, "other"), (2.0, "other"), (5.0, "other"), (9.0, "other")])
    assert longest_wait(ledger, 1.5, 6.0) == 3.0
    assert longest_wait(ledger, 6.0, 8.0) == 2.0
    assert ledger.first("other", 4.5) == 0.5
    assert ledger.first("refused", 0.0) == float("inf")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param((b"HTTP/1.1 200 OK\r\nX-Fc-Request-Id: 1-a\r\n\r\n", b"x"), "acknowledged", id="recorded"),
        pytest.param(
            (b"HTTP/1.1 200 OK\r\nX-Fc-Request-Id: 1-a\r\nX-Fc-Replay-Not-Recorded: full\r\n\r\n", b"x"),
            "passed",
            id="passed",
        ),
        pytest.param((b"HTTP/1.1 503 No\r\n\r\n", b'{"Code":"X","m":"could not record"}'), "refused", id="refused"),
        pytest.param((b"HTTP/1.1 502 No\r\n\r\n", b'{"Code":"X"}'), "other", id="other"),
    ],
)  # fmt: skip
def test_a_ledger_tells_answers_apart(answer: tuple[bytes, bytes], kind: str) -> None:
    ledger = Ledger()
    ledger.note(*answer)
    assert [found for _, found in ledger.events] == [kind]


def test_losses_would_be_noticed(tmp_path: Path) -> None:
    keep(str(tmp_path / "fc.db"), record([(get(), lambda _: ok())]))
    kept = "1-00000001"
    ledger = Ledger(
        acknowledged={"1-lost": b"", kept: b"another body"}, passed={"1-passed"}, by_server={"1-lost", kept}
    )
    assert judge(tmp_path / "fc.db", ledger) == Verdict(2, 0, 1, lost=2, unseen=1, missing=2, told=0)


def test_every_fault_and_load_has_its_own_name() -> None:
    assert len({fault.name for fault in breakage.FAULTS}) == len(breakage.FAULTS)
    assert all(callable(load) for load in faults.LOADS.values())


def test_states_in_words() -> None:
    assert bodies.in_words(Counter([State.COMPLETE, State.CANCELLED, State.COMPLETE])) == "1 cancelled, 2 complete"
