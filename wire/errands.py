"""Runs what an App does for a call: at once, as far as it goes without waiting, then as a task.

Must not know: connections. Read next: server.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from wire.call import Call

# The event loop keeps only weak references to tasks; an App's work must outlive its connection.
_TASKS: set[asyncio.Task[None] | None] = set()


def run(work: Coroutine[None, None, None], call: Call, loop: asyncio.AbstractEventLoop) -> None:
    """Start `work`, which answers `call`; most small calls end here, without a turn of the event loop."""
    task = asyncio.Task(_guard(work, call, loop), loop=loop, eager_start=True)
    if not task.done():
        _TASKS.add(task)


async def _guard(work: Coroutine[None, None, None], call: Call, loop: asyncio.AbstractEventLoop) -> None:
    """A failing App must not leave its client waiting, nor fail in silence."""
    try:
        await work
        if not call.finished and not call.gone:
            loop.call_exception_handler({"message": "an App left a call without an answer", "call": call})
    except Exception as error:  # noqa: BLE001 - whatever an App raises is told to the loop's handler
        loop.call_exception_handler({"message": "an App failed on a call", "exception": error, "call": call})
    finally:
        # Not a callback of the task, which would cost a turn of the loop (2 us).
        _TASKS.discard(asyncio.current_task())
        if not call.finished:
            call.abort()
