"""Whatever a client sends, valid or not, means the same wherever TCP cuts it, and nothing makes the server fail."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.messages import Response
from wire.errors import WireError
from wire.server import ServerProtocol

if TYPE_CHECKING:
    from wire.server import Call, Fault

PARTS = [
    b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n",
    b"GET /d HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"HEAD /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"0\r\n\r\n",
    b"3\r\nab",
    b"X: y\r\n",
    b"Content-Length: 1\r\n",
    b"GET",
    b" / HTTP/1.1\r\n",
]
STREAMS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map(b"".join)
CUTS = st.lists(st.integers(1, 30), min_size=1, max_size=20)


class Notes:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_extra_info(self, _name: str) -> tuple[str, int]:
        return ("127.0.0.1", 1)

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True

    abort = write_eof = pause_reading = resume_reading = close


class Listener:
    """Writes down what arrived: requests with their bodies, broken bodies, and that something was rejected."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    async def handle(self, call: Call) -> None:
        note: list[Any] = [call.head]
        self.heard.append(note)
        try:
            body = await call.read_all(1000)
            note += [body, call.trailers]
        except WireError as error:
            note.append(type(error))
        keep = ((b"Connection", b"keep-alive"), (b"Content-Length", b"0"))
        call.send(Response(200, headers=keep))

    async def reject(self, call: Call, fault: Fault) -> None:
        assert fault.text
        self.heard.append("rejected")
        call.send(Response(400, headers=((b"Content-Length", b"0"),)))


async def hear(pieces: list[bytes]) -> list[Any]:
    loop_errors: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: loop_errors.append(context))
    listener, notes = Listener(), Notes()
    protocol = ServerProtocol(listener)
    protocol.connection_made(cast("asyncio.Transport", notes))
    for piece in pieces:
        if not notes.closed:
            protocol.data_received(piece)
        await asyncio.sleep(0)
    before_the_end = list(map(repr, listener.heard))
    protocol.eof_received()
    protocol.connection_lost(None)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not loop_errors
    return before_the_end


@settings(max_examples=400, deadline=None)
@given(STREAMS, CUTS)
@example(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", [1])
@example(b"\r\n\r\nPOST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", [5])
def test_a_stream_means_the_same_wherever_it_is_cut(stream: bytes, cuts: list[int]) -> None:
    pieces, rest = [], stream
    for size in cuts:
        pieces.append(rest[:size])
        rest = rest[size:]
    pieces = [piece for piece in [*pieces, rest] if piece]
    assert asyncio.run(hear(pieces)) == asyncio.run(hear([stream]))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), CUTS)
def test_noise_is_at_most_rejected(noise: bytes, cuts: list[int]) -> None:
    size = cuts[0]
    pieces = [noise[start : start + size] for start in range(0, len(noise), size)]
    assert asyncio.run(hear(pieces)) in ([], ["'rejected'"])
