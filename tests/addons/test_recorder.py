from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from addons.recorder import NoRecorder, Recorder, Unwritten
from store.errors import StoreUnavailable
from store.tasks import Stop
from tests.addons.test_adapt import exchange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.exchange import Exchange


class FullDisk:
    """A writer that cannot write."""

    def __init__(self) -> None:
        self.asked = 0
        self.failing = "disk full"
        self.kept: list[Exchange] = []
        self.lost: list[Exchange] = []

    async def ready(self) -> None:
        return

    async def intent(self, _: Exchange, __: object = None) -> None:
        self.asked += 1
        raise StoreUnavailable("disk full")

    async def finish(self, _: Exchange, __: Sequence[object], ___: object = None) -> None:
        self.asked += 1
        raise StoreUnavailable("disk full")

    def finish_later(self, exchange: Exchange) -> None:
        self.kept.append(exchange)

    def lose(self, exchange: Exchange) -> None:
        self.lost.append(exchange)


def both(recorder: Recorder) -> list[Unwritten | None]:
    async def ask() -> list[Unwritten | None]:
        return [await recorder.intent(exchange()), await recorder.finish(exchange(), ())]

    return asyncio.run(ask())


def test_refusing_gives_the_reason() -> None:
    recorder = Recorder(cast("Any", FullDisk()), refuse=True)
    assert both(recorder) == [Unwritten("the recorder cannot write: disk full", refuse=True)] * 2


def test_passing_counts_and_warns(caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder(cast("Any", FullDisk()), refuse=False)
    assert both(recorder) == [Unwritten("the recorder cannot write: disk full", refuse=False)] * 2
    assert recorder.passed == 1
    assert "disk full" in caplog.text


def test_what_is_not_wanted_is_not_asked_for() -> None:
    writer = FullDisk()
    recorder = Recorder(cast("Any", writer), refuse=True, wanted=lambda _: False)
    assert both(recorder) == [None, None]
    recorder.later(exchange())
    recorder.lose(exchange())
    assert (writer.asked, writer.kept, writer.lost, recorder.passed) == (0, [], [], 0)


def test_what_was_refused_waits_and_what_was_passed_on_is_counted() -> None:
    writer = FullDisk()
    recorder = Recorder(cast("Any", writer), refuse=False)
    recorder.later(exchange())
    recorder.lose(exchange())
    assert (writer.kept, writer.lost, recorder.passed) == ([exchange()], [exchange()], 1)


def test_without_a_recording_exchanges_are_only_numbered() -> None:
    recorder = NoRecorder()
    assert [recorder.next_id(), recorder.next_id()] == [1, 2]
    assert asyncio.run(recorder.intent(exchange())) is None


class SlowWriter(FullDisk):
    """Its queue can be written at the third attempt."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 3
        self.changes: list[object] = []
        self.later: list[object] = []

    async def change(self, task: object) -> None:
        self.left -= 1
        if self.left > 0:
            raise StoreUnavailable("disk full")
        self.changes.append(task)

    def change_later(self, task: object) -> None:
        self.later.append(task)


def test_a_change_of_the_queue_is_tried_until_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addons.recorder.TRY_AGAIN_S", 0)
    writer, stop = SlowWriter(), Stop(7, 1)
    asyncio.run(Recorder(cast("Any", writer), refuse=True).change(stop))
    assert (writer.changes, writer.later) == ([stop], [])


def test_at_the_end_of_the_proxy_it_is_left_to_the_writer() -> None:
    writer, stop = SlowWriter(), Stop(7, 1)

    async def cut() -> None:
        task = asyncio.ensure_future(Recorder(cast("Any", writer), refuse=True).change(stop))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cut())
    assert (writer.changes, writer.later) == ([], [stop])
