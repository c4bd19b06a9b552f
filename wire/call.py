"""One request on a client's connection, and the answer to it: what an App holds in its hand.

Must not know: how requests are found in the stream (server.py). Read next: bodies.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.messages import BodyRef
from wire.bodies import Encoder
from wire.errors import ClientGone, Malformed, TooLarge, Unsendable
from wire.framing import NONE, Framing, Kind, controls, keeps_alive, response_framing
from wire.heads import write_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.messages import Headers, Request, Response
    from wire.alarm import Alarm
    from wire.framing import Controls
    from wire.inflow import Inflow
    from wire.intake import Intake
    from wire.server import ServerProtocol

# Head and body below this many bytes leave in one write; above, joining them would copy for nothing.
_JOIN_BYTES = 64 * 1024
_UNSTARTED = Encoder(NONE)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Call:
    """A request and its answer. `head` has an empty body; read it with `read` or `read_all`.

    `arrived_us`: epoch microseconds of the request's first byte, `arrived_ns` the same on the monotonic clock.
    `keep_alive`: the client means to use the connection again. `close_after`: set it, and the connection ends
    after this answer. `on_gone`: called once, at once, when the client leaves before its answer is finished.
    `gone`: it has left. `bytes_sent`: of the answer, head and framing included, given to the socket.
    """

    __slots__ = (
        "_encoder",
        "_silent",
        "_whole",
        "arrived_ns",
        "arrived_us",
        "bytes_sent",
        "close_after",
        "connection",
        "expects_continue",
        "finished",
        "framing",
        "gone",
        "head",
        "intake",
        "keep_alive",
        "on_gone",
        "peer",
        "started",
        "tunnel",
    )

    def __init__(self, connection: ServerProtocol, head: Request, framing: Framing = NONE, whole: bytes = b"") -> None:
        """`whole`: the body, when all of it came together with the head; else `intake` is set."""
        self.connection = connection
        self.head = head
        self.framing = framing
        self.peer = connection.peer
        self.arrived_us = connection.arrived_us
        self.arrived_ns = connection.arrived_ns
        self.keep_alive = False
        self.expects_continue = False
        self.close_after = False
        self.on_gone: Callable[[], None] | None = None
        self.gone = False
        self.finished = False
        self.started = False
        self.bytes_sent = 0
        self.intake: Intake | None = None
        self.tunnel: Inflow | None = None
        self._encoder = _UNSTARTED
        self._silent = False
        self._whole = whole

    @property
    def deadline(self) -> Alarm:
        """An alarm for whoever serves this call; the next call on the connection has the same."""
        return self.connection.deadline

    # -- the request's body

    @property
    def body_received(self) -> bool:
        """Whether the last byte of the request's body is here (read or not)."""
        return self.intake is None or self.intake.ended

    @property
    def trailers(self) -> Headers:
        """The fields after a chunked body, once it has been read."""
        return self.intake.trailers if self.intake is not None else ()

    def send_continue(self) -> None:
        """Ask for the body: 100 Continue, when the client waits for it and the answer has not begun."""
        if self.expects_continue and not self.started and not self.gone:
            self.expects_continue = False
            self.connection.transport.write(_CONTINUE)

    async def read(self) -> bytes:
        """The next piece of the body, b"" at the end. Raises Malformed, ClientGone or TooSlow."""
        if self.intake is None:
            piece, self._whole = self._whole, b""
            return piece
        self.intake.watch()
        return await self.intake.inflow.get()

    async def read_all(self, limit: int) -> bytes:
        """The whole body; does not wait when it is here. Raises TooLarge above `limit` bytes, and as `read`."""
        inflow = self.intake.inflow if self.intake is not None else None
        if self.framing.length > limit:
            here = inflow.take_all() if inflow is not None else self._whole
            raise TooLarge(f"the body has {self.framing.length} bytes, at most {limit} are read", here)
        if self.intake is None or inflow is None:
            return await self.read()
        self.intake.watch()
        whole = await inflow.gather(limit)
        body = inflow.take_all()
        if not whole:
            raise TooLarge(f"the body has more than the {limit} bytes that are read", body)
        return body

    # -- the answer

    def send(self, response: Response) -> None:
        """Answer at once and be done. Raises Unsendable, before any byte, when head and body contradict."""
        if isinstance(response.body, BodyRef):
            raise Unsendable("a body kept elsewhere is streamed: start, write, finish")
        if self.gone:
            return
        head = self._open(response)
        body = self._encode(response.body) + self._encode_end(response.trailers)
        if len(body) < _JOIN_BYTES:
            self._put(head + body)
        else:
            self._put(head)
            self._put(body)
        self.connection.answered(self)

    def start(self, response: Response) -> None:
        """Send the head of a streamed answer; its body is framed as the headers say. 101 opens a raw tunnel."""
        if self.gone:
            return
        self._put(self._open(response))
        if response.status == 101:
            self.tunnel = self.connection.open_tunnel()

    async def write(self, piece: bytes) -> None:
        """One piece of a streamed answer; waits while the client is slow. Raises ClientGone, Unsendable."""
        self._put(self._encode(piece))
        await self.connection.drained()
        if self.gone:
            raise ClientGone("the client left during the answer")

    def finish(self, trailers: Headers = ()) -> None:
        """The end of a streamed answer: last chunk and trailers, when its head announced chunks."""
        if not self.gone and not self.finished:
            self._put(self._encode_end(trailers))
            self.connection.answered(self)

    def abort(self) -> None:
        """Cut the connection: the answer cannot be completed, and the client must be able to tell."""
        if not self.finished:
            self.gone = True
            self.on_gone = None
            self.connection.abort()

    # -- a raw tunnel, after 101

    async def read_raw(self) -> bytes:
        """The next bytes of a tunnel, b"" once the client has ended its side. Raises ClientGone."""
        return await self.tunnel.get() if self.tunnel is not None else b""

    async def write_raw(self, data: bytes) -> None:
        """Bytes for the client of a tunnel; waits while it is slow. Raises ClientGone."""
        self._put(data)
        await self.connection.drained()
        if self.gone:
            raise ClientGone("the client left the tunnel")

    # -- inside

    def _open(self, response: Response) -> bytes:
        """The head as bytes; the encoder for its body; whether the connection can live on."""
        if self.started:
            raise Unsendable("the answer has already begun")
        head = write_response(response)
        fields = controls(response.headers)
        framing = self._framing_of(response, fields)
        self._encoder = Encoder(framing)
        self._silent = framing.kind is Kind.NONE
        if framing.kind is Kind.UNTIL_CLOSE or not keeps_alive(self.head.version, fields):
            self.close_after = True
        return head

    def _framing_of(self, response: Response, fields: Controls) -> Framing:
        try:
            return response_framing(response, self.head.method, fields)
        except Malformed as error:
            raise Unsendable(f"the answer's framing: {error.text}") from error

    def _encode(self, piece: bytes) -> bytes:
        # HTTP has no body here (HEAD, 204, 304), whatever the message carries (RFC 9112 6.3).
        return b"" if self._silent else self._encoder.piece(piece)

    def _encode_end(self, trailers: Headers) -> bytes:
        return b"" if self._silent else self._encoder.end(trailers)

    def _put(self, data: bytes) -> None:
        if data and not self.gone:
            self.started = True
            self.bytes_sent += len(data)
            self.connection.transport.write(data)
