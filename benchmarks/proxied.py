"""The real proxy under a benchmark: its process, its memory and descriptors, a server behind it, clients before it.

Clients keep a ledger of every answer, so that the recording can be held against it afterwards.
Must not know: what is done to the proxy. Read next: breakage.py, faults.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
import re
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.contestants import free_port
from gateway.exchange import State
from store.reader import Reader
from store.recording import open_for_reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
MITMDUMP = Path(sys.executable).with_name("mitmdump")
START_S = 30.0
STOP_S = 30.0
PAUSE_S = 0.005

_IDENT = re.compile(rb"(?i)x-fc-request-id: (\S+)")
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")


@dataclass(slots=True)
class Ledger:
    """What both sides know, by request id. `events`: when an answer came (monotonic seconds), and its kind.

    `acknowledged`: 200 and said to be recorded -> digest of its body. `passed`: 200 that says that it is not
    recorded. `refused`: the recorder's error. `by_server`: what the server got. `others`: anything else.
    """

    acknowledged: dict[str, bytes] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    by_server: set[str] = field(default_factory=set)
    others: Counter[bytes] = field(default_factory=Counter)
    events: list[tuple[float, str]] = field(default_factory=list)

    def note(self, head: bytes, body: bytes) -> None:
        """One whole answer has come."""
        found = _IDENT.search(head)
        ident = found[1].decode() if found else ""
        kind = "other"
        if head.startswith(b"HTTP/1.1 200 ") and b"X-Fc-Replay-Not-Recorded: " in head:
            kind = "passed"
            self.passed.add(ident)
        elif head.startswith(b"HTTP/1.1 200 "):
            kind = "acknowledged"
            self.acknowledged[ident] = hashlib.sha256(body).digest()
        elif head.startswith(b"HTTP/1.1 5") and b"could not record" in body and b'"Code"' in body:
            kind = "refused"
            self.refused.add(ident)
        else:
            self.others[head.partition(b"\r\n")[0]] += 1
        self.events.append((time.monotonic(), kind))

    def first(self, kind: str, after: float) -> float:
        """Seconds from a moment to the first answer of a kind, infinite when there was none."""
        return next((when - after for when, found in self.events if when >= after and found == kind), float("inf"))


class Proxied:
    """One life of the proxy, started with `start`, ended with `stop`."""

    def __init__(self, place: Path, server_port: int, options: Mapping[str, str], before: Sequence[str] = ()) -> None:
        """`place`: the recording. `before`: words that go before the command, such as a tracer's."""
        self.place = place
        self.port = free_port()
        self._words = [*before, str(MITMDUMP), "-s", str(ROOT / "addons" / "fc.py"), "--listen-port", str(self.port)]
        self._words += ["--mode", f"reverse:http://127.0.0.1:{server_port}", "--set", f"fc_store={place}"]
        self._words += ["--set", "flow_detail=0"]
        for name, value in options.items():
            self._words += ["--set", f"{name}={value}"]
        self._process: asyncio.subprocess.Process | None = None
        self._pid = 0

    async def start(self) -> Proxied:
        """Start it and wait until it listens."""
        self._process = await asyncio.create_subprocess_exec(
            *self._words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(START_S):
            while not await listens(self.port):
                await asyncio.sleep(0.02)
        self._pid = self._of_mitmdump(self._process.pid)
        return self

    @staticmethod
    def _of_mitmdump(pid: int) -> int:
        """The process itself, also when a tracer started it."""
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        is_tracer = "strace" in Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
        return int(children[0]) if is_tracer else pid

    @property
    def pid(self) -> int:
        """The number of the process; only after `start`."""
        return self._pid

    def peak_kib(self) -> int:
        """The most memory that it has held at once."""
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self._pid}/status").read_text(encoding="ascii"))
        return int(found[1]) if found else 0

    def descriptors(self) -> int:
        """How many files and sockets it holds open."""
        return sum(1 for _ in Path(f"/proc/{self._pid}/fd").iterdir())

    async def stop(self) -> int:
        """End it in order; its exit code."""
        if self._process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            signal_process(self._pid)
        async with asyncio.timeout(STOP_S):
            return await self._process.wait()


def signal_process(pid: int) -> None:
    """Ask a process to end."""
    import os  # noqa: PLC0415 - the one use

    os.kill(pid, signal.SIGTERM)


async def listens(port: int) -> bool:
    """Whether somebody listens on a port of 127.0.0.1."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.close()
    return True


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ledger: Ledger) -> None:
    """Answer every request with a body that only this request has."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if (found := _IDENT.search(head)) and not head.startswith(b"GET /aside"):
                ledger.by_server.add(found[1].decode())
            body = hashlib.sha256(head).hexdigest().encode() * random.randrange(1, 40)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def call(port: int, ledger: Ledger, target: bytes = b"/recorded") -> None:
    """Call again and again, with a new connection when one ends, until this task is cancelled."""
    while True:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                while True:
                    writer.write(b"GET %b/%d HTTP/1.1\r\nHost: app.test\r\n\r\n" % (target, random.randrange(1 << 30)))
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = _LENGTH.search(head)
                    ledger.note(head, await reader.readexactly(int(length[1]) if length else 0))
                    await asyncio.sleep(PAUSE_S)
            finally:
                writer.close()
        await asyncio.sleep(PAUSE_S)


@contextlib.asynccontextmanager
async def clients(port: int, ledger: Ledger, count: int, target: bytes = b"/recorded") -> AsyncIterator[None]:
    """Clients call while the block runs, `count` of them."""
    tasks = [asyncio.ensure_future(call(port, ledger, target)) for _ in range(count)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The recording held against a ledger.

    `lost`: acknowledged, and not there complete and equal. `unseen`: the server saw it and there is no row.
    `missing`: answered in any way, without a row that says how it ended; `told`: what the gap rows count.
    """

    acknowledged: int
    refused: int
    passed: int
    lost: int
    unseen: int
    missing: int
    told: int


def judge(place: Path, ledger: Ledger) -> Verdict:
    """Read the recording, and compare."""
    recording = open_for_reading(str(place))
    complete: dict[str, bytes] = {}
    rows: set[str] = set()
    ended: set[str] = set()
    try:
        reader = Reader(recording)
        for exchange in reader.exchanges():
            ident, response = exchange.facts.seed.request_id, exchange.client.response
            rows.add(ident)
            if exchange.state not in {State.OPEN, State.INTERRUPTED}:
                ended.add(ident)
            if exchange.state is State.COMPLETE and response is not None and isinstance(response.body, bytes):
                complete[ident] = hashlib.sha256(response.body).digest()
        told = sum(gap.exchanges for gap in reader.gaps())
    finally:
        recording.close()
    answered = set(ledger.acknowledged) | ledger.refused | ledger.passed
    return Verdict(
        acknowledged=len(ledger.acknowledged),
        refused=len(ledger.refused),
        passed=len(ledger.passed),
        lost=sum(1 for ident, digest in ledger.acknowledged.items() if complete.get(ident) != digest),
        unseen=len(ledger.by_server - rows),
        missing=len(answered - ended),
        told=told,
    )
