"""Between a call and its function's instance: wake it, and find the way to it.

Must not know: rules, the client's connection. Read next: program.py, delivery.py, forward.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from addons.delivery import Delivery, Failed
from gateway.exchange import Failure

if TYPE_CHECKING:
    from addons.desk import Desk
    from addons.draft import Draft
    from wire.alarm import Alarm


async def awake(desk: Desk, draft: Draft) -> Failed | None:
    """Make sure that the instance of a call runs, and note the time of a cold start. None: it does."""
    program = desk.programs.of(draft.facts.function)
    if not program.asleep:
        return None
    if draft.asleep < 0:
        draft.asleep = draft.now()
    failure = await program.wake()
    draft.awake = draft.now()
    return None if failure is None else Failed(failure.failure, failure.told)


def delivery_to(desk: Desk, draft: Draft, alarm: Alarm | None = None) -> Delivery:
    """The way to the server of a call, whose time-out begins now."""
    name = draft.facts.function
    return Delivery(desk.pool, *desk.place(name), instance=desk.programs.of(name).instance, alarm=alarm)


async def may_wake(desk: Desk, draft: Draft, delivery: Delivery, failed: Failed) -> bool:
    """Whether nobody listened because the instance had died between two calls: then a new one can be asked."""
    if failed.failure is not Failure.NOT_LISTENING:
        return False
    program = desk.programs.of(draft.facts.function)
    program.nobody_listens()
    return await delivery.instance_ended() or program.asleep
