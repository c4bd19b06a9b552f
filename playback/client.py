"""One request to a live server, and how the call ended: an answer with its whole body, or a failure.

An answer's body is kept up to the size that can be compared by value; a larger one becomes its digest and
size, so a replay's memory stays flat. Redirects are answers like any other. Must not know: recordings.
Read next: send.py.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.exchange import Failure, Piece
from gateway.messages import BodyRef, Response
from playback.decoding import BUDGET
from wire.errors import ClosedEarly, MalformedAnswer, NotListening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.messages import Body, Request
    from playback.sendable import Ending
    from wire.client import ServerCall
    from wire.pool import Pool

_REPEATABLE = frozenset({b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"})

type Load = Callable[[BodyRef], Iterable[bytes]]
"""Where the pieces of a large stored body come from: `Reader.body_pieces`."""


class Unreachable(Exception):
    """The target does not listen, or stopped listening during the replay."""


@dataclass(slots=True)
class Client:
    """Sends to one server. `timeout_s`: how long one answer may take, from the first byte sent to the last read."""

    address: tuple[str, int]
    load: Load
    pool: Pool
    timeout_s: float = 60

    async def ask(self, request: Request, pieces: list[Piece] | None = None) -> Ending:
        """The answer of now, or the failure in its place. Raises Unreachable, and Unsendable before any byte.

        `pieces`: gets each piece of the body as it comes, when its rhythm matters.
        """
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self._ask_again_if_idle_closed(request, pieces)
        except TimeoutError:
            return Failure.TIMED_OUT
        except MalformedAnswer:
            return Failure.MALFORMED_ANSWER
        except ClosedEarly:
            return Failure.CLOSED
        except NotListening as error:
            raise Unreachable(f"nothing listens at {self.address[0]}:{self.address[1]}") from error

    async def is_listening(self) -> bool:
        """Whether a new connection is still accepted: asked after one broke."""
        try:
            _, writer = await asyncio.open_connection(*self.address)
        except OSError:
            return False
        writer.close()
        return True

    async def _ask_again_if_idle_closed(self, request: Request, heard: list[Piece] | None) -> Ending:
        """A kept connection may end just as it is used; what is safe to repeat is sent once more (RFC 9110 9.2.2)."""
        try:
            return await self._ask_once(request, heard)
        except ClosedEarly as error:
            if error.received or not error.reused or request.method not in _REPEATABLE:
                raise
            if not await self.is_listening():
                raise
        return await self._ask_once(request, heard)

    async def _ask_once(self, request: Request, heard: list[Piece] | None) -> Response:
        call = await self.pool.call(self.address)
        try:
            pieces = self.load(request.body) if isinstance(request.body, BodyRef) else None
            await call.send(request, pieces)
            whole = await call.answer(BUDGET) if heard is None else None
            if whole is not None:
                return whole
            head = await call.head()
            body = await _read_body(call, heard)
            return replace(head, body=body, trailers=call.trailers)
        except BaseException:
            call.abort()
            raise
        finally:
            call.release()


async def _read_body(call: ServerCall, heard: list[Piece] | None) -> Body:
    digest, size = hashlib.sha256(), 0
    kept: list[bytes] = []
    while piece := await call.read():
        digest.update(piece)
        size += len(piece)
        if heard is not None:
            heard.append(Piece(size, time.monotonic_ns() // 1000))
        if size <= BUDGET:
            kept.append(piece)
        else:
            kept.clear()
    return b"".join(kept) if size <= BUDGET else BodyRef(digest.digest(), size)


def loaded(body: Body, load: Load) -> Body:
    """A stored body in memory when it is small enough to compare by value, else as it is."""
    return b"".join(load(body)) if isinstance(body, BodyRef) and body.size <= BUDGET else body
