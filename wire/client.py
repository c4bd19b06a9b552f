"""A call to a server: one request written as it stands, one answer read to the byte.

The answer may come before the request is whole: then it is delivered while the rest is still being sent.
Must not know: why a call is made, or whether to make it again. Read next: pool.py (where connections come from).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.messages import BodyRef
from wire.bodies import Encoder, decoder_for
from wire.errors import ClosedEarly, Malformed, MalformedAnswer, Unsendable, WireError
from wire.framing import NONE, UNTIL_CLOSE, Framing, Kind, controls, keeps_alive, request_framing, response_framing
from wire.heads import parse_response, write_request
from wire.inflow import Inflow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from gateway.messages import Headers, Request, Response
    from wire.bodies import Decoder
    from wire.connection import ServerConnection

# A larger body is written in pieces of this size, so that an early answer is seen between two of them.
_PIECE_BYTES = 64 * 1024
_INTERIM_COUNT = 64
_START = b"HTTP/1."

type Pieces = Iterable[bytes] | AsyncIterable[bytes]


class ServerCall:
    """One request to a server and its answer, over a connection that it has for itself until `release`.

    `reused`: the connection served an earlier call. `interim`: the 1xx answers that came before the final
    one. `framing`: how the answer's body is delimited, known with its head. `received`: bytes of the answer so
    far, heads and framing included. `on_interim`: called with each 1xx answer as it comes.
    """

    __slots__ = (
        "_buffer",
        "_connection",
        "_decoder",
        "_error",
        "_giveback",
        "_head",
        "_inflow",
        "_keeps_alive",
        "_method",
        "_sender",
        "_sent",
        "_waiter",
        "framing",
        "interim",
        "on_interim",
        "received",
        "reused",
    )

    def __init__(self, connection: ServerConnection, giveback: Callable[[ServerConnection], None]) -> None:
        self.reused = connection.reused
        self.interim: tuple[Response, ...] = ()
        self.on_interim: Callable[[Response], None] | None = None
        self.framing: Framing = NONE
        self.received = 0
        self._connection = connection
        self._giveback = giveback
        self._method = b""
        self._buffer = b""
        self._head: Response | None = None
        self._decoder: Decoder | None = None
        self._inflow = Inflow(connection.limits.buffer_bytes, connection.throttle)
        self._keeps_alive = False
        self._error: WireError | None = None
        self._sent = False
        self._sender: asyncio.Task[None] | None = None
        self._waiter: asyncio.Future[None] | None = None

    # -- the request

    async def send(self, request: Request, pieces: Pieces | None = None) -> None:
        """Write the request: head as it stands, body by its own headers. Returns early when an answer comes.

        `pieces` is the body when it is kept elsewhere. Raises Unsendable (before any byte, if the head is to
        blame), ClosedEarly when the server is gone before it answered, and whatever `pieces` raises.
        """
        head = write_request(request)
        try:
            encoder = Encoder(request_framing(request.version, controls(request.headers)))
        except Malformed as error:
            raise Unsendable(f"the request's framing: {error.text}") from error
        self._method = request.method
        body = b"" if isinstance(request.body, BodyRef) else request.body
        if pieces is None and isinstance(request.body, BodyRef):
            raise Unsendable("a body kept elsewhere needs its pieces")
        if pieces is None and len(body) <= _PIECE_BYTES:
            self._connection.write(head + encoder.piece(body) + encoder.end(request.trailers))
            self._sent = True
            if self._connection.lost:
                raise self._error or self._closed("the server closed the connection")
            return
        if pieces is None:
            pieces = _cut(body)
        self._connection.write(head)
        await self._send_body(encoder, pieces, request.trailers)

    async def _send_body(self, encoder: Encoder, pieces: Pieces, trailers: Headers) -> None:
        """Send in a task of its own, so that an answer that comes first can be read meanwhile."""
        sender = asyncio.ensure_future(self._pump(encoder, pieces, trailers))
        self._sender = sender
        sender.add_done_callback(self._sender_ended)
        try:
            while not sender.done() and self._head is None and self._error is None:
                await self._wait()
        except asyncio.CancelledError:
            sender.cancel()
            raise
        if sender.done() and not sender.cancelled():
            sender.result()
        elif self._error is not None:
            raise self._error

    async def _pump(self, encoder: Encoder, pieces: Pieces, trailers: Headers) -> None:
        async for piece in _each(pieces):
            self._connection.write(encoder.piece(piece))
            # One turn of the loop: an answer that is already here is read before the next write can fail.
            await asyncio.sleep(0)
            await self._connection.drained()
            if self._connection.lost:
                return
        self._connection.write(encoder.end(trailers))
        self._sent = True

    def _sender_ended(self, sender: asyncio.Task[None]) -> None:
        if not sender.cancelled() and sender.exception() is not None and self._connection.call is self:
            # A request that cannot be completed must not look complete to the server.
            self._connection.abort()
        self._wake()

    # -- the answer

    @property
    def trailers(self) -> Headers:
        """The fields after a chunked answer, once it has been read."""
        return self._decoder.trailers if self._decoder is not None else ()

    async def head(self) -> Response:
        """The final answer's head, its body empty. Raises ClosedEarly or MalformedAnswer."""
        while self._head is None:
            if self._error is not None:
                raise self._error
            await self._wait()
        return self._head

    async def read(self) -> bytes:
        """The next piece of the answer's body, b"" at the end. Raises ClosedEarly or MalformedAnswer."""
        return await self._inflow.get()

    async def answer(self, limit: int) -> Response | None:
        """The whole answer when its body has at most `limit` bytes; else None once that is known, then `read`."""
        head = await self.head()
        if self.framing.kind is Kind.LENGTH:
            if self.framing.length > limit:
                return None
            await self._inflow.gather(limit)
        elif not self._inflow.ended or self._inflow.held > limit:
            return None
        return replace(head, body=self._inflow.take_all(), trailers=self.trailers)

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
        """Done: the connection goes back to the pool if both sides are finished and the server keeps it, else ends."""
        if self._connection.call is not self:
            return
        self._connection.call = None
        if self._sent and self._inflow.ended and self._keeps_alive and self._error is None and not self._buffer:
            self._giveback(self._connection)
        else:
            self._stop_sending()
            self._connection.close()

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
        self.received += len(data)
        if self._head is not None:
            self._feed_body(data)
            return
        self._buffer += data
        try:
            while self._head is None and self._take_head():
                pass
        except Malformed as error:
            self._give_up(MalformedAnswer(error.text, self._buffer[: self._connection.limits.head_bytes]))

    def ended(self, reason: str) -> None:
        """The connection is over; `reason` is empty for an orderly end, which may end the body too."""
        if self._head is not None and self.framing.kind is Kind.UNTIL_CLOSE and not reason:
            self._inflow.end()
        self._fail(self._closed(reason or "the server closed the connection"))

    def _take_head(self) -> bool:
        buffer, limit = self._buffer, self._connection.limits.head_bytes
        end = buffer.find(b"\r\n\r\n")
        if (end if end >= 0 else len(buffer)) > limit:
            raise Malformed(f"an answer head of more than {limit} bytes")
        if end < 0:
            if not (buffer.startswith(_START) or _START.startswith(buffer)):
                raise Malformed("the answer does not begin with HTTP/1.")
            return False
        head = parse_response(buffer[:end])
        if head.status < 200 and head.status != 101:
            self._buffer = buffer[end + 4 :]
            self._keep_interim(head)
            return bool(self._buffer)
        self._begin_body(head, end + 4)
        return False

    def _keep_interim(self, head: Response) -> None:
        if len(self.interim) >= _INTERIM_COUNT:
            raise Malformed(f"more than {_INTERIM_COUNT} interim answers")
        self.interim = (*self.interim, head)
        if self.on_interim is not None:
            self.on_interim(head)

    def _begin_body(self, head: Response, start: int) -> None:
        fields = controls(head.headers)
        framing = response_framing(head, self._method, fields)
        if head.status == 101:
            framing = UNTIL_CLOSE
        self._keeps_alive = keeps_alive(head.version, fields)
        self.framing = framing
        self._decoder = decoder_for(framing, self._connection.limits)
        body, self._buffer = self._buffer[start:], b""
        self._head = head
        if body or self._decoder.done:
            self._feed_body(body)
        self._wake()

    def _feed_body(self, data: bytes) -> None:
        decoder = self._decoder
        if decoder is None or self._inflow.ended:
            self._buffer = data  # more than the answer: release will not keep the connection
            return
        try:
            self._inflow.put(decoder.feed(data))
        except Malformed as error:
            self._give_up(MalformedAnswer(error.text, data[: self._connection.limits.head_bytes]))
            return
        if decoder.done:
            self._buffer = decoder.rest
            self._inflow.end()

    def _give_up(self, error: WireError) -> None:
        self._fail(error)
        self._connection.abort()

    def _closed(self, reason: str) -> ClosedEarly:
        came = f"{self.received} bytes of its answer" if self.received else "any byte of its answer"
        return ClosedEarly(f"{reason} before {came}", received=self.received, reused=self.reused)

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


def _cut(body: bytes) -> Iterator[bytes]:
    view = memoryview(body)
    for start in range(0, len(body), _PIECE_BYTES):
        yield bytes(view[start : start + _PIECE_BYTES])


async def _each(pieces: Pieces) -> AsyncIterator[bytes]:
    if isinstance(pieces, AsyncIterable):
        async for piece in pieces:
            yield piece
    else:
        for piece in pieces:
            yield piece
