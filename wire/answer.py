"""A server's answer as it comes: interim heads, the final head, the body. Bytes in, messages out, no socket.

Must not know: connections. `ServerCall` (client.py) owns one and tells it what the socket brought.
Read next: framing.py, inflow.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.messages import headers_size
from wire.bodies import decoder_for
from wire.errors import Malformed, MalformedAnswer
from wire.framing import NONE, UNTIL_CLOSE, Framing
from wire.headbuffer import HeadBuffer
from wire.heads import parse_status_line
from wire.readings import read_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.messages import Headers, Response
    from wire.bodies import Decoder
    from wire.inflow import Inflow
    from wire.limits import Limits
    from wire.readings import Answered

_INTERIM_COUNT, _INTERIM_BYTES = 64, 256 * 1024


class AnswerReader:
    """Reads the answer to one request of `method`; the body goes to `inflow`.

    `head`: the final answer's, once it is here. `interim`: the 1xx answers before it. `extra`: bytes came
    after the end, so the connection is not to be trusted. `keeps_alive`: the server keeps the connection.
    """

    __slots__ = (
        "_buffer",
        "_decoder",
        "_limits",
        "extra",
        "framing",
        "head",
        "inflow",
        "interim",
        "keeps_alive",
        "method",
        "on_interim",
        "received",
    )

    def __init__(self, inflow: Inflow, limits: Limits) -> None:
        self.method = b""
        self.inflow = inflow
        self.received = 0
        self.head: Response | None = None
        self.interim: tuple[Response, ...] = ()
        self.on_interim: Callable[[Response], None] | None = None
        self.framing: Framing = NONE
        self.keeps_alive = False
        self.extra = False
        self._limits = limits
        self._buffer = HeadBuffer(limits.head_bytes, parse_status_line)
        self._decoder: Decoder | None = None

    @property
    def trailers(self) -> Headers:
        """The fields after a chunked body, once it has ended."""
        return self._decoder.trailers if self._decoder is not None else ()

    def feed(self, data: bytes) -> None:
        """Bytes came. Raises MalformedAnswer."""
        self.received += len(data)
        if self._decoder is None:
            data = self._feed_heads(data)
        if data:
            self._feed_body(data)

    def end(self) -> None:
        """The server closed in order: the end of a body that is framed by it."""
        if self.framing == UNTIL_CLOSE:
            self.inflow.end()

    def _feed_heads(self, data: bytes) -> bytes:
        """Take heads until the final one; gives what is left for the body."""
        buffer = self._buffer
        buffer.data += data
        while self._decoder is None:
            whole = buffer.data
            try:
                section = buffer.take()
                if section is None:
                    return b""
                self._take_head(read_response(section, self.method))
            except Malformed as error:
                raise MalformedAnswer(error.text, whole[: self._limits.head_bytes]) from error
        return buffer.give_up()

    def _take_head(self, answered: Answered) -> None:
        head = answered.head
        if head.status < 200 and head.status != 101:
            if len(self.interim) >= _INTERIM_COUNT:
                raise Malformed(f"more than {_INTERIM_COUNT} interim answers")
            self.interim = (*self.interim, head)
            if sum(headers_size(each.headers) for each in self.interim) > _INTERIM_BYTES:
                raise Malformed(f"interim answers with more than {_INTERIM_BYTES} bytes of fields")
            if self.on_interim is not None:
                self.on_interim(head)
            return
        # After 101 the connection is a tunnel: everything to its end belongs to it.
        framing = UNTIL_CLOSE if head.status == 101 else answered.framing
        self.framing = framing
        self.keeps_alive = answered.keep_alive
        self._decoder = decoder_for(framing, self._limits)
        self.head = head
        if self._decoder.done:
            self.inflow.end()

    def _feed_body(self, data: bytes) -> None:
        decoder = self._decoder
        if decoder is None or decoder.done:
            self.extra = True
            return
        self.inflow.put(decoder.feed(data))
        if decoder.error is not None:
            raise MalformedAnswer(decoder.error.text, data[: self._limits.head_bytes])
        if decoder.done:
            self.extra = bool(decoder.rest)
            self.inflow.end()
