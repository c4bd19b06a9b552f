from __future__ import annotations

import asyncio
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from store.keep import Keep
from store.reader import Reader
from store.recording import open_for_reading, open_for_writing
from store.retention import _alone, prune, step
from store.verify import verify
from store.writer import Writer
from tests.store.samples import RUN, read_all, sample, write_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange


@pytest.fixture
def place(anywhere: str) -> str:
    """Both kinds of database."""
    return anywhere


def aged(exchange: Exchange, seconds: float) -> Exchange:
    seed = replace(exchange.facts.seed, arrived_us=time.time_ns() // 1000 - int(seconds * 1e6))
    return replace(exchange, facts=replace(exchange.facts, seed=seed))


SHARED = b"shared " * 200
EXCHANGES = [
    aged(sample(ident, body=b"%d " % ident * 500, answer=SHARED), 3600 * (61 - ident)) for ident in range(1, 61)
]


@pytest.fixture
def recorded(place: str) -> str:
    write_all(place, EXCHANGES[:20])
    write_all(place, EXCHANGES[20:])
    return place


def pruned(place: str, keep: Keep, *, dry_run: bool = False) -> int:
    recording = open_for_writing(place)
    try:
        return prune(recording, keep, dry_run=dry_run).exchanges
    finally:
        recording.close()


def bodies(place: str) -> int:
    recording = open_for_reading(place)
    try:
        with recording.engine.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM body").scalar() or 0)
    finally:
        recording.close()


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        pytest.param(Keep(exchanges=100), 60, id="enough-room"),
        pytest.param(Keep(exchanges=45), 45, id="count"),
        pytest.param(Keep(exchanges=7), 7, id="count-past-a-run"),
        pytest.param(Keep(age_s=10.5 * 3600), 10, id="age"),
        pytest.param(Keep(age_s=1), 0, id="all"),
        pytest.param(Keep(age_s=30.5 * 3600, exchanges=50), 30, id="both"),
        pytest.param(Keep(size=1), 0, id="size"),
    ],
)
def test_the_oldest_go_and_the_rest_is_untouched_and_sound(keep: Keep, left: int, recorded: str) -> None:
    assert pruned(recorded, keep, dry_run=True) == 60 - left
    assert read_all(recorded) == EXCHANGES
    assert pruned(recorded, keep) == 60 - left
    assert read_all(recorded) == EXCHANGES[60 - left :]
    assert bodies(recorded) == (left + 1 if left else 0)
    recording = open_for_reading(recorded)
    assert verify(recording).problems == []
    recording.close()


def test_pruning_twice_and_recording_on_keeps_the_chain(recorded: str) -> None:
    for count in (50, 33, 11):
        pruned(recorded, Keep(exchanges=count))
        write_all(recorded, [sample(100 + count)])
    recording = open_for_reading(recorded)
    assert verify(recording).problems == []
    assert Reader(recording).count() == 12
    recording.close()


def test_ids_are_not_used_again_after_everything_was_pruned(in_a_file: str) -> None:
    """A file counts on where it was; a server gives out blocks, and none twice (test_server.py)."""
    recorded = in_a_file
    write_all(recorded, EXCHANGES)
    pruned(recorded, Keep(age_s=1))
    recording = open_for_writing(recorded)
    assert Writer(recording, seal="off").next_id() == 61
    recording.close()


def test_a_removed_row_that_retention_did_not_remove_is_noticed(recorded: str) -> None:
    pruned(recorded, Keep(exchanges=30))
    recording = open_for_writing(recorded)
    with recording.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM exchange WHERE id = 45")
    assert not verify(recording).sound
    recording.close()


def test_on_a_server_one_proxy_prunes_at_a_time(new_database: Callable[[], str]) -> None:
    """While one is at it another does nothing, and waits for nobody."""
    address = new_database()
    write_all(address, EXCHANGES)
    first, second = open_for_writing(address), open_for_writing(address)
    with first.engine.begin() as connection:
        assert _alone(connection)
        assert step(second.engine, Keep(exchanges=10)).exchanges == 0
    assert step(second.engine, Keep(exchanges=10)).exchanges == len(EXCHANGES) - 10
    first.close()
    second.close()


def test_space_is_given_back(in_a_file: str) -> None:
    """A server gives its space back by itself (autovacuum)."""
    place = in_a_file
    write_all(
        place,
        [sample(ident, body=os.urandom(20_000)) for ident in range(1, 200)],
    )
    before = Path(place).stat().st_size
    pruned(place, Keep(exchanges=5))
    assert Path(place).stat().st_size < before / 2


def test_a_running_recorder_prunes_by_itself(place: str) -> None:
    async def main() -> None:
        writer = Writer(recording, seal="off", keep=Keep(exchanges=10))
        writer.start(RUN)
        for ident in range(1, 41):
            await writer.finish(sample(ident, body=SHARED))
        async with asyncio.timeout(10):
            while Reader(recording).count() > 10:  # noqa: ASYNC110 - the thread under test sets no event
                await asyncio.sleep(0.02)
        await writer.finish(sample(41, body=SHARED))
        await writer.close()

    recording = open_for_writing(place)
    asyncio.run(main())
    assert verify(recording).problems == []
    recording.close()
    assert [each.id for each in read_all(place)][-10:] == list(range(32, 42))


def test_a_body_that_was_pruned_is_stored_again(place: str) -> None:
    async def main() -> None:
        writer = Writer(recording, seal="off")
        writer.start(RUN)
        await writer.finish(sample(1, body=SHARED))
        while Reader(recording).count() < 1:  # noqa: ASYNC110 - the thread under test sets no event
            await asyncio.sleep(0.01)
        while writer._thread.committer.prune(Keep(age_s=1)):
            pass
        await writer.finish(sample(2, body=SHARED))
        await writer.close()

    recording = open_for_writing(place)
    asyncio.run(main())
    recording.close()
    assert read_all(place) == [sample(2, body=SHARED)]
