"""An asynchronous call is accepted: 202 leaves once call and task are in one commit; 409 when its name is taken.

Must not know: deliveries. Read next: asynchronous.py (what follows), store/tasks.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addons.reply import reply, send
from gateway import task
from gateway.changes import Reply
from gateway.core import on_request
from gateway.delay import delay_s
from gateway.exchange import State
from gateway.messages import BodyRef
from gateway.survey import Refusal
from gateway.task_query import name_of
from store.tasks import Accepted, NameTaken

if TYPE_CHECKING:
    from addons.desk import Desk
    from addons.draft import Draft
    from gateway.changes import Accept
    from gateway.messages import Request
    from gateway.task import Progress
    from wire.call import Call


async def accept(desk: Desk, call: Call, draft: Draft, request: Request, decision: Accept) -> None:
    """Record the call with its task, answer 202, hand it over to be delivered."""
    draft.answer(decision.reply, State.COMPLETE)
    draft.id = desk.recorder.next_id()
    progress = task.accepted(desk.calls.now_us(), delay_s(request) or 0)
    held = desk.calls.reserve(desk, draft, progress)
    kept = desk.recorder.wants(desk.exchange(draft))
    draft.task = _task(draft, request, progress, held=held) if kept else None
    try:
        unwritten = await desk.commit(draft)
    except NameTaken:
        desk.calls.forget(draft.id)
        await _refuse(desk, call, draft, request)
        return
    if send(desk, call, draft, decision.reply.response, unwritten):
        recorded = kept and unwritten is None
        desk.calls.take_over(desk, draft, whole(draft, request), progress, recorded=recorded)
    else:
        desk.calls.forget(draft.id)


def _task(draft: Draft, request: Request, progress: Progress, *, held: bool) -> Accepted:
    facts = draft.facts
    name = (name_of(request) or facts.seed.request_id.encode()).decode("ascii")
    return Accepted(draft.id, name, facts.function, facts.service, facts.qualifier, progress, held)


async def _refuse(desk: Desk, call: Call, draft: Draft, request: Request) -> None:
    """Another call has this name: what the rules say to that (contract CTL-13)."""
    draft.task = None
    draft.facts = replace(draft.facts, refusal=Refusal.TASK_EXISTS)
    refusal = on_request(request, draft.facts, desk.config)
    if not isinstance(refusal, Reply):
        raise TypeError("a refused call must have a reply")
    await reply(desk, call, draft, refusal, State.REFUSED)


def whole(draft: Draft, request: Request) -> Request:
    """The request with its body in memory: its spool ends with the call, the deliveries come later."""
    if not isinstance(request.body, BodyRef):
        return request
    return replace(request, body=b"".join(draft.spools[0].pieces()))
