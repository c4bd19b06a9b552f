"""Reading a request's body: counted as it comes, cut at the first byte over the limit.

Must not know: what happens to the request afterwards. Read next: store/spool.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from addons.delivery import Failed
from addons.reply import no_room
from gateway.exchange import Failure
from gateway.messages import Request
from store.spool import Spool
from wire.errors import ClientGone, TooLarge, WireError

if TYPE_CHECKING:
    from addons.desk import Desk
    from addons.draft import Draft
    from wire.call import Call


async def receive(desk: Desk, call: Call, draft: Draft, limit: int) -> Request | Failed:
    """The whole request. A body over its limit comes back one byte too long, for the rules to refuse.

    Raises: ClientGone, with what had come so far in the draft.
    """
    if call.expects_continue:
        call.send_continue()
    if call.body_received:
        body = await _at_hand(call, limit)
        request = head = call.head
        if body or call.trailers:
            request = Request(head.method, head.target, head.headers, body, head.version, call.trailers)
        draft.request_end = draft.now()
        draft.client_request = request
        return request
    return await _spooled(desk, call, draft, limit)


async def _at_hand(call: Call, limit: int) -> bytes:
    try:
        return await call.read_all(limit)
    except TooLarge as error:
        return error.received[: limit + 1]


async def _spooled(desk: Desk, call: Call, draft: Draft, limit: int) -> Request | Failed:
    spool = Spool(desk.spool_folder)
    draft.spools.append(spool)
    try:
        while piece := await call.read():
            spool.write(piece[: limit + 1 - spool.size])
            if spool.size > limit:
                break
    except ClientGone:
        draft.client_request = replace(call.head, body=spool.body())
        raise
    except WireError as error:
        draft.client_request = replace(call.head, body=spool.body())
        return Failed(Failure.MALFORMED_REQUEST, str(error))
    except OSError as error:
        draft.client_request = replace(call.head, body=spool.body())
        return Failed(Failure.STORE, no_room(error))
    draft.request_end = draft.now()
    draft.client_request = request = replace(call.head, body=spool.body(), trailers=call.trailers)
    return request
