"""Verdicts are kept beside exchanges, the last one wins, and what cannot be written stays as it was."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from store.errors import Damaged
from store.keep import Keep
from store.lock import Lock
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.results import Run, Verdict, keep_results, last_verdicts
from store.retention import prune
from store.verify import verify
from tests.store.samples import read_all, sample, write_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.results import Last

CHECK = Run("check", "", "3", 10, 20, 1, {"same": 1, "different": 1})
SEND = replace(CHECK, verb="send", target="http://127.0.0.1:9000", exit_code=0)
FOUND = {"kind": "value", "path": "body.x", "recorded": "\ud800\0", "now": None}
DIFFERENT = Verdict(2, "different", findings=(FOUND,))
OLD = Path(__file__).resolve().parents[1] / "data" / "recordings" / "schema-0001.db"


@pytest.fixture
def kept(anywhere: str) -> str:
    write_all(anywhere, [sample(1), sample(2)])
    return anywhere


def keep(place: str, run: Run, verdicts: Sequence[Verdict]) -> str:
    recording = open_for_reading(place)
    try:
        return keep_results(recording, run, verdicts)
    finally:
        recording.close()


def last(place: str, ids: Sequence[int] = (1, 2, 3)) -> dict[int, Last]:
    recording = open_for_reading(place)
    try:
        return last_verdicts(recording, ids)
    finally:
        recording.close()


def test_a_verdict_comes_back_with_its_replay(kept: str) -> None:
    assert keep(kept, CHECK, [Verdict(1, "same"), DIFFERENT]) == ""
    found = last(kept)
    assert sorted(found) == [1, 2]
    assert (found[2].run, found[2].verdict) == (CHECK, DIFFERENT)


def test_the_newest_replay_of_whichever_verb_is_the_last(kept: str) -> None:
    keep(kept, SEND, [DIFFERENT])
    keep(kept, CHECK, [Verdict(1, "same"), Verdict(2, "same")])
    keep(kept, SEND, [Verdict(1, "skipped", "not asked\0for")])
    found = last(kept)
    assert [(found[ident].run.verb, found[ident].verdict.verdict) for ident in (1, 2)] == [
        ("send", "skipped"),
        ("check", "same"),
    ]


def test_only_the_last_verdict_of_a_verb_is_kept(place: str) -> None:
    write_all(place, [sample(1)])
    for _ in range(5):
        keep(place, CHECK, [Verdict(1, "same")])
    with sqlite3.connect(place) as connection:
        assert connection.execute("SELECT count(*) FROM verdict").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM replay").fetchone() == (5,)
    connection.close()


def test_exchanges_and_their_digests_stay_as_they_were(place: str) -> None:
    write_all(place, [sample(1), sample(2)])
    keep(place, CHECK, [DIFFERENT])
    recording = open_for_reading(place)
    assert (verify(recording).problems, verify(recording).notes) == ([], [])
    recording.close()
    assert read_all(place) == [sample(1), sample(2)]


def test_a_file_that_was_changed_before_is_not_vouched_for_afterwards(place: str) -> None:
    write_all(place, [sample(1)])
    with sqlite3.connect(place) as connection:
        connection.execute("PRAGMA user_version = 5")
    connection.close()
    assert keep(place, CHECK, [Verdict(1, "same")]) == ""
    recording = open_for_reading(place)
    assert ["file:" in problem.text for problem in verify(recording).problems] == [True]
    recording.close()


def test_a_recording_that_is_being_written_says_so(place: str) -> None:
    write_all(place, [sample(1)])
    lock = Lock(Path(place + "-lock"), Path(place))
    assert "is recording into it" in keep(place, CHECK, [Verdict(1, "same")])
    lock.release()
    assert last(place) == {}


def test_a_place_that_cannot_be_written_says_so(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    write_all(place, [sample(1)])
    before = Path(place).read_bytes()
    monkeypatch.setattr("store.lock.os.open", refused)
    assert "Read-only file system" in keep(place, CHECK, [Verdict(1, "same")])
    monkeypatch.undo()
    assert Path(place).read_bytes() == before


def test_an_older_recording_is_read_and_left_as_it_is(place: str) -> None:
    shutil.copy(OLD, place)
    before = Path(place).read_bytes()
    assert "older" in keep(place, CHECK, [Verdict(1, "same")])
    assert last(place) == {}
    assert Path(place).read_bytes() == before


def test_what_retention_removes_takes_its_verdicts_along(kept: str) -> None:
    keep(kept, CHECK, [Verdict(1, "same"), DIFFERENT])
    recording = open_for_writing(kept)
    prune(recording, Keep(exchanges=1))
    recording.close()
    reading = open_for_reading(kept)
    left = {each.id for each in Reader(reading).exchanges()}
    reading.close()
    assert set(last(kept)) == left == {2}


@pytest.mark.parametrize("text", ["{", "[" * 100_000])
def test_findings_that_are_no_json_are_damage(place: str, text: str) -> None:
    write_all(place, [sample(1)])
    keep(place, CHECK, [Verdict(1, "same")])
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE verdict SET findings = ?", (text,))
    connection.close()
    with pytest.raises(Damaged):
        last(place)
