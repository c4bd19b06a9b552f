"""`./run python benchmarks/kills.py 200`: SIGKILL under load, again and again, and what the recording then holds.

Promise D1: what a client has received is on disk, complete; what the server has seen has a row; nothing twice.
Twelve clients call through the real proxy; it is killed at a random moment and started again on the same
recording. At the end the recording is held against what clients and server saw.
Read next: docs/recording.md; tests/live/test_durability.py (the small version, in every test run).
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from benchmarks.contestants import free_port  # noqa: E402 - see above
from gateway.exchange import State  # noqa: E402 - the same
from store.reader import Reader  # noqa: E402 - the same
from store.recording import open_for_reading  # noqa: E402 - the same

CLIENTS = 12
ANSWERS = 100
"""Answers in one life before the kill becomes possible; then it comes within KILL_WITHIN_S."""

KILL_WITHIN_S = 0.3
START_S = 30.0


@dataclass(slots=True)
class Seen:
    """What both sides know: request id -> digest of the body that the client got, ids that the server got."""

    acknowledged: dict[str, bytes] = field(default_factory=dict)
    by_server: set[str] = field(default_factory=set)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
    """Answer every request with a body that only this request has."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            ident = re.search(rb"(?i)x-fc-request-id: (\S+)", head)
            if ident:
                seen.by_server.add(ident[1].decode())
            body = hashlib.sha256(head).hexdigest().encode() * random.randrange(1, 40)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def call(port: int, seen: Seen, answered: asyncio.Semaphore) -> None:
    """Call until the connection breaks; an answer counts when its last byte is here."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while True:
            writer.write(b"GET /%d HTTP/1.1\r\nHost: app.test\r\n\r\n" % random.randrange(1 << 30))
            head = await reader.readuntil(b"\r\n\r\n")
            length, ident = re.search(rb"Content-Length: (\d+)", head), re.search(rb"X-Fc-Request-Id: (\S+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            if ident and head.startswith(b"HTTP/1.1 200 "):
                seen.acknowledged[ident[1].decode()] = hashlib.sha256(body).digest()
            answered.release()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def one_life(place: Path, server_port: int, seen: Seen, *, kill: bool) -> None:
    """Start the proxy, call through it, kill it."""
    port = free_port()
    words = ["-q", "-s", str(ROOT / "addons" / "fc.py"), "--listen-port", str(port), "--set", f"fc_store={place}"]
    words += ["--mode", f"reverse:http://127.0.0.1:{server_port}"]
    mitmdump = str(Path(sys.executable).with_name("mitmdump"))
    process = await asyncio.create_subprocess_exec(mitmdump, *words, stdin=asyncio.subprocess.DEVNULL)
    async with asyncio.timeout(START_S):
        while not await _listens(port):
            await asyncio.sleep(0.02)
    if kill:
        answered = asyncio.Semaphore(0)
        clients = [asyncio.ensure_future(call(port, seen, answered)) for _ in range(CLIENTS)]
        for _ in range(ANSWERS):
            await answered.acquire()
        await asyncio.sleep(random.random() * KILL_WITHIN_S)
        process.kill()
        await asyncio.gather(*clients)
    else:
        process.terminate()
    await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.close()
    return True


def judge(place: Path, seen: Seen) -> Counter[str]:
    """Hold the recording against what both sides saw."""
    counts: Counter[str] = Counter(acknowledged=len(seen.acknowledged), seen_by_server=len(seen.by_server))
    rows: Counter[str] = Counter()
    complete: set[str] = set()
    recording = open_for_reading(str(place))
    for exchange in Reader(recording).exchanges():
        ident = exchange.facts.seed.request_id
        rows[ident] += 1
        counts[f"state {exchange.state.value}"] += 1
        response = exchange.client.response
        if exchange.state is State.COMPLETE and response is not None and isinstance(response.body, bytes):
            complete.add(ident)
            digest = seen.acknowledged.get(ident)
            counts["bodies that differ"] += digest is not None and digest != hashlib.sha256(response.body).digest()
    recording.close()
    counts["acknowledged but lost"] = len(set(seen.acknowledged) - complete)
    counts["seen by the server without a row"] = len(seen.by_server - set(rows))
    counts["twice"] = sum(1 for number in rows.values() if number > 1)
    return counts


async def main(kills: int) -> int:
    """Kill the proxy this often; 0 when no promise was broken."""
    seen = Seen()
    server = await asyncio.start_server(lambda r, w: serve(r, w, seen), "127.0.0.1", 0)
    server_port = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "fc.db"
        for number in range(kills):
            await one_life(place, server_port, seen, kill=True)
            sys.stderr.write(f"\r{number + 1} of {kills} kills, {len(seen.acknowledged)} acknowledged ")
        await one_life(place, server_port, seen, kill=False)
        counts = judge(place, seen)
    server.close()
    await server.wait_closed()
    print(f"\n{kills} kills, {CLIENTS} clients")
    for name, number in sorted(counts.items()):
        print(f"{number:>9,}  {name}")
    broken = ("acknowledged but lost", "seen by the server without a row", "twice", "bodies that differ")
    return int(any(counts[name] for name in broken))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)))
