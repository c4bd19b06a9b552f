"""One accepted call whose time has come: begin a delivery or give it up, and record what follows from its end.

Must not know: which calls are due. Read next: attempt.py (the delivery), gateway/task.py (what follows),
store/task_rows.py.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from addons.attempt import Attempt
from gateway.changes import Accept
from gateway.core import on_request
from gateway.destination import destination_of
from gateway.lookup import answers_to_any_name
from gateway.outcome import ERROR_WORDS, outcome_of
from gateway.task import ENDED, Outcome, TaskState, after, begun
from store.errors import RecordingError
from store.tasks import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from addons.delivery import Failed
    from addons.desk import Desk
    from addons.recorder import Unwritten
    from gateway.facts import Facts
    from gateway.messages import Request
    from gateway.task import Progress
    from store.task_queue import Due, TaskQueue

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """An accepted call: what its client sent, unsealed, and its facts."""

    request: Request
    facts: Facts


class Errand:
    """What is to be done about one due call. `known`: the call, when it is in memory; else the queue has it."""

    def __init__(
        self, desk: Desk, due: Due, known: Known | None, queue: TaskQueue | None, clock: Callable[[], int]
    ) -> None:
        self._desk = desk
        self._due = due
        self.known = known
        self._queue = queue
        self._clock = clock
        self._attempt: Attempt | None = None
        self._reason: Failed | None = None
        self._policy = desk.function(due.function).asynchronous

    def cancel(self, reason: Failed) -> None:
        """End the delivery, now or as soon as it begins; the first reason stays."""
        self._reason = self._reason or reason
        if self._attempt is not None:
            self._attempt.cancel(reason)

    async def run(self) -> Progress | None:
        """Do it, and return how far the call has come; None when it cannot be read here."""
        due, now = self._due, self._clock()
        if due.broken:
            return await self._move(after(due.progress, Outcome.INTERRUPTED, self._policy, now), Outcome.INTERRUPTED)
        began = begun(due.progress, self._policy, now)
        if began.state in ENDED:
            return await self._move(began)
        known = self.known = self.known or await self._load()
        if known is None:
            return None
        facts = replace(known.facts, seed=replace(known.facts.seed, attempt=began.attempts - 1), answered_us=0)
        decision = on_request(known.request, facts, self._desk.config)
        if not isinstance(decision, Accept) or not self._is_served():
            return await self._move(replace(due.progress, state=TaskState.INVALID, due_us=None))
        self._attempt = Attempt(self._desk, due.exchange_id, known.request, facts)
        if self._reason is not None:
            self._attempt.cancel(self._reason)
        return await self._deliver(self._attempt, decision, began)

    async def _deliver(self, attempt: Attempt, decision: Accept, began: Progress) -> Progress:
        desk, draft = self._desk, attempt.draft

        async def begin() -> Unwritten | None:
            draft.task = self._step(began, attempt_id=draft.id)
            return await desk.intent(draft)

        try:
            unwritten = await attempt.run(decision, begin)
            if unwritten is not None and unwritten.refuse:
                return await self._not_begun(unwritten)
            outcome = outcome_of(desk.exchange(draft), self._policy)
            progress = after(began, outcome, self._policy, self._clock())
            draft.task = self._step(progress, outcome, attempt_id=draft.id)
            if await desk.finish(draft) is not None and draft.task is not None:
                await desk.recorder.change(replace(draft.task, with_id=0))
            return progress
        finally:
            draft.close()

    async def _not_begun(self, unwritten: Unwritten) -> Progress:
        """The store cannot write, so the server must not see the call: an error of the system."""
        logger.error("fc-replay: an asynchronous call is not delivered now: %s", unwritten.reason)
        progress = after(self._due.progress, Outcome.SYSTEM_ERROR, self._policy, self._clock())
        return await self._move(progress, Outcome.SYSTEM_ERROR)

    async def _move(self, progress: Progress, outcome: Outcome | None = None) -> Progress:
        """Record a new state that no delivery brings with it."""
        if step := self._step(progress, outcome):
            await self._desk.recorder.change(step)
        return progress

    def _step(self, progress: Progress, outcome: Outcome | None = None, attempt_id: int = 0) -> Step | None:
        """What the recording is told; nothing when it does not have the call."""
        if self._queue is None:
            return None
        sent = destination_of(progress.state, self._policy)
        return Step(
            exchange_id=self._due.exchange_id,
            progress=progress,
            at_us=self._clock(),
            attempt_id=attempt_id,
            with_id=attempt_id,
            error=ERROR_WORDS.get(outcome, "") if outcome else "",
            target=sent.target,
            condition=sent.condition,
        )

    async def _load(self) -> Known | None:
        if self._queue is None:
            return None
        try:
            return Known(*await asyncio.to_thread(self._queue.accepted, self._due.exchange_id))
        except RecordingError as error:
            logger.warning("fc-replay: accepted call %d cannot be delivered here: %s", self._due.exchange_id, error)
            return None

    def _is_served(self) -> bool:
        """Whether the config still has the function; while nobody named one, every name is served."""
        return self._due.function in self._desk.functions or answers_to_any_name(self._desk.config)
