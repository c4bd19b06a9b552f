"""A call through the gateway: read, decide, record, forward or answer.

The order of the steps is the promise (docs/architecture.md): nothing reaches the server before its intent
is on disk, and the last byte of an answer leaves after the commit. Must not know: what the rules say.
Read next: receive.py (the request), forward.py (the server), reply.py (the gateway's own answers).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addons.accepting import accept
from addons.delivery import Failed
from addons.draft import Draft
from addons.forward import forward
from addons.mint import request_id
from addons.receive import receive
from addons.reply import cancelled, fail, reply
from gateway.changes import Accept, Forward, Reply
from gateway.exchange import Failure, State
from gateway.facts import Seed
from gateway.messages import Request
from gateway.task_query import Question, is_question, question_of
from store.errors import RecordingError, StoreUnavailable
from wire.errors import ClientGone

if TYPE_CHECKING:
    from addons.desk import Desk
    from wire.call import Call
    from wire.server import Fault

UNREADABLE = Request(b"", b"")
"""Stands for a head that could not be parsed when its facts are surveyed."""


class Gateway:
    """The wire's App: one instance serves every connection."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def handle(self, call: Call) -> None:
        """Answer one request."""
        draft = self._begin(call, call.head)
        try:
            await self._serve(call, draft)
        except ClientGone:
            await cancelled(self._desk, draft)
        finally:
            draft.close()

    async def reject(self, call: Call, fault: Fault) -> None:
        """Answer what could not be parsed, and record it (threat T11)."""
        draft = self._begin(call, fault.head)
        draft.raw = fault.raw
        try:
            await fail(self._desk, call, draft, Failed(Failure.MALFORMED_REQUEST, fault.text))
        except ClientGone:
            await cancelled(self._desk, draft)

    def _begin(self, call: Call, head: Request | None) -> Draft:
        peer = self._desk.peers.of(call.peer)
        seed = Seed(request_id(call.arrived_us), call.arrived_us, peer.ip, peer.secure)
        plan = self._desk.plans.of(head or UNREADABLE, seed)
        return Draft(plan.facts(seed), call.arrived_ns, head, plan, has_flow=peer.has_flow)

    async def _serve(self, call: Call, draft: Draft) -> None:
        desk = self._desk
        plan = desk.plan(draft, call.head)
        if desk.guard is not None:
            desk.guard.judge(call.head, draft)
        refusal = None if plan.passes(draft.facts) else plan.on_request_head(draft.stamp())
        if refusal is not None:
            if desk.guard is not None and refusal.error_code:
                desk.guard.explain(call.head, draft)
            await reply(desk, call, draft, refusal, _state_of(refusal))
            return
        request = await receive(desk, call, draft, plan.body_limit)
        if isinstance(request, Failed):
            await fail(desk, call, draft, request)
            return
        if is_question(request, draft.facts) and (failed := await _ask(desk, draft, request)):
            await fail(desk, call, draft, failed)
            return
        decision = plan.on_request(request, draft.facts)
        if not isinstance(decision, Forward):  # what the gateway says itself tells the time
            decision = plan.on_request(request, draft.stamp())
        if isinstance(decision, Reply):
            await reply(desk, call, draft, decision, _state_of(decision))
        elif isinstance(decision, Accept):
            await accept(desk, call, draft, request, decision)
        else:
            await forward(desk, call, draft, decision)


async def _ask(desk: Desk, draft: Draft, request: Request) -> Failed | None:
    """Have the queue answer a question about tasks, before the rules put the answer into words."""
    asked = question_of(request)
    if not isinstance(asked, Question):
        return None  # the rules refuse it
    try:
        draft.facts = replace(draft.facts, found=await desk.tasks.answer(asked))
    except (RecordingError, StoreUnavailable) as error:
        return Failed(Failure.STORE, str(error))
    return None


def _state_of(answer: Reply) -> State:
    """A preflight or GetFunction has its full answer from the gateway; an error code makes it a refusal."""
    return State.REFUSED if answer.error_code else State.COMPLETE
