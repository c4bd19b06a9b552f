"""Accepted calls on their way: each is delivered when it is due, and again as the published policy says.

Which are due is asked of the queue in the recording (store/task_queue.py), in a thread; what becomes of each is
computed in gateway/task.py; a call that is due at once starts from memory. Calls that are not recorded live here
alone. Must not know: client connections, one delivery's steps. Read next: attempt.py, errand.py, hands.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from addons.attempt import TASK_STOPPED
from addons.delivery import STOPPED
from addons.errand import Errand, Known
from addons.hands import Hands
from addons.memory import Memory
from addons.mint import now_us
from store.errors import RecordingError
from store.task_queue import Due
from store.tasks import LEASE_US

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from addons.desk import Desk
    from addons.draft import Draft
    from gateway.config import Function
    from gateway.messages import Request
    from gateway.task import Progress
    from store.task_queue import TaskQueue

logger = logging.getLogger(__name__)

POLL_S = 1.0
"""On a server: how soon a task that another proxy left is found. A file's queue changes by our own hand alone."""

RENEW_S = LEASE_US / 3_000_000

STOP_GRACE_S = 5.0
"""An orderly stop waits this long for calls under way (reliability D15)."""

CUT_S = 1.0
"""Deliveries that were cut after it are recorded within this time."""


class AsyncCalls:
    """The accepted calls of one proxy. `start` with the recording's queue, if there is one; `stop` at the end.

    `clock`: microseconds since the epoch.
    """

    def __init__(self, clock: Callable[[], int] = now_us) -> None:
        self._clock = clock
        self._queue: TaskQueue | None = None
        self._hands = Hands()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._next_us: int | None = None
        self._memory = Memory()
        self._unreadable: set[int] = set()
        self._failing = ""
        self.lost = 0

    def start(self, desk: Desk, queue: TaskQueue) -> None:
        """Work off the queue, what earlier runs left in it first."""
        self._queue = queue
        self._memory.needed = queue.discards
        self._next_us = self._clock()
        self._spawn(self._work(desk, queue))
        if queue.is_shared:
            self._spawn(self._hold(queue))

    def now_us(self) -> int:
        """The time by which calls are due."""
        return self._clock()

    def look(self) -> None:
        """See whether something is due; needed when the clock was set."""
        self._wake.set()

    def reserve(self, desk: Desk, draft: Draft, progress: Progress) -> bool:
        """Before a call's commit: whether it is delivered from memory, at once. Then nobody else takes it."""
        function = desk.function(draft.facts.function)
        due = (progress.due_us or 0) <= self._clock()
        at_once = due and self._hands.room > 0 and self._hands.has_room(function)
        if at_once:
            self._hands.hold(draft.id, function)
        return at_once

    def forget(self, exchange_id: int) -> None:
        """The call was not accepted after all."""
        self._hands.let_go(exchange_id)

    def take_over(self, desk: Desk, draft: Draft, request: Request, progress: Progress, *, recorded: bool) -> None:
        """Deliver an accepted call. `recorded`: its task is in the recording, not here alone."""
        known = Known(request, draft.facts)
        due = Due(draft.id, draft.facts.function, progress)
        if not recorded:
            self._hands.let_go(draft.id)
            self._spawn(self._unrecorded(desk, due, known))
        elif draft.id in self._hands:
            self._begin(desk, due, known)
        else:
            self._memory.keep(draft.id, known)
            self._note(progress.due_us)

    def cancel(self, exchange_id: int) -> None:
        """A caller wants a call stopped: cut its delivery, if one is under way."""
        self._hands.cancel(exchange_id, TASK_STOPPED)

    async def stop(self) -> None:
        """Let what is under way finish, within the grace, cut the rest, and say what is left behind."""
        self._stopping.set()
        self._wake.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_GRACE_S)
        self._hands.cancel_all(STOPPED)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CUT_S)
            for task in late:
                task.cancel()
        await self._tell_what_waits()

    async def _tell_what_waits(self) -> None:
        if self.lost:
            logger.warning("fc-replay: %d accepted calls were not recorded and not delivered", self.lost)
        if self._queue is None:
            return
        with contextlib.suppress(RecordingError):  # what is wrong with the recording is told when it is closed
            waiting = await asyncio.to_thread(self._queue.waiting)
            if waiting:
                logger.info("fc-replay: %d accepted calls wait in the recording for the next run", waiting)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, desk: Desk, queue: TaskQueue) -> None:
        """Take what is due, as long as the proxy lives."""
        while not self._stopping.is_set():
            await self._until_next(queue)
            if self._stopping.is_set():
                return
            if not self._hands.room:
                self._next_us = None  # whoever ends wakes us
                continue
            try:
                await self._take(desk, queue)
            except RecordingError as error:
                self._told(str(error))
                self._next_us = self._clock() + int(POLL_S * 1e6)
            else:
                self._failing = ""

    async def _until_next(self, queue: TaskQueue) -> None:
        """Wait until something may be due."""
        while not self._stopping.is_set():
            self._wake.clear()
            wait_s = None if self._next_us is None else (self._next_us - self._clock()) / 1e6
            if wait_s is not None and wait_s <= 0:
                return
            if queue.is_shared:
                wait_s = min(wait_s or POLL_S, POLL_S)
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                return

    async def _take(self, desk: Desk, queue: TaskQueue) -> None:
        now, room = self._clock(), self._hands.room
        self._next_us = None
        found = await asyncio.to_thread(queue.claim, now, room, self._hands_off(), self._full(desk))
        for due in found:
            # Accepted meanwhile, and begun from memory; or more than its function takes at once.
            if due.exchange_id not in self._hands and self._hands.has_room(desk.function(due.function)):
                self._begin(desk, due, None)
        next_us = await asyncio.to_thread(queue.next_due_us, self._hands_off(), self._full(desk))
        if next_us is not None and not (queue.is_shared and next_us <= now):
            self._note(next_us)

    def _full(self, desk: Desk) -> list[str]:
        """Functions whose instance has as many calls of ours as it takes at once: theirs wait in the queue."""
        return [function.name for function in desk.config.functions if not self._hands.has_room(function)]

    def _begin(self, desk: Desk, due: Due, known: Known | None) -> None:
        errand = Errand(desk, due, known or self._memory.take(due.exchange_id), self._queue, self._clock)
        function = desk.function(due.function)
        self._hands.hold(due.exchange_id, function, errand)
        self._spawn(self._run(errand, due.exchange_id, function))

    async def _run(self, errand: Errand, exchange_id: int, function: Function) -> None:
        try:
            progress = await errand.run()
        except Exception:
            # A fault of ours; the queue has the call, and it is tried again as one whose delivery was cut.
            logger.exception("fc-replay: accepted call %d could not be delivered", exchange_id)
            self._note(self._clock())
        else:
            self._after(errand, exchange_id, progress)
        finally:
            full = not self._hands.room or not self._hands.has_room(function)
            self._hands.let_go(exchange_id)
            if full:
                self._note(self._clock())

    def _after(self, errand: Errand, exchange_id: int, progress: Progress | None) -> None:
        if progress is None:
            self._unreadable.add(exchange_id)
        elif progress.due_us is not None:
            if errand.known is not None:
                self._memory.keep(exchange_id, errand.known)
            self._note(progress.due_us)

    async def _unrecorded(self, desk: Desk, due: Due, known: Known) -> None:
        """All deliveries of a call that is in no recording; it ends with the proxy."""
        while due.progress.due_us is not None:
            if await self._stopped_until(due.progress.due_us):
                self.lost += 1
                return
            progress = await Errand(desk, due, known, None, self._clock).run()
            if progress is None:
                return
            due = Due(due.exchange_id, due.function, progress)

    async def _stopped_until(self, due_us: int) -> bool:
        """Wait, but not longer than the proxy lives. True: it stops."""
        try:
            async with asyncio.timeout(max(0.0, (due_us - self._clock()) / 1e6)):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True

    async def _hold(self, queue: TaskQueue) -> None:
        """On a server: say now and then that what is under way here still is, and hear of what shall stop."""
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RENEW_S):
                    await self._stopping.wait()
            if self._hands.ids:
                try:
                    for stopping in await asyncio.to_thread(queue.renew, self._clock(), self._hands.ids):
                        self.cancel(stopping)
                except RecordingError as error:
                    self._told(str(error))

    def _hands_off(self) -> list[int]:
        return [*self._hands.ids, *self._unreadable]

    def _note(self, due_us: int | None) -> None:
        """Something is due at this time."""
        if due_us is not None and (self._next_us is None or due_us < self._next_us):
            self._next_us = due_us
            self._wake.set()

    def _told(self, reason: str) -> None:
        """Say once why the queue cannot be read; it is tried again by itself."""
        if reason != self._failing:
            self._failing = reason
            logger.warning("fc-replay: the queue of accepted calls cannot be read: %s", reason)
