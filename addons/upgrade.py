"""A WebSocket: after 101 bytes go both ways as they come, and are kept as the bodies of the two views.

Each message is recorded as it is said, too, so that a long conversation is there when the proxy is killed. One
conversation is one invocation: its time-out cuts it, and no close frame is made up, so the client sees 1006
(contract PROTO-WS, TMO-4). Its bytes cannot wait for the commit; the end of the connection does.
Must not know: rules. Read next: wire/tunnel.py, gateway/frames.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from addons.delivery import Failed
from addons.reply import CANCELLED, called_unrecorded, no_room, reply
from gateway.conversation import Sender
from gateway.core import on_response
from gateway.exchange import Failure, Piece, State
from gateway.frames import FrameReader
from store.errors import StoreUnavailable
from store.spool import Spool
from wire.tunnel import tunnel

if TYPE_CHECKING:
    from addons.delivery import Delivery
    from addons.desk import Desk
    from addons.draft import Draft
    from addons.logs import LogWindow
    from store.talk import Talk
    from wire.call import Call
    from wire.errors import WireError

MOST_PIECES = 10_000
"""Times of the server's pieces that are kept in memory; the messages have their own."""

UNCLEAN = Failed(Failure.CLOSED, "the server ended the WebSocket without a close frame")


async def converse(desk: Desk, call: Call, draft: Draft, delivery: Delivery, window: LogWindow) -> None:
    """Answer with the server's 101, carry what both say, record it when it is over."""
    if draft.server_response is None:
        raise RuntimeError("a WebSocket begins with the server's answer")
    answer = on_response(draft.server_response, draft.client_request or call.head, draft.stamp(), desk.config)
    if answer.error_code:
        delivery.drop()
        draft.end_log(window)
        await reply(desk, call, draft, answer, State.COMPLETE)
        return
    draft.answer(answer, State.COMPLETE)
    draft.told = bool(draft.unrecorded)
    call.start(called_unrecorded(answer.response, draft.unrecorded) if draft.told else answer.response)
    talk = _Talk(draft, _Side(Spool(desk.spool_folder)), _Side(Spool(desk.spool_folder)), desk.talk(draft))
    draft.spools += [talk.client.spool, talk.server.spool]
    failed = await _carry(call, delivery, talk)
    failed = failed and await delivery.explained(failed)
    await talk.keep()
    draft.end_log(window, failed.text if failed else "")
    if failed is None:
        delivery.release()
    else:
        draft.fail(failed.failure, failed.text)
        delivery.drop()
    unwritten = await desk.finish(draft)
    if unwritten is not None and unwritten.refuse:
        call.abort()
    else:
        call.finish()


async def _carry(call: Call, delivery: Delivery, talk: _Talk) -> Failed | None:
    """Carry the conversation to its end; returns why it did not end in order."""
    try:
        return talk.ending(call, delivery, await tunnel(call, delivery.call, talk.hear))
    except OSError as error:
        return Failed(Failure.STORE, no_room(error))
    except StoreUnavailable as error:
        return Failed(Failure.STORE, f"its messages could not be recorded ({error})")


@dataclass(slots=True)
class _Side:
    """What one side said. `closed`: it sent a close frame."""

    spool: Spool
    frames: FrameReader = field(default_factory=FrameReader)
    closed: bool = False


@dataclass(slots=True)
class _Talk:
    """A conversation while it goes on. `recorded` takes its messages. `first`: whose connection ended first."""

    draft: Draft
    client: _Side
    server: _Side
    recorded: Talk | None
    first: _Side | None = None

    async def hear(self, from_client: bool, data: bytes) -> None:
        """One piece, before it is sent on; an empty one ends its side. Waits while the recorder has too much to do."""
        side = self.client if from_client else self.server
        if not data:
            self.first = self.first or side
            return
        side.spool.write(data)
        side.closed = any(frame.close_code for frame in side.frames.feed(data)) or side.closed
        now = self.draft.now()
        if not from_client and len(self.draft.pieces) < MOST_PIECES:
            self.draft.pieces.append(Piece(side.spool.size, now))
        if self.recorded is not None:
            self.recorded.hear(Sender.CLIENT if from_client else Sender.SERVER, data, now)
            await self.recorded.room()

    def ending(self, call: Call, delivery: Delivery, broken: WireError | None) -> Failed | None:
        """Why it ended; None when in order: both sides have closed, whatever became of the connections then.

        Source: RFC 6455 section 7.1.4.
        """
        if self.client.closed and self.server.closed:
            return None
        if broken is not None:
            return CANCELLED if call.gone else delivery.failed(broken)
        if self.client.closed or self.server.closed:
            return None
        return CANCELLED if self.first is self.client else UNCLEAN

    async def keep(self) -> None:
        """Have the last messages recorded, and put all that was said into both views (RFC 8441 section 5)."""
        if self.recorded is not None:
            self.draft.messages = await self.recorded.close(self.draft.now())
        draft, said, heard = self.draft, self.client.spool.body(), self.server.spool.body()
        draft.server_end = draft.now()
        if draft.client_request is not None:
            draft.client_request = replace(draft.client_request, body=said)
        if draft.sending is not None:
            draft.sending = replace(draft.sending, request=replace(draft.sending.request, body=said))
        if draft.server_response is not None:
            draft.server_response = replace(draft.server_response, body=heard)
        if draft.client_response is not None:
            draft.client_response = replace(draft.client_response, body=heard)
