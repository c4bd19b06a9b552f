"""An answer that flows: each piece goes to the client as it comes and is kept beside.

The end of the answer waits for the commit: the final chunk, or the last piece of an announced length.
Must not know: rules. Read next: forward.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addons.delivery import Failed
from addons.reply import CANCELLED, called_unrecorded, cancelled, no_room, reply
from gateway.core import on_response
from gateway.exchange import Failure, Piece, State
from gateway.messages import get
from store.spool import Spool
from wire.errors import ClientGone, WireError

if TYPE_CHECKING:
    from addons.delivery import Delivery
    from addons.desk import Desk
    from addons.draft import Draft
    from addons.logs import LogWindow
    from wire.call import Call


async def stream(desk: Desk, call: Call, draft: Draft, delivery: Delivery, window: LogWindow) -> None:
    """Send the head now, the body as it comes, the end after the commit."""
    head = draft.server_response
    if head is None:
        raise RuntimeError("an answer without a head cannot flow")
    answer = desk.plan(draft, call.head).on_response(head, draft.client_request or call.head, draft.stamp())
    if answer.error_code:
        delivery.drop()
        await reply(desk, call, draft, answer, State.COMPLETE)
        return
    draft.answer(answer, State.COMPLETE)
    call.close_after = draft.facts.close
    draft.told = bool(draft.unrecorded)
    call.start(called_unrecorded(answer.response, draft.unrecorded) if draft.told else answer.response)
    spool = Spool(desk.spool_folder)
    draft.spools.append(spool)
    length = get(answer.response.headers, b"content-length")
    pump = _Pump(call, draft, spool, length=int(length) if length is not None else None)
    failed = await pump.run(delivery)
    _keep(draft, delivery, spool, failed)
    if draft.server_response is not None and draft.server_response.trailers:
        _tell_trailers(desk, call, draft)
    draft.end_log(window, failed.text if failed else "")
    await _end(desk, call, draft, pump, failed)


class _Pump:
    """Moves pieces from the server to the client; `held` is the last one of an announced `length`: it waits."""

    def __init__(self, call: Call, draft: Draft, spool: Spool, *, length: int | None) -> None:
        self._call = call
        self._draft = draft
        self._spool = spool
        self._length = length
        self.held = b""

    async def run(self, delivery: Delivery) -> Failed | None:
        """Until the body ends or either side breaks; returns why it broke."""
        try:
            while piece := await delivery.call.read():
                self._spool.write(piece)
                self._draft.pieces.append(Piece(self._spool.size, self._draft.now()))
                if self._spool.size == self._length:
                    self.held = piece
                else:
                    await self._call.write(piece)
        except ClientGone:
            return CANCELLED
        except OSError as error:
            return Failed(Failure.STORE, no_room(error))
        except WireError as error:
            return await delivery.explained(delivery.failed(error))
        return None


def _keep(draft: Draft, delivery: Delivery, spool: Spool, failed: Failed | None) -> None:
    """Put the body that came into both views."""
    body = spool.body()
    if draft.server_response is not None:
        trailers = () if failed else delivery.call.trailers
        draft.server_response = replace(draft.server_response, body=body, trailers=trailers)
    if draft.client_response is not None:
        draft.client_response = replace(draft.client_response, body=body)
    if failed is None:
        draft.server_end = draft.now()
        delivery.release()


def _tell_trailers(desk: Desk, call: Call, draft: Draft) -> None:
    """Trailers came after the rules had spoken: let them speak again, over the whole answer."""
    if draft.server_response is None or draft.client_response is None:
        return
    body = draft.client_response.body
    answer = on_response(draft.server_response, draft.client_request or call.head, draft.facts, desk.config)
    draft.answer(answer, State.COMPLETE)
    draft.client_response = replace(answer.response, body=body)


async def _end(desk: Desk, call: Call, draft: Draft, pump: _Pump, failed: Failed | None) -> None:
    if failed is not None and failed.failure is Failure.CLIENT_GONE:
        await cancelled(desk, draft)
        return
    if failed is not None:
        draft.fail(failed.failure, failed.text)
        await desk.finish(draft)
        call.abort()
        return
    unwritten = await desk.commit(draft)
    if unwritten is not None and unwritten.refuse:
        draft.fail(Failure.STORE, unwritten.reason)
        desk.refused(draft)
        call.abort()
        return
    if pump.held:
        await call.write(pump.held)
    call.finish()
