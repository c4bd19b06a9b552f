from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.exchange import State
from store.errors import Damaged, Locked, Missing, NewerVersion, NotOurs, RecordingError, Unwritable
from store.recording import open_for_reading, open_for_writing
from store.schema import VERSION
from tests.store.samples import read_all, sample, write_all

if TYPE_CHECKING:
    from sqlalchemy import Connection


def modes(folder: Path) -> dict[str, int]:
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


@pytest.fixture
def no_umask() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


def test_every_file_is_private_under_any_umask(place: str, no_umask: object) -> None:
    recording = open_for_writing(place)
    with recording.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 7")
        found = modes(Path(place).parent)
    assert set(found) >= {"fc.db", "fc.db-wal", "fc.db-shm", "fc.db-lock"}
    assert set(found.values()) == {0o600}
    recording.close()


def test_a_closed_recording_is_one_plain_file(place: str) -> None:
    write_all(place, [sample(1)])
    assert set(modes(Path(place).parent)) == {"fc.db", "fc.db-mark"}
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_second_recorder_is_refused_and_told_who_records(place: str) -> None:
    recording = open_for_writing(place)
    with pytest.raises(Locked, match=f"process {os.getpid()} "):
        open_for_writing(place)
    recording.close()
    open_for_writing(place).close()


def test_the_lock_of_a_dead_recorder_does_not_matter(place: str) -> None:
    killed = "import os; from store.recording import open_for_writing; open_for_writing(os.environ['P']); os._exit(9)"
    done = subprocess.run([sys.executable, "-c", killed], env={**os.environ, "P": place}, check=False)
    assert done.returncode == 9
    assert Path(place + "-lock").exists()
    open_for_writing(place).close()
    assert not Path(place + "-lock").exists()


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()


def newer(path: Path) -> None:
    write_all(str(path), [sample(1)])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def broken_pages(path: Path) -> None:
    write_all(str(path), [sample(1)])
    data = path.read_bytes()
    path.write_bytes(data[:100] + b"\xff" * (len(data) - 100))


REFUSED = [
    pytest.param(lambda path: path.write_text("id,name\n"), NotOurs, id="a-text-file"),
    pytest.param(foreign_database, NotOurs, id="another-programs-database"),
    pytest.param(newer, NewerVersion, id="newer"),
    pytest.param(lambda path: path.write_bytes(b"SQLite format 3\0" + b"\0" * 10), Damaged, id="cut-short"),
    pytest.param(broken_pages, Damaged, id="broken-pages"),
]


@pytest.mark.parametrize("opened", [open_for_writing, open_for_reading])
@pytest.mark.parametrize(("make", "error"), REFUSED)
def test_what_is_not_a_recording_of_ours_is_refused_untouched(
    make: object, error: type[RecordingError], opened: object, place: str
) -> None:
    make(Path(place))  # type: ignore[operator]
    before = Path(place).read_bytes()
    with pytest.raises(error) as told:
        opened(place)  # type: ignore[operator]
    assert Path(place).read_bytes() == before
    assert place in str(told.value)
    assert told.value.exit_code == 3
    assert set(modes(Path(place).parent)) <= {"fc.db", "fc.db-mark"}


def test_a_reader_does_not_create_anything(place: str) -> None:
    with pytest.raises(Missing):
        open_for_reading(place)
    assert not Path(place).exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="nowhere does not exist"):
        open_for_writing(str(tmp_path / "nowhere" / "fc.db"))


def test_what_a_killed_run_left_open_is_closed_as_interrupted(place: str) -> None:
    killed = """
import asyncio, os
from dataclasses import replace
from gateway.exchange import State
from store.recording import open_for_writing
from store.writer import Writer
from store.schema import VERSION
from tests.store.samples import RUN, sample
async def main():
    writer = Writer(open_for_writing(os.environ["P"]), seal="off")
    writer.start(RUN)
    await writer.intent(replace(sample(1), state=State.OPEN))
    await writer.finish(sample(2))
    os._exit(9)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", killed], env={**os.environ, "P": place}, check=False)
    assert done.returncode == 9
    assert [each.state for each in read_all(place)] == [State.OPEN, State.COMPLETE]
    write_all(place, [sample(3)])
    first, second, third = read_all(place)
    assert first.state is State.INTERRUPTED
    assert "proxy ended" in first.failure_text
    assert first.client == sample(1).client
    assert (second, third) == (sample(2), sample(3))


def test_an_older_recording_is_copied_before_it_is_brought_up_to_date(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(place, [sample(1)])
    steps: list[str] = []
    monkeypatch.setattr("store.recording.VERSION", VERSION + 1)
    monkeypatch.setattr("store.recording.upgrade", lambda connection: steps.append(connection.dialect.name))
    open_for_writing(place).close()
    assert steps == ["sqlite"]
    copy = Path(f"{place}.schema-{VERSION:04d}")
    assert copy.stat().st_mode & 0o777 == 0o600
    monkeypatch.undo()
    assert read_all(str(copy)) == [sample(1)]


def test_an_upgrade_that_fails_leaves_the_recording_as_it_was(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(connection: Connection) -> None:
        connection.exec_driver_sql("DELETE FROM exchange")
        raise OSError("the power went out")

    write_all(place, [sample(1)])
    monkeypatch.setattr("store.recording.VERSION", VERSION + 1)
    monkeypatch.setattr("store.recording.upgrade", broken)
    with pytest.raises(Unwritable):
        open_for_writing(place)
    monkeypatch.undo()
    assert read_all(place) == [sample(1)]
    assert not Path(place + "-lock").exists()


def test_the_recording_of_every_released_schema_can_be_read() -> None:
    released = sorted((Path(__file__).resolve().parents[1] / "data" / "recordings").glob("schema-*.db"))
    assert released
    for path in released:
        assert read_all(str(path)) == [sample(1), sample(2, body=b"body " * 300, answer=b"answer " * 200)]


@pytest.mark.parametrize(("durability", "level"), [("full", 2), ("normal", 1)])
def test_commits_wait_for_the_disk_as_durability_says(durability: str, level: int, place: str) -> None:
    """SQLite's own numbers: 2 = FULL, a commit survives a power cut; 1 = NORMAL, it survives the process."""
    recording = open_for_writing(place, durability=durability)
    with recording.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    recording.close()
