"""A call to a server: one request written as it stands, one answer read to the byte.

The answer may come before the request is whole: then it is delivered while the rest is still being sent.
Must not know: why a call is made, or whether to make it again. Read next: answer.py (what reads), pool.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gateway.messages import BodyRef, Response
from wire.answer import AnswerReader
from wire.bodies import Encoder
from wire.errors import ClosedEarly, Malformed, MalformedAnswer, Unsendable, WireError
from wire.framing import Framing, Kind, controls, request_framing
from wire.heads import write_request
from wire.inflow import Inflow
from wire.upload import PIECE_BYTES, Pieces, cut, upload

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from gateway.messages import Headers, Request
    from wire.connection import ServerConnection


class ServerCall:
    """One request to a server and its answer, over a connection that it has for itself until `release`.

    `reused`: the connection served an earlier call.
    """

    __slots__ = ("_connection", "_error", "_giveback", "_inflow", "_reader", "_sender", "_sent", "_waiter", "reused")

    def __init__(self, connection: ServerConnection, giveback: Callable[[ServerConnection], None]) -> None:
        self.reused = connection.reused
        self._connection = connection
        self._giveback = giveback
        self._inflow = Inflow(connection.limits.buffer_bytes, connection.throttle)
        self._reader = AnswerReader(self._inflow, connection.limits)
        self._error: WireError | None = None
        self._sent = False
        self._sender: asyncio.Task[bool] | None = None
        self._waiter: asyncio.Future[None] | None = None

    # -- the request

    async def send(self, request: Request, pieces: Pieces | None = None) -> None:
        """Write the request: head as it stands, body by its own headers. Returns early when an answer comes.

        `pieces` is the body when it is kept elsewhere. Raises Unsendable (before any byte, if the head is to
        blame), ClosedEarly when the server is gone before it answered, and whatever `pieces` raises.
        """
        head = write_request(request)
        encoder = _encoder(request)
        self._reader.method = request.method
        body = request.body
        if pieces is None:
            if isinstance(body, BodyRef):
                raise Unsendable("a body kept elsewhere needs its pieces")
            if len(body) <= PIECE_BYTES:
                self._connection.write(head + encoder.piece(body) + encoder.end(request.trailers))
                self._sent = True
                self._check_lost()
                return
            pieces = cut(body)
        self._connection.write(head)
        await self._send_body(upload(self._connection, encoder, pieces, request.trailers))

    async def _send_body(self, work: Coroutine[None, None, bool]) -> None:
        """Send in a task of its own, so that an answer that comes first can be read meanwhile."""
        sender = asyncio.ensure_future(work)
        self._sender = sender
        sender.add_done_callback(self._sender_ended)
        try:
            while not sender.done() and self._reader.head is None and self._error is None:
                await self._wait()
        except asyncio.CancelledError:
            sender.cancel()
            raise
        if sender.done() and not sender.cancelled():
            sender.result()
        self._check_lost()

    def _sender_ended(self, sender: asyncio.Task[bool]) -> None:
        if not sender.cancelled():
            if sender.exception() is None:
                self._sent = sender.result()
            elif self._connection.call is self:
                # A request that cannot be completed must not look complete to the server.
                self._connection.abort()
        self._wake()

    def _check_lost(self) -> None:
        if self._reader.head is None and (self._error is not None or self._connection.lost):
            raise self._error or self._closed("the server closed the connection")

    # -- the answer

    @property
    def framing(self) -> Framing:
        """How the answer's body is delimited, known with its head."""
        return self._reader.framing

    @property
    def interim(self) -> tuple[Response, ...]:
        """The 1xx answers that came before the final one."""
        return self._reader.interim

    @property
    def received(self) -> int:
        """Bytes of the answer so far, heads and framing included."""
        return self._reader.received

    @property
    def trailers(self) -> Headers:
        """The fields after a chunked answer, once it has been read."""
        return self._reader.trailers

    def on_interim(self, tell: Callable[[Response], None]) -> None:
        """Call `tell` with each 1xx answer as it comes."""
        self._reader.on_interim = tell

    async def head(self) -> Response:
        """The final answer's head, its body empty. Raises ClosedEarly or MalformedAnswer."""
        reader = self._reader
        while reader.head is None:
            if self._error is not None:
                raise self._error
            await self._wait()
        return reader.head

    async def read(self) -> bytes:
        """The next piece of the answer's body, b"" at the end. Raises ClosedEarly or MalformedAnswer."""
        return await self._inflow.get()

    async def answer(self, limit: int) -> Response | None:
        """The whole answer when its length is known and at most `limit` bytes, or when it is all here.

        Else None, and always after 101: take `head` and `read`. After ClosedEarly, `read` still gives the bytes that
        came.
        """
        head = await self.head()
        if head.status == 101:
            return None
        inflow = self._inflow
        if not inflow.ended and self._reader.framing.kind is Kind.LENGTH and self._reader.framing.length <= limit:
            await inflow.gather(limit)
        if not inflow.ended or inflow.held > limit:
            return None
        return Response(head.status, head.reason, head.headers, inflow.take_all(), head.version, self._reader.trailers)

    # -- a raw tunnel, after 101

    async def read_raw(self) -> bytes:
        """The next bytes of a tunnel, b"" once the server has ended it. Raises ClosedEarly."""
        return await self._inflow.get()

    async def write_raw(self, data: bytes) -> None:
        """Bytes for the server of a tunnel; waits while it is slow. Raises ClosedEarly."""
        if self._error is not None:
            raise self._error
        self._connection.write(data)
        await self._connection.drained()

    def end_raw(self) -> None:
        """Nothing more will be written to the tunnel; reading goes on."""
        self._connection.write_eof()

    # -- the end

    def release(self) -> None:
        """Done: back to the pool if both messages are whole and the server keeps the connection, else it ends."""
        connection = self._connection
        if connection.call is not self:
            return
        connection.call = None
        reader = self._reader
        if self._sent and self._inflow.ended and reader.keeps_alive and not reader.extra and self._error is None:
            self._giveback(connection)
        else:
            self._stop_sending()
            connection.close()

    def abort(self) -> None:
        """Cut the connection: the server sees that its caller has gone (contract NET-4)."""
        if self._connection.call is self:
            self._connection.call = None
            self._stop_sending()
            self._fail(self._closed("the call was given up"))
            self._connection.abort()

    def _stop_sending(self) -> None:
        if self._sender is not None:
            self._sender.cancel()

    # -- what the connection tells

    def feed(self, data: bytes) -> None:
        """Bytes of the answer came."""
        reader = self._reader
        try:
            reader.feed(data)
        except MalformedAnswer as error:
            self._fail(error)
            self._connection.abort()
        if reader.head is not None:
            self._wake()

    def ended(self, reason: str) -> None:
        """The connection is over; `reason` is empty for an orderly end, which may end the body too."""
        if not reason:
            self._reader.end()
        self._fail(self._closed(reason or "the server closed the connection"))

    def _closed(self, reason: str) -> ClosedEarly:
        received = self._reader.received
        what = f"its answer was whole ({received} bytes came)" if received else "any byte of its answer"
        return ClosedEarly(f"{reason} before {what}", received=received, reused=self.reused)

    def _fail(self, error: WireError) -> None:
        if self._error is None and not self._inflow.ended:
            self._error = error
            self._inflow.fail(error)
        self._wake()

    async def _wait(self) -> None:
        self._waiter = self._connection.loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _encoder(request: Request) -> Encoder:
    try:
        return Encoder(request_framing(request.version, controls(request.headers)))
    except Malformed as error:
        raise Unsendable(f"the request's framing: {error.text}") from error
