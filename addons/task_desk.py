"""Answers to the asynchronous-task API: asked of the queue in a thread, stopped through the recorder's.

Must not know: HTTP, FC's words for the answers (gateway/task_answer.py). Read next: store/task_lists.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gateway.task import ENDED
from gateway.task_answer import ALREADY_ENDED, NOT_FOUND, STOPPED, found_task, found_tasks, found_word
from store.tasks import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.task_query import Question
    from store.task_lists import TaskLists
    from store.writer import Writer


class TaskDesk:
    """Answers questions about the tasks of a recording; without one there are none.

    `cancel` ends the delivery of an accepted call, `clock` tells microseconds since the epoch.
    """

    def __init__(
        self,
        lists: TaskLists | None = None,
        writer: Writer | None = None,
        cancel: Callable[[int], None] | None = None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self._lists = lists
        self._writer = writer
        self._cancel = cancel
        self._clock = clock

    async def answer(self, asked: Question) -> bytes:
        """What `Facts.found` is to say. Raises a RecordingError or StoreUnavailable."""
        if self._lists is None:
            return found_word(NOT_FOUND) if asked.task else found_tasks((), "")
        if not asked.task:
            return found_tasks(*await asyncio.to_thread(self._lists.page, asked))
        found = await asyncio.to_thread(self._lists.find, asked)
        if found is None:
            return found_word(NOT_FOUND)
        exchange_id, task = found
        if not asked.stop:
            return found_task(task)
        if task.state in ENDED:
            return found_word(ALREADY_ENDED)
        await self._stop(exchange_id)
        return found_word(STOPPED)

    async def _stop(self, exchange_id: int) -> None:
        """Record it first: a delivery that ends meanwhile then finds it so."""
        if self._writer is None or self._cancel is None or self._clock is None:
            raise RuntimeError("tasks that can be listed can be stopped")
        await self._writer.change(Stop(exchange_id, self._clock()))
        self._cancel(exchange_id)


NO_TASKS = TaskDesk()
"""Nothing is recorded."""
