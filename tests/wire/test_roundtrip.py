"""A random message through a real server and a real client, cut at random bytes, is the same message."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.messages import Headers, Request, Response
from wire.chunked import encode_chunk, encode_end
from wire.fields import TCHAR, TEXT
from wire.heads import write_request, write_response
from wire.pool import Pool
from wire.server import Connections, ServerProtocol

if TYPE_CHECKING:
    from wire.server import Call, Fault

TOKENS = st.text(TCHAR.decode(), min_size=1, max_size=10).map(str.encode)
VALUES = st.lists(st.sampled_from(sorted(TEXT)), max_size=12).map(lambda text: bytes(text).strip(b" \t"))
OBEYED = {b"content-length", b"transfer-encoding", b"connection", b"expect", b"host"}
FIELDS = st.lists(st.tuples(TOKENS.filter(lambda name: name.lower() not in OBEYED), VALUES), max_size=5).map(tuple)
TARGETS = st.lists(st.sampled_from(sorted(set(TEXT) - {9, 32})), min_size=1, max_size=12).map(bytes)
BODIES = st.one_of(st.none(), st.binary(max_size=300), st.lists(st.binary(max_size=60), max_size=5))
CUTS = st.lists(st.integers(1, 90), max_size=12)


def framed(body: bytes | list[bytes] | None) -> tuple[Headers, bytes, bytes]:
    """Framing fields, the body, and the body on the wire."""
    if body is None:
        return (), b"", b""
    if isinstance(body, bytes):
        return ((b"Content-Length", b"%d" % len(body)),), body, body
    return ((b"Transfer-Encoding", b"chunked"),), b"".join(body), b"".join(map(encode_chunk, body)) + encode_end()


def cut(raw: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    for size in sizes:
        pieces.append(raw[:size])
        raw = raw[size:]
    return [*pieces, raw]


class Echo:
    """Keeps the request; answers what it was given, streamed in the cuts it was given."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.request: Request | None = None

    async def handle(self, call: Call) -> None:
        self.request = replace(call.head, body=await call.read_all(1 << 20))
        call.send(self.response)

    async def reject(self, call: Call, fault: Fault) -> None:
        raise AssertionError(call, fault)


@st.composite
def requests(draw: st.DrawFn) -> tuple[Request, bytes]:
    """A request, and its body as it stands on the wire."""
    framing, body, raw = framed(draw(BODIES))
    headers = ((b"Host", b"a"), *draw(FIELDS), *framing)
    return Request(draw(TOKENS), draw(TARGETS), headers, body), raw


@st.composite
def responses(draw: st.DrawFn) -> Response:
    framing, body, _ = framed(draw(BODIES) or b"")
    return Response(draw(st.integers(200, 999)), draw(VALUES), (*draw(FIELDS), *framing), body)


@settings(max_examples=60, deadline=None)
@given(requests(), responses(), CUTS)
def test_what_is_sent_is_what_arrives(sent: tuple[Request, bytes], answered: Response, cuts: list[int]) -> None:
    request, raw = sent
    bodiless = request.method == b"HEAD" or answered.status in (204, 304)
    response = replace(answered, body=b"") if bodiless else answered

    async def test() -> None:
        loop = asyncio.get_running_loop()
        echo, connections, pool = Echo(response), Connections(), Pool()
        server = await loop.create_server(lambda: ServerProtocol(echo, connections=connections), "127.0.0.1", 0)
        address = ("127.0.0.1", server.sockets[0].getsockname()[1])
        for _ in range(2):  # the second time over the same connection
            call = await pool.call(address)
            await call.send(request)
            answer = await call.answer(1 << 20)
            if answer is None:
                answer = replace(await call.head(), body=b"".join([piece async for piece in _rest(call)]))
            assert answer == response
            assert echo.request == request
            call.release()
        assert len(connections.open) == 1
        reader, writer = await asyncio.open_connection(*address)
        for piece in cut(write_request(request) + raw, cuts):
            writer.write(piece)
            await asyncio.sleep(0)
        assert await reader.readexactly(len(write_response(response))) == write_response(response)
        assert echo.request == request
        writer.transport.abort()
        pool.close_all()
        server.close()
        connections.retire()
        await connections.ended()

    asyncio.run(test())


async def _rest(call: Any) -> Any:
    while piece := await call.read():
        yield piece
