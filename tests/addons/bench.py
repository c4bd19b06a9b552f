"""The gateway's rooms in one process, without mitmproxy: a scripted server, the gateway on a port, a raw client."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self, cast

from addons.asynchronous import AsyncCalls
from addons.connection import Gateway
from addons.desk import Desk
from addons.guard import guard_of
from addons.peers import Peers
from addons.programs import Programs
from addons.recorder import NoRecorder, Recorder, Unwritten
from addons.task_desk import NO_TASKS, TaskDesk
from gateway.auth.check import Credentials
from gateway.config import Config, Function
from store.recording import open_for_writing, reading_twin
from store.run_info import RunInfo
from store.task_lists import TaskLists
from store.task_queue import TaskQueue
from store.writer import Writer
from wire.limits import Limits
from wire.pool import Pool
from wire.server import Connections, ServerProtocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
    from pathlib import Path

    from gateway.exchange import Exchange
    from instance.log import Log
    from store.spool import Spool
    from store.tasks import TaskChange

    type Serve = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]

PATIENCE_S = 10.0
OK = b"HTTP/1.1 200 OK\r\nX-App: 1\r\nContent-Length: 2\r\n\r\nok"


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a test; nothing in it may hang."""

    async def bounded() -> None:
        async with asyncio.timeout(PATIENCE_S):
            await test

    asyncio.run(bounded())


class Journal(NoRecorder):
    """A recorder that keeps in memory. `broken_intent`, `broken_end`: why it does not write."""

    records = True

    def __init__(self) -> None:
        super().__init__()
        self.intents: list[Exchange] = []
        self.ends: list[Exchange] = []
        self.broken_intent = ""
        self.broken_end = ""
        self.refuse = True
        self.kept: list[Exchange] = []
        self.lost: list[Exchange] = []

    async def intent(self, exchange: Exchange, task: TaskChange | None = None) -> Unwritten | None:  # noqa: ARG002 - Recording's signature
        self.intents.append(exchange)
        return Unwritten(self.broken_intent, self.refuse) if self.broken_intent else None

    async def finish(
        self,
        exchange: Exchange,
        spools: Sequence[Spool],  # noqa: ARG002 - Recording's signature
        task: TaskChange | None = None,  # noqa: ARG002 - the same
    ) -> Unwritten | None:
        self.ends.append(exchange)
        return Unwritten(self.broken_end, self.refuse) if self.broken_end else None

    def later(self, exchange: Exchange) -> None:
        self.kept.append(exchange)

    def lose(self, exchange: Exchange) -> None:
        self.lost.append(exchange)


@dataclass(slots=True)
class Bench:
    """What a test holds: the ports, what the server got, what was recorded."""

    port: int
    desk: Desk
    journal: Journal
    readers: dict[asyncio.StreamWriter, asyncio.StreamReader]
    received: list[bytes] = field(default_factory=list)
    ended: asyncio.Queue[Exchange] = field(default_factory=asyncio.Queue)

    async def talk(self, request: bytes) -> bytes:
        """Send bytes on a new connection, read until the gateway closes it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        return answer


def get(target: str = "/", *fields: str) -> bytes:
    """A GET that asks the gateway to close the connection afterwards."""
    lines = [f"GET {target} HTTP/1.1", "Host: app.test", "Connection: close", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


async def answer_ok(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Two bytes and a header."""
    writer.write(OK)


def programs_of(config: Config, log: Log | None = None) -> Programs:
    """Nobody's program is started; `log` is what each of them prints."""
    programs = Programs(cast("Any", SimpleNamespace(command="", log_file=None, start="never", config=config)))
    for program in programs.all():
        program.log = log
    return programs


class Clock:
    """A clock that is set by hand: microseconds since the epoch."""

    def __init__(self) -> None:
        self.us = time.time_ns() // 1000

    def __call__(self) -> int:
        return self.us


class Kept:
    """A recording that the bench records into, with its queue. Use it as a context manager in the event loop."""

    def __init__(self, place: str, *, clock: Clock | None = None, seal: str = "off", refuse: bool = True) -> None:
        self.clock = clock or Clock()
        self.recording = open_for_writing(place)
        self.writer = Writer(self.recording, seal=seal)
        self.writer.start(RunInfo("0.0", "test", 1, 0))
        self.recorder = Recorder(self.writer, refuse=refuse)
        self.twin = reading_twin(self.recording)
        self.queue = TaskQueue(self.twin, self.writer.run_id, seal)
        self.lists = TaskLists(self.twin)

    def tasks(self, calls: AsyncCalls) -> TaskDesk:
        """Who answers the task API."""
        return TaskDesk(self.lists, self.writer, calls.cancel, self.clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.writer.close()
        self.twin.close()
        self.recording.close()


@asynccontextmanager
async def bench(
    serve: Serve = answer_ok,
    *,
    config: Config | None = None,
    log: Log | None = None,
    spools: Path | None = None,
    kept: Kept | None = None,
    credentials: Credentials | None = None,
) -> AsyncIterator[Bench]:
    """A gateway in front of `serve`, which is called with each whole request. `kept`: it records, into that."""
    received: list[bytes] = []
    connections: dict[asyncio.StreamWriter, asyncio.StreamReader] = {}

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections[writer] = reader
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                request = await _read_request(reader)
                received.append(request)
                await serve(request, writer)
                await writer.drain()

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()[:2]
    journal, pool, open_now = Journal(), Pool(Limits()), Connections()
    calls = AsyncCalls(kept.clock) if kept else AsyncCalls()
    ended: asyncio.Queue[Exchange] = asyncio.Queue()
    used = config or Config(functions=(Function(server=f"http://{address[0]}:{address[1]}", timeout_s=5),))
    desk = Desk(
        config=used,
        servers={function.name: address for function in used.functions},
        pool=pool,
        recorder=kept.recorder if kept else journal,
        programs=programs_of(used, log),
        peers=Peers(),
        spool_folder=spools,
        calls=calls,
        tasks=kept.tasks(calls) if kept else NO_TASKS,
        ended=lambda exchange, _: ended.put_nowait(exchange),
        guard=guard_of(used, credentials or Credentials()),
    )
    if kept:
        calls.start(desk, kept.queue)
    gateway = Gateway(desk)
    loop = asyncio.get_running_loop()
    front = await loop.create_server(lambda: ServerProtocol(gateway, Limits(), connections=open_now), "127.0.0.1", 0)
    try:
        yield Bench(front.sockets[0].getsockname()[1], desk, journal, connections, received, ended)
    finally:
        front.close()
        await calls.stop()
        open_now.retire()
        await open_now.ended()
        pool.close_all()
        server.close()
        for writer in connections:
            writer.close()
        await asyncio.sleep(0)


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if length := re.search(rb"(?i)\r\ncontent-length: (\d+)", head):
        return head + await reader.readexactly(int(length[1]))
    if re.search(rb"(?i)\r\ntransfer-encoding: chunked", head):
        return head + await reader.readuntil(b"0\r\n\r\n")
    return head
