"""Calls that were answered 202: delivered to the server afterwards, each attempt an exchange of its own.

The queue lives in this process: what has not been delivered when the proxy stops is recorded as accepted and
nothing more. Must not know: client connections. Read next: forward.py, for calls with a waiting client.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from addons.delivery import Failed
from addons.draft import Draft
from addons.forward import ask_server, collect
from addons.serving import awake, delivery_to
from gateway.changes import Accept
from gateway.core import on_request
from gateway.delay import delay_s
from gateway.exchange import Failure, State
from gateway.messages import get

if TYPE_CHECKING:
    from addons.desk import Desk
    from gateway.messages import Request

logger = logging.getLogger(__name__)

RETRIES = 3
"""Further attempts after a function error (contract ASYNC-5, maxAsyncRetryAttempts)."""

FIRST_PAUSE_S = 0.5
"""Before the first retry; it doubles. FC publishes this back-off for 429 and 5xx only, so here it is assumed."""

STOP_GRACE_S = 5.0
"""An orderly stop waits this long for calls under way (reliability D15)."""


class AsyncCalls:
    """The accepted calls that are still to be delivered."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self.undelivered = 0

    def accept(self, desk: Desk, draft: Draft, accepted: Accept) -> None:
        """Deliver this call soon. `draft` is the accepted exchange, already committed."""
        task = asyncio.get_running_loop().create_task(self._deliver(desk, draft, accepted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Let what is under way finish, within the grace; start nothing new, and say what is left behind."""
        self._stopping.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_GRACE_S)
            for task in late:
                task.cancel()
        if self.undelivered:
            logger.warning("fc-replay: %d accepted calls were not delivered before the stop", self.undelivered)

    async def _deliver(self, desk: Desk, parent: Draft, accepted: Accept) -> None:
        request = parent.client_request
        decision: object = accepted
        for attempt in range(RETRIES + 1):
            facts = replace(parent.facts, seed=replace(parent.facts.seed, attempt=attempt), answered_us=0)
            pause_s = FIRST_PAUSE_S * 2 ** (attempt - 1) if attempt else _delay_s(request)
            if pause_s and await self._stopped_within(pause_s):
                self.undelivered += 1
                return
            if attempt and request is not None:
                decision = on_request(request, facts, desk.config)
            if not isinstance(decision, Accept):
                raise TypeError("an accepted call must be accepted again")
            draft = Draft(facts=facts, start_ns=parent.start_ns, client_request=request, parent_id=parent.id)
            if await self._attempt(desk, draft, decision):
                return

    async def _stopped_within(self, seconds: float) -> bool:
        """Wait, but not longer than the proxy lives. True: it stops."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True

    async def _attempt(self, desk: Desk, draft: Draft, accepted: Accept) -> bool:
        """One delivery, recorded. True: no retry is due."""
        draft.id = desk.recorder.next_id()
        draft.sending = accepted
        draft.request_end = draft.now()
        unwritten = await desk.intent(draft)
        if unwritten is not None and unwritten.refuse:
            logger.error("fc-replay: an asynchronous call was not delivered: %s", unwritten.reason)
            return True
        failed = await self._in_turn(desk, draft)
        if failed is None:
            draft.state = State.COMPLETE
        else:
            draft.fail(failed.failure, failed.text)
        await desk.finish(draft)
        done = failed is None and not is_function_error(draft)
        draft.close()
        return done

    async def _in_turn(self, desk: Desk, draft: Draft) -> Failed | None:
        slots = desk.slots_of(draft.facts.function)
        if not await slots.take():
            return Failed(Failure.BUSY, f"all {slots.limit} slots of the instance are in use")
        try:
            return await self._call_server(desk, draft)
        finally:
            slots.give_back()

    async def _call_server(self, desk: Desk, draft: Draft) -> Failed | None:
        asleep = await awake(desk, draft)
        if asleep is not None:
            return asleep
        delivery = delivery_to(desk, draft)
        window = desk.window(draft)
        desk.began(draft)
        failed: Failed | None
        try:
            outcome = await ask_server(draft, delivery)
            if isinstance(outcome, Failed):
                failed = await delivery.explained(outcome)
            else:
                draft.server_head = draft.now()
                draft.server_response = outcome
                failed = await collect(desk, draft, delivery)
            draft.end_log(window, failed.text if failed else "")
        finally:
            desk.over(draft)
            delivery.drop()
            window.close()
        return failed


def _delay_s(request: Request | None) -> int:
    """What X-Fc-Async-Delay asks for; an impossible value was refused before the call was accepted."""
    return (delay_s(request) or 0) if request is not None else 0


def is_function_error(draft: Draft) -> bool:
    """The app itself said that it failed: `x-fc-status: 404` (contract RESP-ST-1, ASYNC-6)."""
    response = draft.server_response
    return response is not None and get(response.headers, b"x-fc-status") == b"404"
