"""Real sockets on 127.0.0.1 for the wire's tests: an App to answer, a raw client, a scripted server.

`run` ends every test with the check that no task and no connection is left.
"""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

from gateway.messages import Request, Response
from wire import errands
from wire.limits import DEFAULT_LIMITS, Limits
from wire.pool import Pool
from wire.server import Call, Connections, Fault, ServerProtocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

TIMEOUT_S = 10.0


class SampleApp:
    """Answers every call with `answer(call)`; keeps the calls, their bodies and the faults."""

    def __init__(self, answer: Callable[[Call], Awaitable[None]] | None = None) -> None:
        self.answer = answer
        self.calls: list[Call] = []
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.gone: list[Call] = []

    async def handle(self, call: Call) -> None:
        self.calls.append(call)
        call.on_gone = lambda: self.gone.append(call)
        if self.answer is not None:
            await self.answer(call)
            return
        body = await call.read_all(1 << 26)
        head = call.head
        self.requests.append(Request(head.method, head.target, head.headers, body, head.version, call.trailers))
        call.send(plain(body or b"hello"))

    async def reject(self, call: Call, fault: Fault) -> None:
        self.calls.append(call)
        self.faults.append(fault)
        call.send(plain(fault.kind.encode(), 400))


def plain(body: bytes, status: int = 200) -> Response:
    return Response(status, b"Said", ((b"Content-Length", b"%d" % len(body)),), body)


class Talk:
    """A raw client connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def until(self, mark: bytes) -> bytes:
        return await asyncio.wait_for(self.reader.readuntil(mark), TIMEOUT_S)

    async def rest(self) -> bytes:
        return await asyncio.wait_for(self.reader.read(), TIMEOUT_S)

    def half_close(self) -> None:
        self.writer.write_eof()

    def reset(self) -> None:
        self.writer.transport.abort()


class House:
    """Everything a test opens; closed and checked at its end."""

    def __init__(self) -> None:
        self.connections = Connections()
        self.loop_errors: list[dict[str, Any]] = []
        self._servers: list[asyncio.Server] = []
        self._writers: list[asyncio.StreamWriter] = []
        self._pools: list[Pool] = []

    async def listen(self, app: Any, limits: Limits = DEFAULT_LIMITS) -> int:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: ServerProtocol(app, limits, connections=self.connections), "127.0.0.1", 0
        )
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def talk(self, port: int, data: bytes = b"") -> Talk:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 27)
        self._writers.append(writer)
        writer.write(data)
        return Talk(reader, writer)

    async def ask(self, port: int, data: bytes) -> bytes:
        """Everything that comes back until the server closes."""
        return await (await self.talk(port, data)).rest()

    async def script(self, *parts: Callable[[Talk], Awaitable[None]]) -> tuple[str, int]:
        """A server that plays one part per connection, the last one for all further connections."""
        remaining = list(parts)

        async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._writers.append(writer)
            part = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            with suppress(asyncio.IncompleteReadError, ConnectionError):  # the other side may leave at any time
                await part(Talk(reader, writer))
            writer.close()

        server = await asyncio.start_server(play, "127.0.0.1", 0, limit=1 << 27)
        self._servers.append(server)
        return ("127.0.0.1", int(server.sockets[0].getsockname()[1]))

    async def says(self, *answers: bytes, stays: bool = False) -> tuple[str, int]:
        """A server that reads a head and says this, one answer per request, then closes or stays."""

        async def part(talk: Talk) -> None:
            for answer in answers:
                await talk.until(b"\r\n\r\n")
                talk.send(answer)
            if stays:
                await talk.rest()

        return await self.script(part)

    async def until(self, holds: Callable[[], object]) -> None:
        """Turn the event loop until something holds; `run` bounds the time."""
        while not holds():  # noqa: ASYNC110 - what is awaited is a state of the product, it has no event
            await asyncio.sleep(0)

    def pool(self, limits: Limits = DEFAULT_LIMITS) -> Pool:
        pool = Pool(limits)
        self._pools.append(pool)
        return pool

    async def close(self) -> None:
        for pool in self._pools:
            pool.close_all()
        for writer in self._writers:
            writer.transport.abort()
        for server in self._servers:
            server.close()
            await server.wait_closed()
        self.connections.retire()
        await asyncio.wait_for(self.connections.ended(), TIMEOUT_S)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@asynccontextmanager
async def _house() -> AsyncIterator[House]:
    house = House()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: house.loop_errors.append(context))
    try:
        yield house
    finally:
        await house.close()


async def _checked(test: Callable[[House], Coroutine[Any, Any, None]], errors: int) -> None:
    async with asyncio.timeout(TIMEOUT_S * 2), _house() as house:
        await test(house)
    for _ in range(5):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not errands._TASKS
    assert len(house.loop_errors) == errors, house.loop_errors


@pytest.fixture
def run() -> Callable[..., None]:
    """Run an async test in a house; `errors`: how many errors the event loop's handler must be told."""

    def runner(test: Callable[[House], Coroutine[Any, Any, None]], errors: int = 0) -> None:
        asyncio.run(_checked(test, errors))
        gc.collect(1)

    return runner


@pytest.fixture
def app() -> type[SampleApp]:
    return SampleApp


@pytest.fixture
def say() -> Callable[..., Response]:
    return plain
