"""The gateway's own answers: refusals, failures, 202. Committed first, sent afterwards.

Must not know: why. Read next: gateway/core.py (on_failure).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addons.delivery import Failed
from addons.recorder import Unwritten
from gateway.core import on_failure
from gateway.exchange import Failure, State

if TYPE_CHECKING:
    from addons.desk import Desk
    from addons.draft import Draft
    from gateway.changes import Reply
    from gateway.messages import Response
    from wire.call import Call

NOT_RECORDED = b"X-Fc-Replay-Not-Recorded"
"""Tells a client, under fc_on_store_failure=pass, that this exchange is missing from the recording."""

CANCELLED = Failed(Failure.CLIENT_GONE, "Invocation canceled by client")
"""FC's words for a caller that hung up (contract NET-4)."""


async def reply(desk: Desk, call: Call, draft: Draft, answer: Reply, state: State) -> bool:
    """Commit, then send. False: it could not be recorded and the client got the recorder's error instead."""
    draft.answer(answer, state)
    return send(desk, call, draft, answer.response, await desk.commit(draft))


async def fail(desk: Desk, call: Call, draft: Draft, failed: Failed) -> None:
    """Answer a call that cannot have its ordinary answer; a client that is gone gets none."""
    draft.fail(failed.failure, failed.text)
    if failed.failure is Failure.CLIENT_GONE or call.gone:
        await cancelled(desk, draft)
        return
    facts = draft.stamp(draft.facts.log_tail, ended_us=draft.now())
    answer = on_failure(failed.failure, failed.text, draft.client_request, facts, desk.config)
    draft.answer(answer, draft.state)
    if failed.failure is Failure.STORE:
        send(desk, call, draft, answer.response, Unwritten(failed.text, refuse=True))
    else:
        send(desk, call, draft, answer.response, await desk.commit(draft))


async def cancelled(desk: Desk, draft: Draft) -> None:
    """Record that the client left before its answer was complete."""
    draft.fail(CANCELLED.failure, CANCELLED.text)
    await desk.finish(draft)


def send(desk: Desk, call: Call, draft: Draft, response: Response, unwritten: Unwritten | None) -> bool:
    """Send a whole answer whose exchange is on disk, or what the policy says when it is not (promise D3).

    False: the client got the error that names the recorder, and nothing of the ordinary answer.
    """
    refused = unwritten is not None and unwritten.refuse
    if unwritten is not None and unwritten.refuse:
        response = _recorders_error(desk, draft, unwritten.reason)
    elif unwritten is not None:
        response = called_unrecorded(response, unwritten.reason)
    call.close_after = draft.facts.close
    call.send(response)
    return not refused


def no_room(error: OSError) -> str:
    """Why a large body cannot be kept on its way; neither can it be passed on, because the rules need all of it."""
    return f"a large body finds no room: {error.strerror or error}"


def called_unrecorded(response: Response, reason: str) -> Response:
    """The answer with the header that says that its exchange is missing from the recording."""
    return replace(response, headers=(*response.headers, (NOT_RECORDED, reason.encode())))


def _recorders_error(desk: Desk, draft: Draft, reason: str) -> Response:
    """What the client gets in place of any other answer; it is recorded as soon as that is possible."""
    draft.fail(Failure.STORE, reason)
    answer = on_failure(Failure.STORE, reason, draft.client_request, draft.facts, desk.config)
    draft.answer(answer, draft.state)
    desk.refused(draft)
    return answer.response
