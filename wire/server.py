"""A client's connection: finds requests in the stream, hands each to the App as a Call, one at a time.

Pipelined requests wait in a bounded buffer. A half-closed client gets its answer. What cannot be parsed goes to
App.reject with the bytes that came. Must not know: what the App answers. Read next: call.py, channel.py.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gateway.messages import Request
from wire.alarm import Alarm
from wire.bodies import decoder_for
from wire.call import Call
from wire.channel import Channel
from wire.errors import ClientGone, Malformed, TooSlow
from wire.fields import TEXT, split_lines
from wire.framing import CHUNKED, check_host, controls, expects_continue, keeps_alive, request_framing
from wire.heads import parse_request, parse_request_line
from wire.inflow import Inflow
from wire.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Coroutine


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request could not be read. The App answers on the Call it comes with, and the connection ends.

    `kind`: malformed, version, ambiguous-framing, head-too-large, slow-head or cut-head (the client ended
    inside it). `text`: the plain reason. `raw`: what was received, at most Limits.head_bytes. `head`: set when
    it could be parsed before it was refused.
    """

    kind: str
    text: str
    raw: bytes
    head: Request | None = None


class App(Protocol):
    """What answers calls. Both coroutines must finish the call's answer, or abort it."""

    async def handle(self, call: Call) -> None:
        """Answer a request."""

    async def reject(self, call: Call, fault: Fault) -> None:
        """Answer, and record, what could not be read as a request."""


class Connections:
    """The open client connections of one listener, so that it can refuse too many and end them in order."""

    def __init__(self) -> None:
        self.open: set[ServerProtocol] = set()
        self.refused = 0
        self._none_left = asyncio.Event()
        self._none_left.set()

    def add(self, connection: ServerProtocol) -> bool:
        """Whether one more is allowed; counts those that are not."""
        if len(self.open) >= connection.limits.connections:
            self.refused += 1
            return False
        self.open.add(connection)
        self._none_left.clear()
        return True

    def discard(self, connection: ServerProtocol) -> None:
        """A connection is over."""
        self.open.discard(connection)
        if not self.open:
            self._none_left.set()

    def retire(self) -> None:
        """End the connections that serve no call now, and each other one after its answer."""
        for connection in tuple(self.open):
            connection.retire()

    async def ended(self) -> None:
        """Wait until every connection is over; put a time limit around it."""
        await self._none_left.wait()


# The event loop keeps only weak references to tasks; an App's work must outlive its connection.
_TASKS: set[asyncio.Task[None]] = set()


class ServerProtocol(Channel):
    """One client connection. `prefix`: bytes that were already read from it (by a look at the first byte)."""

    def __init__(
        self,
        app: App,
        limits: Limits = DEFAULT_LIMITS,
        *,
        prefix: bytes = b"",
        connections: Connections | None = None,
    ) -> None:
        super().__init__(limits)
        self.peer: tuple[str, int] = ("", 0)
        self.arrived_us = 0
        self.arrived_ns = 0
        self._app = app
        self._prefix = prefix
        self._connections = connections or Connections()
        self._alarm = Alarm(self.loop, self._late)
        self._buffer = b""  # what came and belongs to no call yet
        self._searched = 0  # so many bytes of it hold no end of a head
        self._call: Call | None = None
        self._whole_ns = 0  # when the last byte of the current request came
        self._body_since = 0.0  # when the reader began to wait for the body, event-loop time
        self._held_since = 0.0
        self._tunnel: Inflow | None = None
        self._advancing = False
        self._deaf = False  # what still comes is read and dropped
        self._dropped = 0
        self._eof = False
        self._retiring = False

    # -- the socket's events

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        super().connection_made(transport)
        self.peer = (transport.get_extra_info("peername") or self.peer)[:2]
        if not self._connections.add(self):
            self.abort()
            return
        self._alarm.set(self.loop.time() + self.limits.idle_seconds)
        if self._prefix:
            self.data_received(self._prefix)
            self._prefix = b""

    def data_received(self, data: bytes) -> None:
        """Bytes came: of a head, of the current call's body, of a tunnel, or of a pipelined request."""
        if self._deaf:
            self._drop(len(data))
            return
        call = self._call
        if call is not None and not call.body_received:
            self._feed(call, data)
        elif self._tunnel is not None:
            self._tunnel.put(data)
        else:
            if not self._buffer:
                self._stamp()
            self._buffer += data
            if call is None:
                self._advance()
            elif len(self._buffer) > self.limits.head_bytes:
                self.hold_reading("pipeline")

    def eof_received(self) -> bool:
        """The client ended its side; True keeps ours open for the answer."""
        self._eof = True
        if self._tunnel is not None:
            self._tunnel.end()
            return True
        if self._deaf:
            return self._call is not None
        call = self._call
        if call is None:
            if self._buffer:
                self._reject("cut-head", "the client ended its side inside a request head", self._buffer)
            return self._call is not None
        if call.body_received and self._is_half_close():
            return True
        self._lose(call)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over, in whatever way."""
        super().connection_lost(exc)
        self._alarm.close()
        self._connections.discard(self)
        call = self._call
        if call is not None:
            self._lose(call)
        elif self._buffer and not self._deaf:
            self._reject("cut-head", "the connection ended inside a request head", self._buffer)

    def resume_writing(self) -> None:
        """The client caught up; a pipelined request may be waiting for that."""
        super().resume_writing()
        self._advance()

    def throttle(self, lagging: bool) -> None:
        """As Channel; the time that we do not read is not the client's slowness."""
        now = self.loop.time()
        if lagging:
            self._held_since = now
        else:
            self._body_since += now - self._held_since
        super().throttle(lagging)

    # -- what a Call asks for

    def watch_body(self) -> None:
        """Somebody waits for the body: from now on it must come at the least rate (reliability D9)."""
        if not self._body_since:
            self._body_since = self.loop.time()
            self._alarm.set(self._body_since + self.limits.body_grace_seconds)

    def open_tunnel(self) -> Inflow:
        """From now on bytes are not requests any more (101 was answered)."""
        self._tunnel = Inflow(self.limits.buffer_bytes, self.throttle)
        self._alarm.clear()
        self._tunnel.put(self._buffer)
        self._buffer = b""
        self.let_reading("pipeline")
        if self._eof:
            self._tunnel.end()
        return self._tunnel

    def answered(self, call: Call) -> None:
        """The answer is finished: on to the next request, or to the end of the connection."""
        call.finished = True
        self._call = None
        goes_on = call.keep_alive and not call.close_after and call.body_received and self._tunnel is None
        if not goes_on or self._retiring or self._deaf:
            self._end()
            return
        self._alarm.set(self.loop.time() + self.limits.idle_seconds)
        self._advance()

    def retire(self) -> None:
        """End now if no call is served, else after the current answer."""
        self._retiring = True
        if self._call is None and not self._deaf:
            self._deaf = True
            self.close()

    # -- from bytes to calls

    def _stamp(self) -> None:
        self.arrived_us = time.time_ns() // 1000
        self.arrived_ns = self._whole_ns = time.monotonic_ns()

    def _advance(self) -> None:
        """Begin the calls that the buffer holds. A loop, not a recursion: an App may answer at once."""
        if self._advancing or self._deaf or self.lost:
            return
        self._advancing = True
        try:
            while self._buffer and self._call is None and self.writable and self._take_head():
                pass
        finally:
            self._advancing = False
        if self._eof and self._call is None and not self._deaf and self.writable:
            self._after_eof()

    def _take_head(self) -> bool:
        """Take one head off the buffer and begin its call; False when it is not all here."""
        # An empty line before a request is an old client's habit (RFC 9112 2.2).
        while self._buffer.startswith(b"\r\n"):
            self._buffer = self._buffer[2:]
        end = self._buffer.find(b"\r\n\r\n", self._searched)
        if max(end, len(self._buffer) if end < 0 else 0) > self.limits.head_bytes:
            text = f"a request head of more than {self.limits.head_bytes} bytes"
            self._reject("head-too-large", text, self._buffer)
            return False
        if end < 0:
            self._await_head()
            return False
        section, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        self._searched = 0
        self._alarm.clear()
        self.let_reading("pipeline")
        self._open_call(section)
        return True

    def _await_head(self) -> None:
        """A head has begun and is not whole: refuse what can never become one, and limit the time."""
        fresh = self._buffer[self._searched :]
        try:
            if fresh.translate(None, TEXT).strip(b"\r\n") or b"\n" in fresh.replace(b"\r\n", b"").lstrip(b"\n"):
                split_lines(self._buffer)
            line, complete, _ = self._buffer.partition(b"\r\n")
            if complete and self._searched < len(line) + 2:
                parse_request_line(line)
        except Malformed as error:
            self._reject(error.kind, error.text, self._buffer)
            return
        self.let_reading("pipeline")
        if self._searched == 0:
            self._alarm.set(self.loop.time() + self.limits.head_seconds)
        self._searched = max(1, len(self._buffer) - 3)

    def _open_call(self, section: bytes) -> None:
        head = None
        try:
            head = parse_request(section)
            fields = controls(head.headers)
            check_host(head, fields)
            framing = request_framing(head.version, fields)
        except Malformed as error:
            self._reject(error.kind, error.text, section + b"\r\n\r\n" + self._buffer, head)
            return
        call = Call(self, head, framing)
        call.keep_alive = keeps_alive(head.version, fields)
        self._call = call
        if framing.length or framing is CHUNKED:
            self._await_body(call, expects_continue(head.version, fields))
        self._run(self._app.handle(call), call)

    def _await_body(self, call: Call, expects: bool) -> None:
        call.decoder = decoder_for(call.framing, self.limits)
        call.inflow = Inflow(self.limits.buffer_bytes, self.throttle)
        call.expects_continue = expects and not self._buffer
        self._body_since = 0.0
        data, self._buffer = self._buffer, b""
        if data:
            self._feed(call, data)

    def _feed(self, call: Call, data: bytes) -> None:
        decoder, inflow = call.decoder, call.inflow
        if decoder is None or inflow is None:
            return
        try:
            inflow.put(decoder.feed(data))
        except Malformed as error:
            self._go_deaf(call, error)
            return
        if decoder.done:
            self._alarm.clear()
            self._stamp()
            self._buffer = decoder.rest
            inflow.end()

    def _reject(self, kind: str, text: str, raw: bytes, head: Request | None = None) -> None:
        """What came is no request: the App answers, and nothing more is read from this client."""
        call = Call(self, head or Request(b"", b""))
        call.gone = self.lost
        self._call = call
        self._buffer = b""
        self._deaf = True
        self._alarm.clear()
        fault = Fault(kind, text, raw[: self.limits.head_bytes], head)
        self._run(self._app.reject(call, fault), call)

    def _run(self, work: Coroutine[None, None, None], call: Call) -> None:
        """Run the App until it first waits, without a turn of the event loop; then as a task."""
        task = asyncio.Task(self._guard(work, call), loop=self.loop, eager_start=True)
        if not task.done():
            _TASKS.add(task)
            task.add_done_callback(_TASKS.discard)

    async def _guard(self, work: Coroutine[None, None, None], call: Call) -> None:
        """A failing App must not leave its client waiting, nor fail in silence."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - whatever an App raises is told to the loop's handler
            context = {"message": "an App failed on a call", "exception": error, "protocol": self}
            self.loop.call_exception_handler(context)
        finally:
            if not call.finished:
                self.abort()

    # -- ends

    def _go_deaf(self, call: Call, error: Malformed | TooSlow) -> None:
        """The rest of this body cannot be read: tell its reader, and drop what still comes."""
        self._deaf = True
        self._alarm.clear()
        if call.inflow is not None:
            call.inflow.fail(error)

    def _is_half_close(self) -> bool:
        return time.monotonic_ns() - self._whole_ns < self.limits.half_close_seconds * 1e9

    def _lose(self, call: Call) -> None:
        """The client left before its answer was finished: tell the App once."""
        if call.gone:
            return
        call.gone = True
        if call.inflow is not None:
            call.inflow.fail(ClientGone("the client left before its request was read"))
        if call.on_gone is not None:
            call.on_gone()

    def _late(self) -> None:
        """A deadline has passed; which one follows from the state."""
        call = self._call
        if self._deaf and call is None:
            self._stop_lingering()
        elif call is not None:
            self._check_body_rate(call)
        elif self._buffer:
            text = f"the request head was not whole after {self.limits.head_seconds:g} s"
            self._reject("slow-head", text, self._buffer)
        else:
            self.close()

    def _check_body_rate(self, call: Call) -> None:
        if call.body_received or call.inflow is None:
            return
        now = self.loop.time()
        if self._holds:
            self._alarm.set(now + self.limits.body_grace_seconds)
            return
        allowed = max(self.limits.body_grace_seconds, call.inflow.received / self.limits.body_rate)
        if now < self._body_since + allowed:
            self._alarm.set(self._body_since + allowed)
            return
        text = f"{call.inflow.received} body bytes in {now - self._body_since:.1f} s: the client is too slow"
        self._go_deaf(call, TooSlow(text))

    def _end(self) -> None:
        """End the connection so that the client sees its answer: close our side, read on a while (RFC 9112 9.6)."""
        if self.lost or self.transport.is_closing():
            return
        self._deaf = True
        self._buffer = b""
        for why in tuple(self._holds):
            self.let_reading(why)
        if self._eof:
            self.close()
            return
        self.transport.write_eof()
        self._alarm.set(self.loop.time() + self.limits.linger_seconds)

    def _stop_lingering(self) -> None:
        if self.transport.get_write_buffer_size():
            # The answer is still on its way to a slow reader; Channel cuts one that takes nothing.
            self._alarm.set(self.loop.time() + self.limits.linger_seconds)
            return
        self.close()

    def _drop(self, size: int) -> None:
        self._dropped += size
        if self._dropped > self.limits.linger_bytes:
            self.close() if self._call is None else self.hold_reading("deaf")

    def _after_eof(self) -> None:
        """The client ended its side and has its answers: what is left in the buffer is half a head at most."""
        if self._buffer:
            self._reject("cut-head", "the client ended its side inside a request head", self._buffer)
        else:
            self._deaf = True
            self.close()
