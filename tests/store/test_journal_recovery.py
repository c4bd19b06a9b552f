"""What is in the journal and not yet rows: whoever dies when, it is there afterwards, once."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from gateway.exchange import Exchange, State
from store.errors import Missing, StoreUnavailable
from store.keys import key_path
from store.losses import CUT
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.unsealing import Unsealer
from store.verify import verify
from store.writer import Writer
from tests.store.samples import RUN, read_after_a_crash, read_all, sample

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SECRET = ((b"Authorization", b"Bearer abcdefghijklmnop"),)


@asynccontextmanager
async def recording_at(place: str, *, seal: str = "off") -> AsyncIterator[Writer]:
    recording = open_for_writing(place)
    writer = Writer(recording, seal=seal)
    writer.start(RUN)
    try:
        yield writer
    finally:
        await writer.close()
        recording.close()


@pytest.fixture
def nothing_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, what a test copies is in the journal alone."""
    monkeypatch.setattr("store.pending.LINGER_S", 600.0)
    monkeypatch.setattr("store.pending.OPEN_S", 600.0)


def open_one(ident: int) -> Exchange:
    return replace(sample(ident), state=State.OPEN)


def crashed(place: str, folder: Path) -> str:
    """The files as a crash would leave them now, elsewhere."""
    for path in Path(place).parent.glob(Path(place).name + "*"):
        if not path.name.endswith(("-shm", "-lock")):
            shutil.copy(path, folder)
    return str(folder / Path(place).name)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the thread under test sets no event
            await asyncio.sleep(0.01)


def with_secret(ident: int) -> Exchange:
    found = sample(ident)
    assert found.client.request
    return replace(found, client=replace(found.client, request=replace(found.client.request, headers=SECRET)))


@pytest.mark.usefixtures("nothing_folds")
@pytest.mark.parametrize("seal", ["on", "off"])
def test_what_was_acknowledged_becomes_rows_at_the_next_start(place: str, tmp_path: Path, seal: str) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()

    async def main() -> None:
        async with recording_at(place, seal=seal) as writer:
            await writer.intent(open_one(1))
            await writer.intent(open_one(2))
            await writer.finish(with_secret(2))
            await writer.finish(sample(3, body=b"b" * 2000))
            crashed(place, copy)

    asyncio.run(main())
    open_for_writing(str(copy / "fc.db")).close()
    recording = open_for_reading(str(copy / "fc.db"))
    found = {each.id: each for each in Reader(recording).exchanges()}
    assert [found[ident].state for ident in (1, 2, 3)] == [State.INTERRUPTED, State.COMPLETE, State.COMPLETE]
    assert found[3] == sample(3, body=b"b" * 2000)
    assert (found[2] == with_secret(2)) == (seal == "off")
    if seal == "on":
        assert Unsealer(recording).unseal(found[2]) == with_secret(2)
    assert verify(recording).problems == []
    assert Reader(recording).gaps() == []
    recording.close()
    assert not (copy / "fc.db-newest").exists()


@pytest.mark.usefixtures("nothing_folds")
def test_a_reader_of_a_killed_recording_sees_the_newest_too(place: str, tmp_path: Path) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            await writer.finish(sample(1))
            found.extend(read_after_a_crash(place))

    found: list[Exchange] = []
    asyncio.run(main())
    assert found == [sample(1)]


def test_rows_follow_by_themselves_and_an_open_call_shows(place: str) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            await writer.intent(open_one(1))
            await writer.finish(sample(2))
            await until(lambda: [each.id for each in read_all(place)] == [1, 2])
            await writer.finish(sample(1))

    asyncio.run(main())
    assert read_all(place) == [sample(1), sample(2)]


def test_many_more_than_the_file_holds(place: str) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            for first in range(1, 1200, 100):
                await asyncio.gather(
                    *(writer.finish(sample(ident, body=os.urandom(9000))) for ident in range(first, first + 100))
                )

    asyncio.run(main())
    recording = open_for_reading(place)
    assert Reader(recording).count() == 1200
    assert verify(recording).sound
    recording.close()


def test_what_is_acknowledged_survives_a_database_that_fails(place: str) -> None:
    def refuse(*_: object) -> None:
        if failing:
            raise OSError(errno.EIO, "Input/output error")

    async def main() -> None:
        async with recording_at(place) as writer:
            event.listen(writer._thread._recording.engine, "before_cursor_execute", refuse)
            failing.append(True)
            await writer.finish(sample(1))
            await until(lambda: writer.failing)
            assert read_after_a_crash(place) == [sample(1)]
            with pytest.raises(StoreUnavailable, match="Input/output"):
                await writer.intent(open_one(2))
            failing.clear()
            await until(lambda: not writer.failing)
            await writer.finish(sample(3))
            assert writer.lost == 0

    failing: list[bool] = []
    asyncio.run(main())
    assert read_all(place) == [sample(1), sample(3)]


def test_a_journal_that_cannot_be_written_leaves_it_to_the_database(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    async def main() -> None:
        async with recording_at(place) as writer:
            await writer.finish(sample(1))
            monkeypatch.setattr(os, "pwritev", refuse)
            await writer.finish(sample(2))
            assert [each.id for each in read_all(place)] == [1, 2]
            monkeypatch.undo()
            await writer.finish(sample(3))

    asyncio.run(main())
    assert read_all(place) == [sample(1), sample(2), sample(3)]


def test_one_that_no_row_can_hold_is_counted_and_takes_no_other_along(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            prepare = type(writer._preparer).prepare

            def fail(self: object, exchange: Exchange, *rest: object) -> object:
                if exchange.id == 2:
                    raise ValueError("planted")
                return prepare(self, exchange, *rest)  # type: ignore[arg-type]

            monkeypatch.setattr(type(writer._preparer), "prepare", fail)
            await asyncio.gather(*(writer.finish(sample(ident)) for ident in (1, 2, 3)))
            await until(lambda: len(read_all(place)) == 2)
            await writer.finish(sample(4))

    asyncio.run(main())
    recording = open_for_reading(place)
    assert [each.id for each in Reader(recording).exchanges()] == [1, 3, 4]
    assert [each.exchanges for each in Reader(recording).gaps()] == [1]
    recording.close()


@pytest.mark.usefixtures("nothing_folds")
@pytest.mark.parametrize("kept", [0, 30, 3000])
def test_a_journal_that_lost_its_end_is_a_gap(place: str, tmp_path: Path, kept: int) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()

    async def main() -> None:
        async with recording_at(place) as writer:
            for _ in range(3):
                await writer.finish(sample(writer.next_id()))
            crashed(place, copy)

    asyncio.run(main())
    os.truncate(copy / "fc.db-newest", kept)
    recording = open_for_writing(str(copy / "fc.db"))
    (gap,) = Reader(recording).gaps()
    assert gap.reason == CUT
    assert gap.exchanges == 3 - Reader(recording).count()
    recording.close()


@pytest.mark.usefixtures("nothing_folds")
def test_without_its_key_nothing_is_thrown_away(place: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()

    async def main() -> None:
        async with recording_at(place, seal="on") as writer:
            await writer.finish(sample(1))
            crashed(place, copy)

    asyncio.run(main())
    recording = open_for_reading(place)
    key = key_path(recording).name
    recording.close()
    (copy / key).rename(tmp_path / "away")
    recording = open_for_reading(str(copy / "fc.db"))
    assert "key of this recording is not here" in recording.notes[0]
    recording.close()
    with pytest.raises(Missing, match="key"):
        open_for_writing(str(copy / "fc.db"))
    (tmp_path / "away").rename(copy / key)
    assert [each.id for each in read_all(str(copy / "fc.db"))] == [1]
