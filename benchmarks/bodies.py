"""Large bodies, slow peers, cut calls and idle connections through the real proxy: memory, descriptors, equality.

Each load is a coroutine that returns what it found. Must not know: faults of the disk. Read next: faults.py (the
table), proxied.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.proxied import Proxied
from gateway.messages import BodyRef
from store.reader import Reader
from store.recording import open_for_reading
from store.unsealing import Unsealer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from gateway.exchange import State

MIB = 1024 * 1024
PIECE = 64 * 1024
ANSWERED = 2
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")


@dataclass(frozen=True, slots=True)
class Load:
    """One load's figures.

    `grown_kib`: of peak memory. `descriptors`: more than before. `wrong`: bodies that differ. `ends`: how they ended.
    """

    name: str
    calls: int
    grown_kib: int
    descriptors: int
    wrong: int
    ends: str


def text_of(seed: int, size: int) -> bytes:
    """Bytes that belong to one call and to no other, half as large compressed."""
    return random.Random(seed).randbytes(size // 2).hex().encode()


@dataclass(slots=True)
class Echo:
    """A server that sends bodies back; `/N` asks for N bytes, `/cut/N` for N of N + 1. `open`: its connections."""

    open: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.open += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._one(reader, writer):
                pass
        self.open -= 1
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        target = head.split(b" ")[1].decode()
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        if "/cut/" in target:
            size = int(target.rpartition("/")[2])
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (size + 1) + b"a" * size)
            await writer.drain()
            return False
        body = body or text_of(7, int(target.rpartition("/")[2]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body))
        for at in range(0, len(body), PIECE):
            writer.write(body[at : at + PIECE])
            await writer.drain()
        return True


@dataclass(frozen=True, slots=True)
class Desk:
    """A proxy and the server behind it."""

    proxied: Proxied
    echo: Echo

    def descriptors(self) -> int:
        """What the proxy holds open, but for the connections that it keeps to its server (at most 64)."""
        return self.proxied.descriptors() - self.echo.open

    async def descriptors_left(self, start: int) -> int:
        """How many more than at the start, once what closes has been closed."""
        for _ in range(100):
            if self.descriptors() <= start:
                break
            await asyncio.sleep(0.05)
        return self.descriptors() - start


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Desk]:
    """A proxy with that server behind it."""
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0, limit=MIB)
    proxied = await Proxied(folder / "fc.db", server.sockets[0].getsockname()[1], {}).start()
    try:
        await small_calls(proxied, 20)
        yield Desk(proxied, echo)
    finally:
        await proxied.stop()
        server.close()


async def small_calls(proxied: Proxied, count: int) -> None:
    """Warm up: memory that every proxy takes is not counted to a load."""
    for _ in range(count):
        await both_ways(proxied, b"x" * 1000)


async def both_ways(proxied: Proxied, body: bytes, *, pause_s: float = 0.0) -> bytes:
    """Send a body and read its echo, pausing after each piece that is read; the digest of what came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxied.port, limit=MIB)
    head = b"POST /echo/%d HTTP/1.1\r\nHost: app.test\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
    writer.write(head % (len(body), len(body)))
    total = hashlib.sha256()
    try:
        for at in range(0, len(body), PIECE):
            writer.write(body[at : at + PIECE])
            await writer.drain()
        length = _LENGTH.search(await reader.readuntil(b"\r\n\r\n"))
        left = int(length[1]) if length else 0
        while left and (piece := await reader.read(min(left, PIECE))):
            total.update(piece)
            left -= len(piece)
            await asyncio.sleep(pause_s)
    finally:
        writer.close()
    return total.digest()


async def large(folder: Path, size: int, count: int, *, pause_s: float = 0.0) -> Load:
    """Bodies of this size both ways, this many at once; each compared where it arrives and as it is recorded."""
    bodies = [text_of(seed, size) for seed in range(count)]
    async with running(folder) as desk:
        proxied = desk.proxied
        before = proxied.peak_kib()
        came = await asyncio.gather(*(both_ways(proxied, body, pause_s=pause_s) for body in bodies))
        grown, more = proxied.peak_kib() - before, 0
    wanted = [hashlib.sha256(body).digest() for body in bodies]
    wrong = sum(one != other for one, other in zip(came, wanted, strict=True))
    kept = recorded_digests(folder)
    wrong += sum((digest, digest) not in kept for digest in wanted)
    return Load("large, slow reader" if pause_s else "large", count, grown, more, wrong, "")


def recorded_digests(folder: Path) -> set[tuple[bytes, bytes]]:
    """SHA-256 of what is recorded of each exchange: the client's request body, the client's response body."""
    recording = open_for_reading(str(folder / "fc.db"))
    unsealer = Unsealer(recording)

    def digest(body: bytes | BodyRef) -> bytes:
        total = hashlib.sha256()
        for piece in unsealer.body_pieces(body) if isinstance(body, BodyRef) else (body,):
            total.update(piece)
        return total.digest()

    try:
        found = set()
        for exchange in Reader(recording).exchanges():
            view = unsealer.unseal(exchange).client
            if view.request is not None and view.response is not None:
                found.add((digest(view.request.body), digest(view.response.body)))
        return found
    finally:
        recording.close()


async def aborted(folder: Path, count: int) -> Load:
    """Calls cut at random places: inside the head, the upload, the answer; the server's end too."""
    async with running(folder) as desk:
        proxied = desk.proxied
        start, before = desk.descriptors(), proxied.peak_kib()
        for at in range(0, count, 20):
            await asyncio.gather(*(cut_call(proxied, number) for number in range(at, min(at + 20, count))))
        grown, more = proxied.peak_kib() - before, await desk.descriptors_left(start)
    return Load("cut calls", count, grown, more, 0, in_words(states_of(folder)))


async def cut_call(proxied: Proxied, number: int) -> None:
    """One call that does not come to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxied.port, limit=MIB)
    size = random.Random(number).randrange(1, 600_000)
    requests = (
        b"GET /%d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % size,
        b"GET /cut/%d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % size,
        b"POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size + b"a" * (size // 2),
        b"GET /head HTTP/1.1\r\nHost: a\r\nX-Cut: " + b"a" * (size % 50),
    )
    writer.write(requests[number % len(requests)])
    # An answer comes only to the first two; the others are cut before they are whole.
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError):
        async with asyncio.timeout(10 if number % len(requests) < ANSWERED else 0.05):
            await reader.readexactly(1 + size // 3)
    writer.transport.abort()


def states_of(folder: Path) -> Counter[State]:
    """How the recorded exchanges ended, and how often."""
    recording = open_for_reading(str(folder / "fc.db"))
    try:
        return Counter(exchange.state for exchange in Reader(recording).exchanges())
    finally:
        recording.close()


def in_words(states: Counter[State]) -> str:
    """The states in words."""
    return ", ".join(f"{number} {state.value}" for state, number in sorted(states.items()))


async def idle(folder: Path, count: int) -> Load:
    """Connections that say nothing, while another client calls."""
    async with running(folder) as desk:
        proxied = desk.proxied
        start, before = desk.descriptors(), proxied.peak_kib()
        open_now = [await asyncio.open_connection("127.0.0.1", proxied.port) for _ in range(count)]
        await small_calls(proxied, 20)
        grown = proxied.peak_kib() - before
        for _, writer in open_now:
            writer.close()
        more = await desk.descriptors_left(start)
    return Load("idle connections", count, grown, more, 0, "")
