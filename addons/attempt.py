"""One delivery of an accepted call: its turn, its intent, the server's answer, its end. An exchange of its own.

Must not know: when it is due, what follows (asynchronous.py). Read next: forward.py, for calls with a waiting client.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from addons.delivery import Failed
from addons.draft import Draft
from addons.forward import ask_server, collect
from addons.mint import now_us
from addons.serving import awake, delivery_to
from gateway.exchange import Failure, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from addons.delivery import Delivery
    from addons.desk import Desk
    from addons.recorder import Unwritten
    from gateway.changes import Accept
    from gateway.facts import Facts
    from gateway.messages import Request

TASK_STOPPED = Failed(Failure.CLIENT_GONE, "the asynchronous task was stopped by a caller")


class Attempt:
    """A delivery. `run` it once; `cancel` it at any moment with the reason that it then ends with.

    `parent_id`: the accepted call. `facts` carry the attempt's number.
    """

    def __init__(self, desk: Desk, parent_id: int, request: Request, facts: Facts) -> None:
        self._desk = desk
        self._delivery: Delivery | None = None
        self._reason: Failed | None = None
        # As old as the call itself: the times of an attempt count from the arrival of its call.
        age_ns = max(0, now_us() - facts.seed.arrived_us) * 1000
        facts = replace(facts, answered_us=0)
        start_ns = time.monotonic_ns() - age_ns
        self.draft = Draft(facts=facts, start_ns=start_ns, client_request=request, parent_id=parent_id)

    def cancel(self, reason: Failed) -> None:
        """Cut it; the first reason stays."""
        self._reason = self._reason or reason
        if self._delivery is not None:
            self._delivery.cancel(reason)

    async def run(self, accepted: Accept, begin: Callable[[], Awaitable[Unwritten | None]]) -> Unwritten | None:
        """Deliver. `begin` records that it begins, when its turn has come. What it says ends the attempt unmade.

        Afterwards the draft holds the end, still to be recorded.
        """
        draft = self.draft
        draft.id = self._desk.recorder.next_id()
        draft.sending = accepted
        draft.request_end = draft.now()
        slots = self._desk.slots_of(draft.facts.function)
        if not await slots.take():
            self._end(Failed(Failure.BUSY, f"all {slots.limit} slots of the instance are in use"))
            return None
        try:
            unwritten = await begin()
            if unwritten is None or not unwritten.refuse:
                self._end(self._reason or await self._call_server())
            return unwritten
        finally:
            slots.give_back()

    def _end(self, failed: Failed | None) -> None:
        if failed is None:
            self.draft.state = State.COMPLETE
        else:
            self.draft.fail(failed.failure, failed.text)

    async def _call_server(self) -> Failed | None:
        desk, draft = self._desk, self.draft
        asleep = await awake(desk, draft)
        if asleep is not None:
            return asleep
        self._delivery = delivery = delivery_to(desk, draft)
        if self._reason is not None:
            delivery.cancel(self._reason)
        window = desk.window(draft)
        desk.began(draft)
        failed: Failed | None
        try:
            outcome = await ask_server(desk, draft, delivery)
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
