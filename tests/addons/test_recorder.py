from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from addons.recorder import NoRecorder, Recorder, Unwritten
from store.errors import StoreUnavailable
from tests.addons.test_adapt import exchange

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

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
