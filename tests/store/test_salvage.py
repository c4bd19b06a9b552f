from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.messages import BodyRef, Request
from store.errors import RecordingError, Unwritable
from store.reader import Reader
from store.recording import open_for_reading
from store.salvage import Salvage, salvage
from store.spool import Spool
from store.unsealing import Unsealer
from store.verify import verify
from tests.store.placements import PLACEMENTS
from tests.store.samples import read_all, sample, write_all

EXCHANGES = [sample(ident, body=b"b%d " % ident * 300) for ident in range(1, 61)]


def salvaged(place: str, target: str) -> Salvage:
    recording = open_for_reading(place)
    try:
        return salvage(recording, target)
    finally:
        recording.close()


def test_a_sound_recording_comes_over_whole(place: str, tmp_path: Path) -> None:
    spool = Spool()
    spool.write(b"large " * 100_000)
    ref = spool.body()
    assert isinstance(ref, BodyRef)
    large = replace(sample(61), server=None)
    large = replace(large, client=replace(large.client, request=Request(b"PUT", b"/", (), ref)))
    write_all(place, [*EXCHANGES, large], [spool])
    report = salvaged(place, str(tmp_path / "new.db"))
    assert (report.lost, report.others) == ([], [])
    assert read_all(str(tmp_path / "new.db")) == [*EXCHANGES, large]
    recording = open_for_reading(str(tmp_path / "new.db"))
    assert b"".join(Reader(recording).body_pieces(ref)) == b"".join(spool.pieces())
    assert verify(recording).sound
    recording.close()
    spool.close()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_sound_comes_over_and_the_rest_is_listed(seed: int, place: str, tmp_path: Path) -> None:
    write_all(place, EXCHANGES)
    data = bytearray(Path(place).read_bytes())
    rng = random.Random(seed)  # noqa: S311 - chooses bits, keeps nothing secret
    for _ in range(6):
        data[rng.randrange(8192, len(data))] ^= 1 << rng.randrange(8)
    Path(place).write_bytes(data)
    try:
        report = salvaged(place, str(tmp_path / "new.db"))
    except RecordingError:
        pytest.skip("this damage leaves nothing that can be opened")
    back = read_all(str(tmp_path / "new.db"))
    assert [each.id for each in back] == report.recovered
    assert all(each == EXCHANGES[each.id - 1] for each in back)
    assert {*report.recovered, *(ident for ident, _ in report.lost)} <= {each.id for each in EXCHANGES}


def test_a_broken_page_costs_the_rows_on_it_and_no_others(place: str, tmp_path: Path) -> None:
    write_all(place, EXCHANGES)
    with closing(sqlite3.connect(place)) as connection:
        pages = connection.execute("SELECT pageno FROM dbstat WHERE name = 'exchange' AND pagetype = 'leaf'").fetchall()
    data, page = bytearray(Path(place).read_bytes()), pages[1][0]
    data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    Path(place).write_bytes(data)
    report = salvaged(place, str(tmp_path / "new.db"))
    assert 30 < len(report.recovered) < 60
    assert read_all(str(tmp_path / "new.db")) == [EXCHANGES[ident - 1] for ident in report.recovered]


def test_sealed_exchanges_come_over_sealed_and_open_with_the_same_key(place: str, tmp_path: Path) -> None:
    exchanges = [replace(make(), id=ident) for ident, make in enumerate(PLACEMENTS.values(), start=1)]
    write_all(place, exchanges, seal="on")
    salvaged(place, str(tmp_path / "new.db"))
    recording = open_for_reading(str(tmp_path / "new.db"))
    unsealer = Unsealer(recording)
    assert [unsealer.unseal(each) for each in Reader(recording).exchanges()] == exchanges
    recording.close()


def test_a_used_target_is_refused(place: str, tmp_path: Path) -> None:
    write_all(place, EXCHANGES)
    write_all(str(tmp_path / "new.db"), [sample(1)])
    with pytest.raises(Unwritable, match="already holds a recording"):
        salvaged(place, str(tmp_path / "new.db"))
