"""A call to the server and its answer to the client, small ones whole, others as they flow.

An answer's last byte (the last piece of an announced length, the final chunk) waits for the commit.
Must not know: rules. Read next: delivery.py, stream.py, upgrade.py.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

from addons.delivery import Failed
from addons.reply import CANCELLED, called_unrecorded, cancelled, fail, no_room, send
from addons.serving import awake, delivery_to, may_wake
from addons.stream import stream
from addons.upgrade import converse
from gateway.core import on_interim
from gateway.exchange import Failure, Piece, State
from gateway.facts import LogType
from gateway.messages import BodyRef, Response
from gateway.upgrade import SWITCHING
from store.spool import Spool
from wire.errors import WireError

if TYPE_CHECKING:
    from addons.delivery import Delivery
    from addons.desk import Desk
    from addons.draft import Draft
    from addons.logs import LogWindow
    from gateway.changes import Forward
    from wire.call import Call


async def forward(desk: Desk, call: Call, draft: Draft, decision: Forward) -> None:
    """Wait for a slot of the instance, record the intent, ask the server, answer the client."""
    slots = desk.slots_of(draft.facts.function)
    if not await slots.take():
        await fail(desk, call, draft, Failed(Failure.BUSY, f"all {slots.limit} slots of the instance are in use"))
        return
    try:
        await _in_slot(desk, call, draft, decision)
    finally:
        slots.give_back()


async def _in_slot(desk: Desk, call: Call, draft: Draft, decision: Forward) -> None:
    if call.gone:
        await cancelled(desk, draft)
        return
    draft.id = desk.recorder.next_id()
    draft.sending = decision
    unwritten = await desk.intent(draft)
    if unwritten is not None and unwritten.refuse:
        await fail(desk, call, draft, Failed(Failure.STORE, unwritten.reason))
        return
    draft.unrecorded = unwritten.reason if unwritten is not None else ""
    await _awake(desk, call, draft)


async def _awake(desk: Desk, call: Call, draft: Draft) -> None:
    """Ask the instance; a second time when it had died between two calls."""
    for last in (False, True):
        failed = await awake(desk, draft)
        if failed is not None or call.gone:
            await fail(desk, call, draft, failed or CANCELLED)
            return
        delivery = delivery_to(desk, draft, call.deadline)
        call.on_gone = functools.partial(delivery.cancel, CANCELLED)
        window = desk.window(draft)
        desk.began(draft)
        try:
            if await _ask(desk, call, draft, delivery, window, last=last):
                return
        finally:
            desk.over(draft)
            delivery.drop()
            window.close()


async def _ask(desk: Desk, call: Call, draft: Draft, delivery: Delivery, window: LogWindow, *, last: bool) -> bool:
    """False: it was not answered, because the instance is gone; a new one may be asked unless this is the `last`."""
    outcome = await ask_server(desk, draft, delivery)
    if isinstance(outcome, Failed):
        if not last and await may_wake(desk, draft, delivery, outcome):
            return False
        outcome = await delivery.explained(outcome)
        draft.end_log(window, outcome.text)
        await fail(desk, call, draft, outcome)
        return True
    draft.server_head = draft.now()
    draft.server_response = outcome
    if outcome.status == SWITCHING:
        await converse(desk, call, draft, delivery, window)
    elif draft.facts.log_type is LogType.TAIL:
        await _answer_with_log(desk, call, draft, delivery, window)
    elif delivery.complete:
        draft.server_end = draft.now()
        delivery.release()
        draft.end_log(window)
        await _send_whole(desk, call, draft, outcome)
    else:
        await stream(desk, call, draft, delivery, window)
    return True


async def ask_server(desk: Desk, draft: Draft, delivery: Delivery) -> Response | Failed:
    """Send what the draft holds for the server, its body from where it is kept."""
    if draft.sending is None:
        raise RuntimeError("a call without a server request cannot be forwarded")
    request = draft.sending.request
    spool = draft.spools[0] if isinstance(request.body, BodyRef) else None

    def sent() -> None:
        draft.server_sent = draft.now()

    def hear(head: Response) -> None:
        draft.hear(head, on_interim(head, draft.facts, desk.config))

    delivery.hear = hear
    return await delivery.ask(request, spool.pieces if spool is not None else None, sent)


async def _send_whole(desk: Desk, call: Call, draft: Draft, response: Response) -> None:
    """The answer was read to its end: rules, commit, and only then the first byte."""
    facts = draft.stamp(draft.facts.log_tail)
    request = draft.client_request or call.head
    answer = desk.plan(draft, call.head).on_response(response, request, facts)
    draft.answer(answer, State.COMPLETE)
    unwritten = await desk.commit(draft)
    if not isinstance(answer.response.body, BodyRef) or (unwritten is not None and unwritten.refuse):
        send(desk, call, draft, answer.response, unwritten)
        return
    call.close_after = facts.close
    response = answer.response if unwritten is None else called_unrecorded(answer.response, unwritten.reason)
    call.start(response)
    for piece in draft.spools[-1].pieces():
        await call.write(piece)
    call.finish()


async def _answer_with_log(desk: Desk, call: Call, draft: Draft, delivery: Delivery, window: LogWindow) -> None:
    """X-Fc-Log-Result stands in the head, so the answer is collected before it is sent (contract LOG-4)."""
    failed = await collect(desk, draft, delivery)
    draft.end_log(window, failed.text if failed else "")
    draft.facts = replace(draft.facts, log_tail=draft.log[-desk.config.limits.log_tail :])
    if failed is not None:
        await fail(desk, call, draft, failed)
    elif draft.server_response is not None:
        await _send_whole(desk, call, draft, draft.server_response)


async def collect(desk: Desk, draft: Draft, delivery: Delivery) -> Failed | None:
    """Read the rest of the answer into the draft; what came before a failure stays in it."""
    response = draft.server_response
    if response is None or delivery.complete:
        draft.server_end = draft.now()
        delivery.release()
        return None
    spool = Spool(desk.spool_folder)
    draft.spools.append(spool)
    failed = None
    try:
        while piece := await delivery.call.read():
            spool.write(piece)
            draft.pieces.append(Piece(spool.size, draft.now()))
    except WireError as error:
        failed = await delivery.explained(delivery.failed(error))
    except OSError as error:
        failed = Failed(Failure.STORE, no_room(error))
    draft.server_response = replace(response, body=spool.body(), trailers=() if failed else delivery.call.trailers)
    if failed is None:
        draft.server_end = draft.now()
        delivery.release()
    return failed
