"""`./run python benchmarks/latency.py`: what a proxy adds to each call at a steady 400 calls a second, 8 connections.

A call's time counts from the moment when it was due, so a proxy that falls behind cannot hide it. Every contestant is
asked in turn, in interleaved rounds; shown are medians over the rounds, and what is added to the server alone.
Read next: contestants.py, bench.py (as much as possible, instead of a steady rate).
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import httptools

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from benchmarks.bench import as_markdown, cores  # noqa: E402 - needs the line above
from benchmarks.contestants import CONTESTANTS, UPSTREAM, running, upstream  # noqa: E402 - the same
from benchmarks.machine import describe  # noqa: E402 - the same

CONNECTIONS = 8
PER_SECOND = 400
ROUNDS = 3
SECONDS = 3.0
WARM_S = 0.5


class Client(asyncio.Protocol):
    """One connection that asks at its appointed times, one call at a time."""

    def __init__(self, due: list[float]) -> None:
        """`due`: when to ask, on the clock of time.perf_counter."""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.took_ms: list[float] = []
        self._due = iter(due)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first appointment."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's own contract, for the type checker
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """Hand bytes to the parser, which calls on_message_complete."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Note what it took."""
        self.took_ms.append((time.perf_counter() - self._at) * 1000)
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        """The end; an early one fails the measurement."""
        if not self.ended.done():
            self.ended.set_exception(error or ConnectionError("the connection ended early"))

    def _next(self) -> None:
        at = next(self._due, None)
        if at is None:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._at = at
        asyncio.get_running_loop().call_later(max(0.0, at - time.perf_counter()), self._ask)

    def _ask(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


async def paced(port: int, seconds: float, per_second: int = PER_SECOND) -> list[float]:
    """What each call took, milliseconds, in order; the first WARM_S seconds are left out."""
    begin, loop = time.perf_counter() + 0.05, asyncio.get_running_loop()
    clients = []
    for number in range(CONNECTIONS):
        step = CONNECTIONS / per_second
        due = [begin + number / per_second + step * turn for turn in range(int(seconds / step))]
        _, client = await loop.create_connection(partial(Client, due), "127.0.0.1", port)
        clients.append((due, client))
    await asyncio.gather(*(client.ended for _, client in clients))
    return sorted(
        took for due, client in clients for at, took in zip(due, client.took_ms, strict=True) if at >= begin + WARM_S
    )


def main() -> int:
    """Measure and print a table."""
    proxy_core, other_core = cores()
    found: dict[str, list[tuple[float, float]]] = {}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(upstream(other_core))
        ports = {UPSTREAM: server.port}
        for each in CONTESTANTS:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            ports[each.name] = stack.enter_context(running(each, server.port, scratch, proxy_core)).port
        for _ in range(ROUNDS):
            for name, port in ports.items():
                took = asyncio.run(paced(port, SECONDS + WARM_S))
                found.setdefault(name, []).append((took[len(took) // 2], took[int(len(took) * 0.99)]))
    for name, value in describe():
        print(f"- {name}: {value}")
    print("\n" + as_markdown(rows_of(found)))
    return 0


def rows_of(found: dict[str, list[tuple[float, float]]]) -> list[list[str]]:
    """A heading, then one row a contestant."""
    medians = {name: [statistics.median(column) for column in zip(*each, strict=True)] for name, each in found.items()}
    alone = medians[UPSTREAM]
    rows = [["", "p50 ms", "p99 ms", "added p50", "added p99"]]
    for name, both in medians.items():
        added = [f"{mine - its:.2f}" for mine, its in zip(both, alone, strict=True)]
        rows.append([name, *(f"{each:.2f}" for each in both), *added])
    return rows


if __name__ == "__main__":
    sys.exit(main())
