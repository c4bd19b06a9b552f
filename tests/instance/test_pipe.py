"""What was written to the pipe is in the log the moment it is drained, without waiting for the event loop."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from instance.log import Log
from instance.pipe import READS_AT_ONCE, Pipe

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_drain_does_not_wait_for_the_event_loop() -> None:
    async def scene() -> bytes:
        log = Log()
        pipe = Pipe(log)
        os.write(pipe.write_end, b"printed\n")
        log.refresh()
        data = log.tail_between(0, log.end)
        pipe.close()
        return data

    assert asyncio.run(scene()) == b"printed\n"


def test_the_loop_reads_by_itself_and_notices_the_end() -> None:
    async def scene() -> bytes:
        log = Log()
        pipe = Pipe(log)
        os.write(pipe.write_end, b"last words")
        pipe.given_away()
        await asyncio.wait_for(pipe.ended.wait(), 10)
        pipe.close()  # closing twice is harmless
        return log.tail_between(0, log.end)

    assert asyncio.run(scene()) == b"last words"


class Endless(Log):
    """A log whose program prints one byte more whenever one is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.refill: Callable[[], object] = lambda: None

    def feed(self, data: bytes) -> None:
        super().feed(data)
        self.reads += 1
        self.refill()


def test_one_drain_is_bounded() -> None:
    async def scene() -> int:
        log = Endless()
        pipe = Pipe(log)
        log.refill = lambda: os.write(pipe.write_end, b"x")
        log.refill()
        pipe.drain()
        reads = log.reads
        log.refill = lambda: None
        pipe.close()
        return reads

    assert asyncio.run(scene()) == READS_AT_ONCE


def test_a_closed_pipe_no_longer_feeds_the_log() -> None:
    async def scene() -> int:
        log = Log()
        pipe = Pipe(log)
        pipe.close()
        log.refresh()
        return log.end

    assert asyncio.run(scene()) == 0
