"""What happens when the database cannot write: told, counted, and over by itself.

Here the journal is away, so that each commit is the database's, as on a server. test_journal.py has it there.
"""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from gateway.exchange import State, View
from gateway.messages import BodyRef, Request
from store.errors import Missing, StoreUnavailable, Unwritable
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.verify import verify
from store.writer import Writer
from tests.store.samples import RUN, read_all, sample

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from store.reader import GapRow


class Disk:
    """A disk that can be full: the database may not grow, and no space can be held back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self._pages = 1_000_000

    def attach(self, writer: Writer) -> None:
        def limit(connection: sqlite3.Connection, _: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {self._pages}")

        event.listen(writer._thread._recording.engine, "connect", limit)
        writer._thread.committer.disconnect()

    def fill(self, writer: Writer) -> None:
        self._pages = 1
        writer._thread.committer.disconnect()
        self._patch.setattr(os, "posix_fallocate", self._no_space)

    def free(self) -> None:
        self._pages = 1_000_000
        self._patch.undo()

    def _no_space(self, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


@asynccontextmanager
async def recording_at(place: str) -> AsyncIterator[Writer]:
    recording = open_for_writing(place)
    writer = Writer(recording, seal="off")
    writer.start(RUN)
    without_journal(writer)
    try:
        yield writer
    finally:
        await writer.close()
        recording.close()


def without_journal(writer: Writer) -> None:
    folding = writer._thread._folding
    assert folding._pending is not None
    folding._pending.journal.close(remove=True)
    folding._pending = None


def gaps(place: str) -> list[GapRow]:
    recording = open_for_reading(place)
    try:
        return Reader(recording).gaps()
    finally:
        recording.close()


async def until(condition: object) -> None:
    """Wait for what the recorder's thread does by itself, at most 10 seconds."""
    async with asyncio.timeout(10):
        while not condition():  # type: ignore[operator] # noqa: ASYNC110 - the thread under test sets no event
            await asyncio.sleep(0.02)


def large(ident: int) -> object:
    """An exchange that needs new pages."""
    exchange = sample(ident)
    body = os.urandom(100_000)
    return replace(exchange, client=replace(exchange.client, request=Request(b"PUT", b"/", (), body)))


def test_a_full_disk_is_told_counted_and_survived(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            await writer.finish(sample(1))
            disk.attach(writer)
            disk.fill(writer)
            with pytest.raises(StoreUnavailable, match="disk full"):
                await writer.finish(large(2))  # type: ignore[arg-type]
            assert writer.failing == "disk full"
            with pytest.raises(StoreUnavailable, match="disk full"):
                await writer.intent(replace(sample(3), state=State.OPEN))
            disk.free()
            await until(lambda: not writer.failing)
            await writer.finish(sample(4))
            assert writer.lost == 1

    disk = Disk(monkeypatch)
    asyncio.run(main())
    assert [each.id for each in read_all(place)] == [1, 4]
    (gap,) = gaps(place)
    assert (gap.exchanges, gap.reason) == (1, "disk full")
    assert gap.ended_us is not None
    assert gap.started_us <= gap.ended_us


def test_while_the_disk_is_full_the_recording_already_says_so(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is killed during the outage must not leave a silent gap."""

    async def main() -> None:
        async with recording_at(place) as writer:
            disk.attach(writer)
            disk.fill(writer)
            disk._pages = 40  # what the reserve gave back: room for a row, not for the body
            with pytest.raises(StoreUnavailable):
                await writer.finish(large(2))  # type: ignore[arg-type]
            (gap,) = gaps(place)
            assert (gap.ended_us, gap.reason) == (None, "disk full")
            disk.free()
            await until(lambda: not writer.failing)

    disk = Disk(monkeypatch)
    asyncio.run(main())
    (gap,) = gaps(place)
    assert (gap.exchanges, gap.ended_us is not None) == (1, True)


def test_what_could_not_be_written_waits_in_memory_and_is_written_later(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            disk.attach(writer)
            disk.fill(writer)
            with pytest.raises(StoreUnavailable):
                await writer.finish(large(1))  # type: ignore[arg-type]
            writer.finish_later(replace(sample(1), state=State.REFUSED))
            disk.free()
            await until(lambda: not writer.failing)
            assert writer.lost == 0

    disk = Disk(monkeypatch)
    asyncio.run(main())
    assert [each.state for each in read_all(place)] == [State.REFUSED]
    assert gaps(place) == []


def test_memory_for_later_is_bounded(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            disk.attach(writer)
            disk.fill(writer)
            with pytest.raises(StoreUnavailable):
                await writer.finish(large(1))  # type: ignore[arg-type]
            for ident in range(2, 7):
                writer.finish_later(sample(ident))
            disk.free()
            await until(lambda: not writer.failing)

    monkeypatch.setattr("store.writer.MAX_LATER", 3)
    disk = Disk(monkeypatch)
    disk._patch = pytest.MonkeyPatch()
    asyncio.run(main())
    assert [each.id for each in read_all(place)] == [2, 3, 4]
    assert [gap.exchanges for gap in gaps(place)] == [3]


def test_another_programs_short_lock_costs_time_and_nothing_else(place: str) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            with closing(sqlite3.connect(place, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                waiting = writer.finish(sample(1))
                await asyncio.sleep(0.2)
                assert not waiting.done()
                other.execute("ROLLBACK")
            await waiting

    asyncio.run(main())
    assert read_all(place) == [sample(1)]
    assert gaps(place) == []


def test_a_lock_that_stays_is_an_outage(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            with closing(sqlite3.connect(place, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(StoreUnavailable, match="another program holds a lock"):
                    await writer.finish(sample(1))
                other.execute("ROLLBACK")
            await until(lambda: not writer.failing)
            await writer.finish(sample(2))

    monkeypatch.setattr("store.sqlite.BUSY_MS", 100)
    asyncio.run(main())
    assert [each.id for each in read_all(place)] == [2]
    assert [(gap.exchanges, gap.reason) for gap in gaps(place)] == [
        (1, "another program holds a lock on the recording")
    ]


def test_a_commit_that_failed_and_yet_lasted_is_not_written_twice(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk may report an error after the bytes are down (an fsync that fails)."""

    async def main() -> None:
        async with recording_at(place) as writer:
            write = writer._thread.committer._write

            def write_then_fail(*values: Any) -> bytes:
                write(*values)
                writer._thread.committer._connect().commit()
                monkeypatch.undo()
                raise OSError(errno.EIO, "Input/output error")

            monkeypatch.setattr(writer._thread.committer, "_write", write_then_fail)
            with pytest.raises(StoreUnavailable):
                await writer.finish(sample(1))
            writer.finish_later(sample(1))
            await writer.finish(sample(2))

    asyncio.run(main())
    assert [each.id for each in read_all(place)] == [1, 2]


def test_a_gap_counts_only_what_is_missing_when_commits_failed_and_yet_lasted(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            write = writer._thread.committer._write

            def write_then_fail(*values: Any) -> bytes:
                write(*values)
                writer._thread.committer._connect().commit()
                raise OSError(errno.EIO, "Input/output error")

            monkeypatch.setattr(writer._thread.committer, "_write", write_then_fail)
            for ident in (1, 2, 3):
                with pytest.raises(StoreUnavailable):
                    await writer.finish(sample(ident))
            writer.lose(sample(4))
            monkeypatch.undo()
            await writer.finish(sample(5))

    asyncio.run(main())
    assert [each.id for each in read_all(place)] == [1, 2, 3, 5]
    assert [(gap.exchanges, gap.ended_us is not None) for gap in gaps(place)] == [(1, True)]


def test_what_is_large_does_not_wait_in_memory(place: str) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            writer.finish_later(large(1))  # type: ignore[arg-type]
            elsewhere = replace(sample(2), client=View(Request(b"PUT", b"/", (), BodyRef(b"d" * 32, 1 << 20))))
            writer.finish_later(elsewhere)
            writer.finish_later(sample(3))
            await writer.finish(sample(4))

    asyncio.run(main())
    assert [each.id for each in read_all(place)] == [3, 4]
    assert [gap.exchanges for gap in gaps(place)] == [2]


def test_one_exchange_that_cannot_be_encoded_takes_no_other_along(place: str) -> None:
    async def main() -> None:
        async with recording_at(place) as writer:
            bad = replace(sample(2), parent_id=2**80)
            done = await asyncio.gather(
                *(writer.finish(each) for each in (sample(1), bad, sample(3))), return_exceptions=True
            )
            assert [type(each) for each in done] == [type(None), StoreUnavailable, type(None)]

    asyncio.run(main())
    assert [each.id for each in read_all(place)] == [1, 3]
    assert [gap.exchanges for gap in gaps(place)] == [1]


def test_a_disk_without_room_for_the_reserve_refuses_at_the_start(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with recording_at(place):
            pytest.fail("it started")

    Disk(monkeypatch)._patch.setattr(os, "posix_fallocate", Disk(monkeypatch)._no_space)
    with pytest.raises(Unwritable, match="No space left"):
        asyncio.run(main())


def test_the_reserve_is_private_and_gone_at_the_end(place: str) -> None:
    async def main() -> os.stat_result:
        async with recording_at(place):
            return os.stat(place + "-reserve")  # noqa: PTH116 - pathlib is refused in coroutines

    held = asyncio.run(main())
    assert held.st_size == 2 * 1000 * 4096
    assert held.st_blocks * 512 >= held.st_size
    assert held.st_mode & 0o777 == 0o600
    assert not Path(place + "-reserve").exists()


@pytest.mark.parametrize("moved", [pytest.param(True, id="moved"), pytest.param(False, id="deleted")])
def test_a_recording_that_has_gone_is_told(tmp_path: Path, *, moved: bool) -> None:
    """SQLite writes on into a file without a name, and every call would look recorded."""

    async def main() -> None:
        recording = open_for_writing(str(tmp_path / "fc.db"))
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        without_journal(writer)
        await writer.finish(sample(1))
        if moved:
            recording_file.rename(tmp_path / "away.db")
        else:
            recording_file.unlink()
        with pytest.raises(StoreUnavailable, match="moved or deleted"):
            await writer.finish(sample(2))
        assert "moved or deleted" in writer.failing
        await writer.close()
        with pytest.raises(Missing, match="moved or deleted"):
            recording.close()

    recording_file = tmp_path / "fc.db"
    asyncio.run(main())


def test_a_recording_that_comes_back_is_written_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with recording_at(str(recording_file)) as writer:
            recording_file.rename(tmp_path / "away.db")
            with pytest.raises(StoreUnavailable):
                await writer.finish(sample(1))
            (tmp_path / "away.db").rename(recording_file)
            await until(lambda: not writer.failing)
            await writer.finish(sample(2))

    recording_file = tmp_path / "fc.db"
    asyncio.run(main())
    assert [each.id for each in read_all(str(recording_file))] == [2]
    assert [gap.exchanges for gap in gaps(str(recording_file))] == [1]


def test_an_exchange_whose_end_was_lost_is_closed_by_the_next_run(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        disk = Disk(monkeypatch)
        async with recording_at(place) as writer:
            disk.attach(writer)
            await writer.intent(sample(1))
            disk.fill(writer)
            with pytest.raises(StoreUnavailable):
                await writer.finish(replace(large(1), state=State.COMPLETE))  # type: ignore[arg-type,type-var]
            disk.free()
            await writer.finish(sample(2))

    asyncio.run(main())
    open_for_writing(place).close()
    found = read_all(place)
    assert [(each.id, each.state) for each in found] == [(1, State.INTERRUPTED), (2, State.COMPLETE)]
    assert found[0].failure_text.startswith("its end could not be recorded; ")
    assert [gap.exchanges for gap in gaps(place)] == [1]
    recording = open_for_reading(place)
    assert [run.ending for run in Reader(recording).runs()] == ["orderly"]
    assert verify(recording).sound
    recording.close()
