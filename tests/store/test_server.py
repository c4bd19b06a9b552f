"""What must hold wherever a recording lies, and what several proxies on one server do."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.exchange import Exchange, State
from gateway.messages import BodyRef, Request
from store.errors import NewerVersion, RecordingError, Unwritable
from store.ids import BLOCK
from store.keep import Keep
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.retention import prune
from store.salvage import salvage
from store.spool import Spool
from store.unsealing import Unsealer
from store.verify import verify
from store.writer import Writer
from tests.store.placements import PLACEMENTS
from tests.store.samples import RUN, read_all, sample, write_all
from tests.store.strategies import exchanges

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(exchanges, min_size=1, max_size=8))
def test_a_reader_gives_back_exactly_what_was_written(anywhere: str, found: list[Exchange]) -> None:
    first = asyncio.run(last_id(anywhere)) + 1
    numbered = [replace(each, id=ident) for ident, each in enumerate(found, start=first)]
    write_all(anywhere, numbered)
    recording = open_for_reading(anywhere)
    assert list(Reader(recording).exchanges(after=first - 1)) == numbered
    assert [row.id for row in Reader(recording).overview(after=first - 1)] == [each.id for each in numbered]
    recording.close()


async def last_id(place: str) -> int:
    recording = open_for_writing(place)
    try:
        return max((row.id for row in Reader(recording).overview()), default=0)
    finally:
        recording.close()


def test_sealed_exchanges_open_again(anywhere: str) -> None:
    numbered = [replace(make(), id=ident) for ident, make in enumerate(PLACEMENTS.values(), start=1)]
    write_all(anywhere, numbered, seal="on")
    recording = open_for_reading(anywhere)
    unsealer = Unsealer(recording)
    assert [unsealer.unseal(each) for each in Reader(recording).exchanges()] == numbered
    recording.close()


def test_a_large_body_and_retention_and_verify(anywhere: str, tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(os.urandom(700_000))
    ref = spool.body()
    assert isinstance(ref, BodyRef)
    large = replace(sample(31), client=replace(sample(31).client, request=Request(b"PUT", b"/", (), ref)))
    numbered = [sample(ident, body=b"%d " % ident * 400) for ident in range(1, 31)]
    write_all(anywhere, [*numbered, large], [spool])
    recording = open_for_writing(anywhere)
    assert b"".join(Reader(recording).body_pieces(ref)) == b"".join(spool.pieces())
    assert prune(recording, Keep(exchanges=11), dry_run=True).exchanges == 20
    assert prune(recording, Keep(exchanges=11)).exchanges == 20
    assert verify(recording).problems == []
    assert prune(recording, Keep(size=1)).size > 0
    assert Reader(recording).count() == 0
    recording.close()
    spool.close()


def test_the_public_views_answer_plain_sql(anywhere: str) -> None:
    write_all(anywhere, [sample(1), sample(2, body=b"b" * 700)])
    recording = open_for_reading(anywhere)
    with recording.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM exchange_overview WHERE id = 2").mappings().one()
        rules = connection.exec_driver_sql("SELECT rule_id FROM transform_overview WHERE exchange_id = 2 ORDER BY seq")
        assert rules.scalars().all() == ["req.add.context", "reply.add.request-id"]
    assert (row["method"], row["client_status"], row["request_bytes"], row["duration_ms"]) == ("POST", 200, 700, 0.5)
    assert row["started_at"] == "2023-11-14T22:13:20.000Z"
    recording.close()


def test_salvage_goes_from_anywhere_to_a_file(anywhere: str, tmp_path: Path) -> None:
    write_all(anywhere, [sample(ident) for ident in range(1, 20)])
    source = open_for_reading(anywhere)
    assert salvage(source, str(tmp_path / "rescued.db")).recovered == list(range(1, 20))
    source.close()
    assert read_all(str(tmp_path / "rescued.db")) == [sample(ident) for ident in range(1, 20)]


KILLED = """
import asyncio, os
from dataclasses import replace
from gateway.exchange import State
from store.recording import open_for_writing
from store.writer import Writer
from tests.store.samples import RUN, sample
async def main():
    writer = Writer(open_for_writing(os.environ["P"]), seal="off")
    writer.start(RUN)
    await writer.intent(replace(sample(writer.next_id()), state=State.OPEN))
    os._exit(9)
asyncio.run(main())
"""


def test_a_killed_run_is_closed_and_a_live_one_is_not(new_database: Callable[[], str]) -> None:
    async def main() -> None:
        alive = open_for_writing(place)
        writer = Writer(alive, seal="off")
        writer.start(RUN)
        mine = writer.next_id()
        await writer.intent(replace(sample(mine), state=State.OPEN))
        killed = subprocess.run([sys.executable, "-c", KILLED], env={**os.environ, "P": place}, check=False)  # noqa: ASYNC221 - nothing else runs
        assert killed.returncode == 9
        open_for_writing(place).close()
        states = {each.id: each.state for each in read_all(place)}
        assert sorted(states.values()) == [State.INTERRUPTED, State.OPEN]
        assert states[mine] is State.OPEN
        await writer.finish(sample(mine))
        await writer.close()
        alive.close()

    place = new_database()
    asyncio.run(main())


def test_several_proxies_record_into_one_database_at_once(new_database: Callable[[], str]) -> None:
    async def proxy(number: int) -> list[int]:
        recording = open_for_writing(place)
        writer = Writer(recording, seal="off", keep=Keep(exchanges=100_000))
        writer.start(RUN)
        ids = [writer.next_id() for _ in range(150)]
        shared = [b"shared %d " % (ident % 7) * 200 for ident in ids]
        await asyncio.gather(*(writer.finish(sample(i, body=b)) for i, b in zip(ids, shared, strict=True)))
        assert writer.lost == number - number
        await writer.close()
        recording.close()
        return ids

    async def main() -> list[list[int]]:
        return await asyncio.gather(*(proxy(number) for number in range(4)))

    place = new_database()
    given = asyncio.run(main())
    everything = sorted(ident for ids in given for ident in ids)
    assert len(set(everything)) == 600
    assert {ident // BLOCK for ident in everything} >= {0, 2}
    assert [each.id for each in read_all(place)] == everything
    recording = open_for_reading(place)
    assert verify(recording).problems == []
    recording.close()


def test_a_newer_schema_on_a_server_is_refused(new_database: Callable[[], str]) -> None:
    place = new_database()
    write_all(place, [sample(1)])
    recording = open_for_writing(place)
    with recording.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    recording.close()
    for opened in (open_for_reading, open_for_writing):
        with pytest.raises(NewerVersion):
            opened(place)


@pytest.mark.parametrize("opened", [open_for_reading, open_for_writing])
def test_a_server_that_is_not_there_is_told_without_the_password(opened: Callable[[str], object]) -> None:
    with pytest.raises(RecordingError) as told:
        opened("postgresql+psycopg://me:hunter2@127.0.0.1:1/recordings")
    assert "127.0.0.1" in str(told.value)
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("opened", [open_for_reading, open_for_writing])
def test_a_driver_that_is_not_installed_is_named(
    opened: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unwritable, match="driver psycopg is not installed") as told:
        opened("postgresql+psycopg://me:hunter2@127.0.0.1:1/recordings")
    assert "hunter2" not in str(told.value)
