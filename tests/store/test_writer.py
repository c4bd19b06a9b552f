from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.exchange import Exchange, State
from gateway.messages import BodyRef, Request
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.spool import Spool
from store.writer import Writer
from tests.store.samples import RUN, read_after_a_crash, read_all, sample, write_all
from tests.store.strategies import exchanges


@pytest.fixture
def place(anywhere: str) -> str:
    """Both kinds of database."""
    return anywhere


@settings(max_examples=40, deadline=None)
@given(st.lists(exchanges, min_size=1, max_size=12))
def test_a_reader_gives_back_exactly_what_was_written(found: list[Exchange]) -> None:
    numbered = [replace(each, id=ident) for ident, each in enumerate(found, start=1)]
    with tempfile.TemporaryDirectory() as folder:
        write_all(f"{folder}/fc.db", numbered)
        assert read_all(f"{folder}/fc.db") == numbered


def test_ids_go_on_where_the_last_run_ended(in_a_file: str) -> None:
    write_all(in_a_file, [sample(7)])
    recording = open_for_writing(in_a_file)
    writer = Writer(recording, seal="off")
    assert [writer.next_id(), writer.next_id()] == [8, 9]
    recording.close()


def test_an_intent_is_on_disk_when_its_future_is_done(in_a_file: str) -> None:
    async def main() -> None:
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        await writer.intent(replace(sample(1), state=State.OPEN))
        assert [each.state for each in read_after_a_crash(in_a_file)] == [State.OPEN]
        await writer.finish(sample(1))
        assert read_after_a_crash(in_a_file) == [sample(1)]
        await writer.close()

    recording = open_for_writing(in_a_file)
    asyncio.run(main())
    recording.close()


def test_a_large_body_comes_from_its_spool_and_is_kept_once(place: str, tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for number in range(40):
        spool.write(bytes([number]) * 50_000)
    ref = spool.body()
    assert isinstance(ref, BodyRef)
    exchanges = [replace(sample(ident), server=None) for ident in (1, 2)]
    exchanges = [
        replace(each, client=replace(each.client, request=Request(b"PUT", b"/", (), ref))) for each in exchanges
    ]
    write_all(place, exchanges, [spool])
    recording = open_for_reading(place)
    reader = Reader(recording)
    assert list(reader.exchanges()) == exchanges
    assert b"".join(reader.body_pieces(ref)) == b"".join(spool.pieces())
    assert max(len(piece) for piece in reader.body_pieces(ref)) <= 256 * 1024
    with recording.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM body").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM body_use").scalar() == 2
    recording.close()
    spool.close()


def test_repeated_exchanges_take_little_room(in_a_file: str) -> None:
    write_all(in_a_file, [sample(ident) for ident in range(1, 1001)])
    assert Path(in_a_file).stat().st_size / 1000 < 500


def test_the_config_is_kept_under_its_digest(place: str) -> None:
    async def main() -> None:
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        writer.note_config({"region": "cn-hangzhou", "n": [1, None]}, "c0ffee")
        writer.note_config({"region": "cn-hangzhou", "n": [1, None]}, "c0ffee")
        await writer.close()

    recording = open_for_writing(place)
    asyncio.run(main())
    recording.close()
    recording = open_for_reading(place)
    assert Reader(recording).config("c0ffee") == {"region": "cn-hangzhou", "n": [1, None]}
    assert Reader(recording).config("unknown") is None
    recording.close()


def test_too_much_in_the_queue_holds_the_next_exchange(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.bounds.MAX_QUEUED", 2)

    async def main() -> None:
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        await writer.ready()
        first = [writer.finish(sample(1)), writer.finish(sample(2))]
        held = asyncio.ensure_future(writer.ready())
        await asyncio.sleep(0)
        assert not held.done()
        await asyncio.gather(*first)
        await held
        await writer.close()

    recording = open_for_writing(place)
    asyncio.run(main())
    recording.close()
