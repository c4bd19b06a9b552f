"""What every connection can do, over a transport that only takes notes."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from wire.channel import Channel
from wire.limits import Limits


class Notes:
    """A transport that keeps what is asked of it."""

    def __init__(self, unsent: int = 0) -> None:
        self.asked: list[str] = []
        self.unsent = unsent

    def __getattr__(self, name: str) -> Any:
        return lambda: self.asked.append(name)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return "close" in self.asked or "abort" in self.asked


def channel(notes: Notes, limits: Limits) -> Channel:
    made = Channel(limits)
    made.connection_made(cast("asyncio.Transport", notes))
    return made


def test_reading_resumes_when_the_last_reason_is_gone() -> None:
    async def test() -> None:
        notes = Notes()
        one = channel(notes, Limits())
        one.hold_reading("body")
        one.hold_reading("pipeline")
        one.hold_reading("body")
        one.let_reading("body")
        assert notes.asked == ["pause_reading"]
        one.let_reading("other")
        one.let_reading("pipeline")
        assert notes.asked == ["pause_reading", "resume_reading"]
        one.throttle(lagging=True)
        one.let_reading_all()
        assert notes.asked[2:] == ["pause_reading", "resume_reading"]

    asyncio.run(test())


def test_writers_wait_for_a_slow_peer_and_are_freed_by_its_loss() -> None:
    async def test() -> None:
        one = channel(Notes(), Limits())
        await one.drained()
        for free in (one.resume_writing, lambda: one.connection_lost(None)):
            one.pause_writing()
            waiting = asyncio.ensure_future(one.drained())
            await asyncio.sleep(0)
            assert not waiting.done()
            free()
            await waiting

    asyncio.run(test())


def test_a_peer_that_takes_nothing_is_cut_and_one_that_takes_a_little_is_not() -> None:
    async def test() -> None:
        notes = Notes(unsent=100)
        one = channel(notes, Limits(stall_seconds=1000))
        one.pause_writing()
        notes.unsent = 99
        one._check_stall()
        assert "abort" not in notes.asked
        one._check_stall()
        assert notes.asked == ["abort"]
        one.connection_lost(None)

    asyncio.run(test())


def test_closing_waits_for_what_is_written_but_not_for_ever() -> None:
    async def test() -> None:
        notes = Notes(unsent=100)
        one = channel(notes, Limits(stall_seconds=1000))
        one.close()
        one.close()
        assert notes.asked == ["close"]
        one._check_stall()
        assert notes.asked == ["close", "abort"]
        one.connection_lost(None)
        one.close()
        one.abort()
        assert notes.asked == ["close", "abort"]

    asyncio.run(test())
