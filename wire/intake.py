"""A request's body: decoded as it comes, held for its reader, and never slower than the limits allow (D9).

Must not know: requests, answers. Read next: bodies.py (decoding), inflow.py (holding), pace.py (timing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wire.alarm import Alarm
from wire.bodies import decoder_for
from wire.errors import TooSlow
from wire.inflow import Inflow
from wire.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.messages import Headers
    from wire.channel import Channel
    from wire.errors import Malformed
    from wire.framing import Framing


class Intake:
    """The body of one request. `broken` is called once when no more of it can be read."""

    __slots__ = ("_alarm", "_broken", "_channel", "_decoder", "_pace", "inflow")

    def __init__(self, framing: Framing, channel: Channel, broken: Callable[[], None]) -> None:
        self.inflow = Inflow(channel.limits.buffer_bytes, self._throttle)
        self._broken = broken
        self._channel = channel
        self._decoder = decoder_for(framing, channel.limits)
        self._pace = Pace(channel.limits)
        self._alarm = Alarm(channel.loop, self._check_pace)

    @property
    def ended(self) -> bool:
        """Whether the last byte is here."""
        return self.inflow.ended

    @property
    def rest(self) -> bytes:
        """What came after the last byte."""
        return self._decoder.rest

    @property
    def trailers(self) -> Headers:
        """The fields after a chunked body, once it has ended."""
        return self._decoder.trailers

    def feed(self, data: bytes) -> None:
        """Bytes of the body, and perhaps of what follows it."""
        decoder = self._decoder
        self.inflow.put(decoder.feed(data))
        if decoder.error is not None:
            self._fail(decoder.error)
        elif decoder.done:
            self._alarm.close()
            self.inflow.end()

    def watch(self) -> None:
        """Somebody waits for the body: from now on it must come at the least rate."""
        now = self._channel.loop.time()
        if not self.inflow.ended and self._pace.begin(now):
            self._alarm.set(now + self._channel.limits.body_grace_seconds)

    def lose(self, error: Exception) -> None:
        """No more will come: the connection is over."""
        self._alarm.close()
        self.inflow.fail(error)

    def _fail(self, error: Malformed | TooSlow) -> None:
        self.lose(error)
        self._broken()

    def _throttle(self, lagging: bool) -> None:
        now = self._channel.loop.time()
        if lagging:
            self._pace.hold(now)
        else:
            self._pace.let(now)
        self._channel.throttle(lagging)

    def _check_pace(self) -> None:
        again = self._pace.next_check(self.inflow.received, self._channel.loop.time())
        if again is None:
            self._fail(TooSlow(f"only {self.inflow.received} bytes of the body came: the client is too slow"))
        else:
            self._alarm.set(again)
