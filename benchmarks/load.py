"""Closed-loop load on one address: wrk where it is installed, else a small asyncio client.

The client is slower than wrk, so compare figures of one kind only; every result says which made it.
Run as a script it is that client, in its own process. Must not know: what it loads. Read next: bench.py.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import httptools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Shape:
    """What every connection sends again and again. `body_bytes` 0 is a GET, else a POST of that size.

    `varied`: each call has a path and a header value of its own, so that nothing remembered of a head helps.
    """

    name: str
    connections: int
    body_bytes: int = 0
    varied: bool = False


VARIED_LUA = """
count = 0
request = function()
  count = count + 1
  return wrk.format(nil, "/hello/" .. count, {["Host"] = wrk.headers["Host"], ["X-Trace"] = "call-" .. count})
end
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement: answers per second, latency percentiles in milliseconds, answers that were not 2xx.

    `cpu_us`: processor time of the process under test for one answer, microseconds; bench.py adds it.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    errors: int
    cpu_us: float = math.nan


class LoadFailed(Exception):
    """The load generator gave no figures."""


def tool() -> str:
    """Which load generator is used."""
    return "wrk" if shutil.which("wrk") else "our asyncio client"


def measure(port: int, shape: Shape, seconds: float) -> Sample:
    """Load http://127.0.0.1:PORT/hello for a while."""
    return _wrk(port, shape, seconds) if shutil.which("wrk") else _own(port, shape, seconds)


def _wrk(port: int, shape: Shape, seconds: float) -> Sample:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "calls.lua"
        post = f'wrk.method = "POST"\nwrk.body = string.rep("x", {shape.body_bytes})\n'
        script.write_text((post if shape.body_bytes else "") + (VARIED_LUA if shape.varied else ""))
        extra = ["-s", str(script)] if shape.body_bytes or shape.varied else []
        words = ["wrk", "-t1", f"-c{shape.connections}", f"-d{seconds:.0f}s", "--latency", *extra]
        result = _run([*words, f"http://127.0.0.1:{port}/hello"])
    return parse_wrk(result)


def parse_wrk(text: str) -> Sample:
    """The figures in wrk's report."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if rate is None:
        raise LoadFailed(text)
    refused = sum(int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
    broken = sum(
        int(number) for line in re.findall(r"Socket errors: (.*)", text) for number in re.findall(r"\d+", line)
    )
    return Sample(float(rate[1]), _percentile(text, 50), _percentile(text, 99), refused + broken)


def _percentile(text: str, percent: int) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s) *$", text, re.MULTILINE)
    return float(found[1]) * UNITS_MS[found[2]] if found else float("nan")


def _own(port: int, shape: Shape, seconds: float) -> Sample:
    told = (port, shape.connections, shape.body_bytes, int(shape.varied), seconds)
    words = [sys.executable, __file__, *map(str, told)]
    return Sample(**json.loads(_run(words)))


def _run(words: list[str]) -> str:
    result = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        raise LoadFailed(result.stdout + result.stderr)
    return result.stdout


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered, until the time is over."""

    def __init__(self, request: Callable[[], bytes], deadline: float, latencies: list[float]) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.errors = 0
        self._request = request
        self._deadline = deadline
        self._latencies = latencies
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's own contract, for the type checker
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Hand bytes to the parser, which calls on_message_complete."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Count the answer and ask again."""
        now = time.perf_counter()
        self._latencies.append(now - self._asked)
        self.errors += self._parser.get_status_code() // 100 != 2
        if now < self._deadline:
            self._parser = httptools.HttpResponseParser(self)
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        """The end, or an early one, which counts as an error."""
        self.errors += time.perf_counter() < self._deadline
        self.ended.set_result(None)

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._request())


def requests(port: int, shape: Shape) -> Iterator[bytes]:
    """What is sent, call by call."""
    body = b"x" * shape.body_bytes
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    for number in count():
        path, trace = (f"/hello/{number}", f"X-Trace: call-{number}\r\n") if shape.varied else ("/hello", "")
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{trace}{length}\r\n"
        yield head.encode() + body


async def own_client(port: int, shape: Shape, seconds: float) -> Sample:
    """Load with our own client, on this event loop."""
    request = requests(port, shape).__next__
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    latencies: list[float] = []
    clients = []
    for _ in range(shape.connections):
        _, client = await loop.create_connection(lambda: Client(request, begun + seconds, latencies), "127.0.0.1", port)
        clients.append(client)
    await asyncio.gather(*(client.ended for client in clients))
    took = time.perf_counter() - begun
    latencies.sort()
    p50, p99 = (latencies[int(len(latencies) * part)] * 1000 if latencies else float("nan") for part in (0.5, 0.99))
    return Sample(len(latencies) / took, p50, p99, sum(client.errors for client in clients))


if __name__ == "__main__":
    port, connections, body_bytes, varied = (int(word) for word in sys.argv[1:5])
    sample = asyncio.run(own_client(port, Shape("", connections, body_bytes, bool(varied)), float(sys.argv[5])))
    json.dump(asdict(sample), sys.stdout)
