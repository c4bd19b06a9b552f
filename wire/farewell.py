"""The end of a client's connection, such that the client sees its answer and not a reset (RFC 9112 9.6).

Our side is closed first; what still comes is read and dropped, bounded in bytes and seconds; then all is closed.
Must not know: calls, HTTP. Read next: channel.py, server.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wire.alarm import Alarm

if TYPE_CHECKING:
    from wire.channel import Channel


class Farewell:
    """Drops what a client sends once nothing more is read from it. `said`: our side is closed."""

    __slots__ = ("_alarm", "_channel", "_dropped", "said")

    def __init__(self, channel: Channel) -> None:
        self.said = False
        self._channel = channel
        self._dropped = 0
        self._alarm = Alarm(channel.loop, self._over)

    def say(self, *, unread: bool) -> None:
        """The last answer is written: close our side, and all once the client does, or the time is up.

        `unread`: the client still sends a request that was answered early. Whoever takes the end of one side for the
        end of both (mitmproxy's stack: half_close_seconds 0) would then break its upload off and our answer with it,
        so towards such a peer nothing is closed until the upload ends.
        """
        channel = self._channel
        if self.said or channel.lost or channel.transport.is_closing():
            return
        self.said = True
        channel.let_reading_all()
        if not channel.transport.can_write_eof():  # TLS: its end of a side is the end of both
            channel.close()
            return
        if not (unread and not channel.limits.half_close_seconds) and not self._close_side():
            return
        channel.watch_unsent()
        self._alarm.set(channel.loop.time() + channel.limits.linger_seconds)

    def _close_side(self) -> bool:
        """End our side; False when the client has reset its connection, before we read that it did."""
        try:
            self._channel.transport.write_eof()
        except OSError:
            self._channel.abort()
            return False
        return True

    def drop(self, size: int) -> None:
        """So many bytes came that nobody reads."""
        self._dropped += size
        if self._dropped <= self._channel.limits.linger_bytes:
            return
        if self.said:
            self._channel.close()
        else:
            self._channel.hold_reading("farewell")  # until the answer is written

    def stop(self) -> None:
        """The connection is over."""
        self._alarm.close()

    def _over(self) -> None:
        channel = self._channel
        if channel.transport.get_write_buffer_size():
            # The answer is still on its way to a slow reader; Channel cuts one that takes nothing.
            self._alarm.set(channel.loop.time() + channel.limits.linger_seconds)
        else:
            channel.close()
