"""The gateway's own answers: refusals, failures, 202. Committed first, sent afterwards.

Must not know: why. Read next: gateway/core.py (on_failure).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from addons.delivery import Failed
from gateway.core import on_failure
from gateway.exchange import Failure, State

if TYPE_CHECKING:
    from addons.desk import Desk
    from addons.draft import Draft
    from gateway.changes import Reply
    from wire.call import Call

CANCELLED = Failed(Failure.CLIENT_GONE, "Invocation canceled by client")
"""FC's words for a caller that hung up (contract NET-4)."""


async def reply(desk: Desk, call: Call, draft: Draft, answer: Reply, state: State) -> bool:
    """Commit, then send. False: it could not be recorded and the client got the recorder's error instead."""
    draft.answer(answer, state)
    unwritten = await desk.finish(draft)
    if unwritten:
        send_unrecorded(desk, call, draft, unwritten)
        return False
    call.close_after = draft.facts.close
    call.send(answer.response)
    return True


async def fail(desk: Desk, call: Call, draft: Draft, failed: Failed) -> None:
    """Answer a call that cannot have its ordinary answer; a client that is gone gets none."""
    draft.fail(failed.failure, failed.text)
    if failed.failure is Failure.CLIENT_GONE or call.gone:
        await cancelled(desk, draft)
        return
    facts = draft.stamp(draft.facts.log_tail)
    answer = on_failure(failed.failure, failed.text, draft.client_request, facts, desk.config)
    draft.answer(answer, draft.state)
    if failed.failure is Failure.STORE:
        send_unrecorded(desk, call, draft, failed.text)
        return
    unwritten = await desk.finish(draft)
    if unwritten:
        send_unrecorded(desk, call, draft, unwritten)
        return
    call.close_after = draft.facts.close
    call.send(answer.response)


async def cancelled(desk: Desk, draft: Draft) -> None:
    """Record that the client left before its answer was complete."""
    draft.fail(CANCELLED.failure, CANCELLED.text)
    await desk.finish(draft)


def send_unrecorded(desk: Desk, call: Call, draft: Draft, reason: str) -> None:
    """Send the error that names the recorder; nothing of the ordinary answer leaves (promise D3)."""
    answer = on_failure(Failure.STORE, reason, draft.client_request, draft.facts, desk.config)
    call.close_after = draft.facts.close
    call.send(answer.response)
