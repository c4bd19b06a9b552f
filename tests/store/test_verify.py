from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from store.errors import RecordingError
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.verify import Report, verify
from tests.store.samples import read_all, sample, write_all

EXCHANGES = [sample(ident, body=b"b%d " % ident * 300, answer=b"a" * ident) for ident in range(1, 41)]


@pytest.fixture
def recorded(place: str) -> str:
    write_all(place, EXCHANGES[:25])
    write_all(place, EXCHANGES[25:])
    return place


def report_of(place: str) -> Report:
    recording = open_for_reading(place)
    try:
        return verify(recording)
    finally:
        recording.close()


def test_a_sound_recording_has_no_problems(recorded: str) -> None:
    report = report_of(recorded)
    assert (report.problems, report.notes) == ([], [])
    assert (report.exchanges, report.bodies) == (40, 40)
    assert report.commits >= 2


def test_every_flipped_bit_of_a_closed_recording_is_noticed(recorded: str) -> None:
    data = bytearray(Path(recorded).read_bytes())
    rng = random.Random(7)  # noqa: S311 - chooses bits, keeps nothing secret
    unnoticed = []
    for _ in range(40):
        at, bit = rng.randrange(len(data)), 1 << rng.randrange(8)
        data[at] ^= bit
        Path(recorded).write_bytes(data)
        try:
            noticed = not report_of(recorded).sound
        except RecordingError:
            noticed = True
        unnoticed += [] if noticed else [at]
        data[at] ^= bit
    assert unnoticed == []


def test_without_the_mark_no_changed_exchange_goes_unnoticed(recorded: str) -> None:
    """The chain alone: what a reader gives back is what was written, or verify says that it is not."""
    Path(recorded + "-mark").unlink()
    data = bytearray(Path(recorded).read_bytes())
    rng = random.Random(8)  # noqa: S311 - as above
    for _ in range(40):
        at, bit = rng.randrange(len(data)), 1 << rng.randrange(8)
        data[at] ^= bit
        Path(recorded).write_bytes(data)
        assert not_silent(recorded)
        data[at] ^= bit


def not_silent(place: str) -> bool:
    try:
        if not report_of(place).sound:
            return True
        return read_all(place) == EXCHANGES
    except RecordingError:
        return True


def changed(statement: str) -> object:
    def change(place: str) -> None:
        with closing(sqlite3.connect(place)) as connection, connection:
            connection.execute(statement)

    return change


TAMPERED = [
    pytest.param("DELETE FROM exchange WHERE id = 7", "commit", id="a-row-removed"),
    pytest.param("UPDATE exchange SET client_status = 500 WHERE id = 7", "client_status", id="a-column-changed"),
    pytest.param("UPDATE exchange SET target = '/other' WHERE id = 7", "target", id="a-target-changed"),
    pytest.param(
        "UPDATE exchange SET record = (SELECT record FROM exchange WHERE id = 8) WHERE id = 7",
        "exchange 7",
        id="swapped",
    ),
    pytest.param("UPDATE exchange SET run_id = 2 WHERE id = 7", "exchange 7", id="another-run"),
    pytest.param("DELETE FROM batch WHERE seq = 1 AND run_id = 1", "commit 1", id="a-commit-removed"),
    pytest.param("UPDATE run SET program = 'x' WHERE id = 1", "commit 1", id="the-run-changed"),
    pytest.param("UPDATE body_piece SET data = x'00', packed = 0 WHERE body_id = 3", "body 3", id="a-body-changed"),
    pytest.param("DELETE FROM body_piece WHERE body_id = 3", "body 3", id="a-body-removed"),
    pytest.param("UPDATE rule_trail SET rule_id = 'x' WHERE seq = 1", "rule trail", id="a-trail-changed"),
    pytest.param("UPDATE dictionary SET data = x'00' WHERE copy = 2", "copy 2", id="a-dictionary-changed"),
]


@pytest.mark.parametrize(("statement", "said"), TAMPERED)
def test_what_sql_changed_is_noticed_and_named(statement: str, said: str, recorded: str) -> None:
    with closing(sqlite3.connect(recorded)) as connection, connection:
        connection.execute(statement)
    Path(recorded + "-mark").unlink()
    told = [problem.text for problem in report_of(recorded).problems]
    assert any(said in text for text in told), told


def test_one_lost_dictionary_copy_costs_no_exchange(recorded: str) -> None:
    with closing(sqlite3.connect(recorded)) as connection, connection:
        connection.execute("UPDATE dictionary SET data = x'00' WHERE copy = 1")
    assert read_all(recorded) == EXCHANGES


KILLED = """
import asyncio, os
from store.recording import open_for_writing
from store.writer import Writer
from tests.store.samples import RUN, sample
async def main():
    writer = Writer(open_for_writing(os.environ["P"], durability=os.environ["D"]), seal="off")
    writer.start(RUN)
    for _ in range(20):
        await writer.finish(sample(writer.next_id()))
    while os.environ["F"] and not writer._thread._folding._pending.empty:
        await asyncio.sleep(0.01)
    os._exit(9)
asyncio.run(main())
"""


def killed_run(place: str, durability: str, *, folded: bool = False) -> None:
    """Twenty exchanges and an end without warning, before or after they were rows."""
    environment = {**os.environ, "P": place, "D": durability, "F": "yes" if folded else ""}
    assert subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False).returncode == 9


@pytest.mark.parametrize("folded", [pytest.param(True, id="rows"), pytest.param(False, id="journal")])
@pytest.mark.parametrize("durability", ["full", "normal"])
def test_after_a_killed_process_nothing_is_missing_and_nothing_is_said(
    place: str, durability: str, *, folded: bool
) -> None:
    killed_run(place, durability, folded=folded)
    assert report_of(place).problems == []
    recording = open_for_writing(place)
    assert recording.notes == ()
    assert Reader(recording).count() == 20
    recording.close()


@pytest.mark.parametrize("kept", [0, 4096, 30_000])
def test_a_lost_end_is_noticed_by_verify_and_by_the_next_start(place: str, kept: int) -> None:
    killed_run(place, "full", folded=True)
    Path(place + "-newest").unlink()  # it still has them, and would bring them back
    wal = Path(place + "-wal")
    os.truncate(wal, min(kept, wal.stat().st_size - 1))
    assert any(problem.text.startswith("end: up to") for problem in report_of(place).problems)
    recording = open_for_writing(place)
    assert "may be missing" in recording.notes[0]
    (gap,) = Reader(recording).gaps()
    assert gap.exchanges >= 20 - Reader(recording).count() > 0
    recording.close()


def test_after_a_power_cut_with_normal_durability_the_next_start_says_how_much_may_be_missing(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_run(place, "normal")
    monkeypatch.setattr("store.losses.boot_id", lambda: "another life of the machine")
    recording = open_for_writing(place)
    assert recording.notes[0].startswith("up to 980 exchanges after ")
    recording.close()


def test_a_copy_without_its_mark_is_opened_with_a_note(recorded: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(recorded, copy)
    recording = open_for_reading(str(copy))
    assert "no high-water mark" in recording.notes[0]
    recording.close()
