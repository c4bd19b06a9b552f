"""A client's connection: finds requests in the stream, hands each to the App as a Call, one at a time.

Pipelined requests wait in a bounded buffer. A half-closed client gets its answer. What cannot be parsed goes to
App.reject with the bytes that came. Must not know: what the App answers. Read next: call.py, channel.py.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gateway.messages import Request
from wire.alarm import Alarm
from wire.app import App, Connections, Fault
from wire.call import Call
from wire.channel import Channel
from wire.errands import run
from wire.errors import ClientGone, Malformed
from wire.farewell import Farewell
from wire.framing import CHUNKED
from wire.headbuffer import HeadBuffer
from wire.heads import parse_request_line
from wire.inflow import Inflow
from wire.intake import Intake
from wire.limits import DEFAULT_LIMITS, Limits
from wire.readings import read_request

if TYPE_CHECKING:
    import asyncio

    from wire.readings import Asked

__all__ = ["App", "Call", "Connections", "Fault", "ServerProtocol"]


class ServerProtocol(Channel):
    """One client connection. `prefix`: bytes that were already read from it (by a look at the first byte).

    `deadline`: an alarm that is lent to whoever serves the current call.
    """

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
        self.deadline = Alarm(self.loop, self._late)
        self._alarm = Alarm(self.loop, self._late)
        self._buffer = HeadBuffer(limits.head_bytes, parse_request_line, skip_empty_lines=True)
        self._call: Call | None = None
        self._whole_ns = 0  # when the last byte of the current request came
        self._tunnel: Inflow | None = None
        self._advancing = False
        self._deaf = False  # what still comes is read and dropped
        self._farewell = Farewell(self)
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
            self._farewell.drop(len(data))
            return
        call = self._call
        if call is not None and call.intake is not None and not call.intake.ended:
            self._feed(call.intake, data)
        elif self._tunnel is not None:
            self._tunnel.put(data)
        else:
            if not self._buffer.data:
                self._stamp()
            self._buffer.data += data
            if call is None:
                self._advance()
            elif len(self._buffer.data) > self.limits.head_bytes:
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
            self._after_eof()
            return not self.transport.is_closing()
        if call.body_received and self._is_half_close():
            return True
        self._lose(call)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over, in whatever way."""
        super().connection_lost(exc)
        self._alarm.close()
        self.deadline.close()
        self._farewell.stop()
        self._connections.discard(self)
        call = self._call
        if call is not None:
            self._lose(call)
        elif self._buffer.data and not self._deaf:
            self._reject("cut-head", "the connection ended inside a request head", self._buffer.data)

    def resume_writing(self) -> None:
        """The client caught up; a pipelined request may be waiting for that."""
        super().resume_writing()
        self._advance()

    # -- what a Call asks for

    def open_tunnel(self) -> Inflow:
        """From now on bytes are not requests any more (101 was answered)."""
        self._tunnel = Inflow(self.limits.buffer_bytes, self.throttle)
        self._alarm.clear()
        self._tunnel.put(self._buffer.give_up())
        self.let_reading("pipeline")
        if self._eof:
            self._tunnel.end()
        return self._tunnel

    def answered(self, call: Call) -> None:
        """The answer is finished: on to the next request, or to the end of the connection."""
        call.finished = True
        self._call = None
        goes_on = call.keep_alive and not call.close_after and call.body_received and self._tunnel is None
        self._tunnel = None
        if not goes_on or self._retiring or self._deaf:
            self._end(unread=not call.body_received)
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
            while self._buffer.data and self._call is None and self.writable and self._take_head():
                pass
        finally:
            self._advancing = False
        if self._eof and self._call is None and not self._deaf:
            self._after_eof()

    def _take_head(self) -> bool:
        """Take one head off the buffer and begin its call; False when it is not all here."""
        raw = self._buffer.data
        begun = self._buffer.waits
        try:
            section = self._buffer.take()
            if section is None:
                self._await_head(begun)
                return False
            self._alarm.clear()
            self.let_reading("pipeline")
            asked = read_request(section)
        except Malformed as error:
            self._reject(error.kind, error.text, raw, error.head)
            return False
        self._open_call(asked)
        return True

    def _await_head(self, begun: bool) -> None:
        """The buffer holds the beginning of a head, or only empty lines."""
        self.let_reading("pipeline")
        if self._buffer.data and not begun:
            self._alarm.set(self.loop.time() + self.limits.head_seconds)

    def _open_call(self, asked: Asked) -> None:
        framing = asked.framing
        length, whole = framing.length, b""
        if length and len(self._buffer.data) >= length:
            # All of it is here already, as with most bodies that fit one segment: 12 us less than an Intake.
            data = self._buffer.give_up()
            whole, self._buffer.data = data[:length], data[length:]
        self._call = call = Call(self, asked.head, framing, whole)
        call.keep_alive = asked.keep_alive
        if (length and not whole) or framing is CHUNKED:
            data = self._buffer.give_up()
            call.expects_continue = asked.waits and not data
            call.intake = Intake(framing, self, self._go_deaf)
            if data:
                self._feed(call.intake, data)
        run(self._app.handle(call), call, self.loop)

    def _feed(self, intake: Intake, data: bytes) -> None:
        intake.feed(data)
        if intake.ended:
            self._stamp()
            self._buffer.data = intake.rest

    def _go_deaf(self) -> None:
        self._deaf = True

    def _reject(self, kind: str, text: str, raw: bytes, head: Request | None = None) -> None:
        """What came is no request: the App answers, and nothing more is read from this client."""
        call = Call(self, head or Request(b"", b""))
        call.gone = self.lost
        self._call = call
        self._buffer.give_up()
        self._deaf = True
        self._alarm.clear()
        fault = Fault(kind, text, raw[: self.limits.head_bytes], head)
        run(self._app.reject(call, fault), call, self.loop)

    # -- ends

    def _is_half_close(self) -> bool:
        return time.monotonic_ns() - self._whole_ns < self.limits.half_close_seconds * 1e9

    def _lose(self, call: Call) -> None:
        """The client left before its answer was finished: tell the App once."""
        if call.gone:
            return
        call.gone = True
        if call.intake is not None:
            call.intake.lose(ClientGone("the client left before its request was whole"))
        if self._tunnel is not None:
            self._tunnel.fail(ClientGone("the client left the tunnel"))
        if call.on_gone is not None:
            call.on_gone()

    def _late(self) -> None:
        """Too long without a request, or without the end of its head."""
        if self._buffer.data:
            text = f"the request head was not whole after {self.limits.head_seconds:g} s"
            self._reject("slow-head", text, self._buffer.data)
        else:
            self.close()

    def _end(self, *, unread: bool) -> None:
        self._deaf = True
        self._buffer.give_up()
        self._alarm.clear()
        if self._eof:
            self.close()
        else:
            self._farewell.say(unread=unread)

    def _after_eof(self) -> None:
        """The client ended its side and no call is left: what is in the buffer is half a head at most."""
        if not self.writable:
            return  # whole requests may wait behind an answer that is still on its way
        if self._buffer.data:
            self._reject("cut-head", "the client ended its side inside a request head", self._buffer.data)
        else:
            self._deaf = True
            self.close()
