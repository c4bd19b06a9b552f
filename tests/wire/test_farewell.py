"""The end of a connection whose client still sends (RFC 9112 9.6)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from wire.farewell import Farewell
from wire.limits import Limits

if TYPE_CHECKING:
    from wire.call import Call
    from wire.channel import Channel

UPLOAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n"


def test_our_side_ends_first_and_the_client_may_go_on_for_a_while(run: Any, app: Any, say: Any) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            call.send(say(b"no", 413))

        port = await house.listen(app(answer))
        talk = await house.talk(port, UPLOAD)
        assert (await talk.rest()).endswith(b"no")  # the end of stream is here, the connection is not over
        assert len(house.connections.open) == 1
        talk.send(bytes(1 << 20))
        await talk.writer.drain()
        talk.half_close()
        await asyncio.wait_for(house.connections.ended(), 5)

    run(test)


@pytest.mark.parametrize(
    "limits",
    [pytest.param(Limits(linger_seconds=0.02), id="seconds"), pytest.param(Limits(linger_bytes=1 << 16), id="bytes")],
)
def test_it_is_bounded(run: Any, app: Any, say: Any, limits: Limits) -> None:
    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            call.send(say(b"no", 413))

        port = await house.listen(app(answer), limits)
        talk = await house.talk(port, UPLOAD + bytes(1 << 18))
        await asyncio.wait_for(house.connections.ended(), 5)
        assert talk is not None

    run(test)


def test_a_slow_reader_gets_a_large_answer_whole(run: Any, app: Any, say: Any) -> None:
    """The time to linger does not run against bytes that are still on their way."""
    size = 16 << 20

    async def test(house: Any) -> None:
        async def answer(call: Call) -> None:
            call.close_after = True
            call.send(say(bytes(size)))

        port = await house.listen(app(answer), Limits(linger_seconds=0.02))
        talk = await house.talk(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        talk.writer.transport.pause_reading()
        await asyncio.sleep(0.1)
        talk.writer.transport.resume_reading()
        assert (await talk.rest()).endswith(bytes(size))

    run(test)


class Seen:
    """A channel, and the transport under it, that notes whether its side was ended."""

    def __init__(self, limits: Limits) -> None:
        self.loop = asyncio.get_running_loop()
        self.limits = limits
        self.lost = False
        self.ended = False
        self.transport = self

    def is_closing(self) -> bool:
        return False

    def let_reading_all(self) -> None:
        return

    def watch_unsent(self) -> None:
        return

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True


@pytest.mark.parametrize(
    ("half_close_seconds", "unread", "ended"),
    [
        pytest.param(0.25, True, True, id="a-client-that-still-sends"),
        pytest.param(0.25, False, True, id="a-client-that-is-done"),
        pytest.param(0, False, True, id="mitmproxy-that-is-done"),
        pytest.param(0, True, False, id="mitmproxy-that-still-sends"),
    ],
)
def test_whoever_knows_no_half_close_sees_no_end_while_it_sends(
    half_close_seconds: float, unread: bool, ended: bool
) -> None:
    """mitmproxy's stack would break the upload off, and over HTTP/2 the answer with it."""

    async def test() -> None:
        channel = Seen(Limits(half_close_seconds=half_close_seconds))
        farewell = Farewell(cast("Channel", channel))
        farewell.say(unread=unread)
        assert channel.ended == ended
        farewell.stop()

    asyncio.run(test())


class Reset:
    """A channel whose client has reset the connection, which nobody has read yet; also the transport under it."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.limits = Limits()
        self.lost = False
        self.cut = False
        self.transport = self

    def is_closing(self) -> bool:
        return False

    def let_reading_all(self) -> None:
        return

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        raise OSError(107, "Transport endpoint is not connected")

    def abort(self) -> None:
        self.cut = True


def test_a_client_that_is_gone_already_is_no_error() -> None:
    async def test() -> None:
        channel = Reset()
        Farewell(cast("Channel", channel)).say(unread=False)
        assert channel.cut

    asyncio.run(test())
