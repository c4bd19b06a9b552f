"""`./run python benchmarks/async_kills.py 200`: SIGKILL under asynchronous load, and what becomes of the calls.

Twelve clients make asynchronous calls through the real proxy; it is killed at a random moment and started again on
the same recording. The server fails some deliveries. In the end every call that was answered 202 must have been
delivered until it succeeded, no attempt may be missing from the recording, and none may be open.
Read next: docs/async.md; kills.py (synchronous calls); tests/live/test_async_survives.py (the small version).
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from benchmarks.contestants import free_port  # noqa: E402 - see above
from store.reader import Reader  # noqa: E402 - the same
from store.recording import open_for_reading  # noqa: E402 - the same
from store.task_lists import TaskLists  # noqa: E402 - the same

CLIENTS = 12
ACCEPTED = 30
"""Calls accepted in one life before the kill becomes possible; then it comes within KILL_WITHIN_S."""

KILL_WITHIN_S = 0.5
START_S = 60.0
DRAIN_S = 300.0
FAILS = 0.2
"""Share of deliveries that the function fails."""


@dataclass(slots=True)
class Seen:
    """What both sides know, by the name of the task: accepted, deliveries, deliveries that succeeded."""

    accepted: set[str] = field(default_factory=set)
    delivered: Counter[str] = field(default_factory=Counter)
    succeeded: Counter[str] = field(default_factory=Counter)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
    """Fail some, answer the others after a moment: kills then hit deliveries under way."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            name = head.split(b" ", 2)[1].decode().strip("/")
            seen.delivered[name] += 1
            await asyncio.sleep(random.random() * 0.05)
            # Each fails twice at most: its retries must not be used up by bad luck.
            failed = random.random() < FAILS and seen.delivered[name] <= 2
            seen.succeeded[name] += not failed
            writer.write(
                b"HTTP/1.1 200 OK\r\n%bContent-Length: 0\r\n\r\n" % (b"x-fc-status: 404\r\n" if failed else b"")
            )
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def call(port: int, seen: Seen, accepted: asyncio.Semaphore) -> None:
    """Call until the connection breaks; a call counts once its 202 is here."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return
    try:
        while True:
            name = f"t{random.getrandbits(60):x}"
            lines = (f"POST /{name} HTTP/1.1", "Host: app.test", "X-Fc-Invocation-Type: Async", "Content-Length: 0")
            head = "\r\n".join((*lines, f"X-Fc-Async-Task-Id: {name}"))
            writer.write(head.encode() + b"\r\n\r\n")
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 202 "):
                raise RuntimeError(answer.decode("latin-1"))
            seen.accepted.add(name)
            accepted.release()
            await asyncio.sleep(0.01)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def start(place: Path, server_port: int, port: int) -> asyncio.subprocess.Process:
    """The real proxy, listening."""
    words = ["-q", "-s", str(ROOT / "addons" / "fc.py"), "--listen-port", str(port), "--set", f"fc_store={place}"]
    words += ["--mode", f"reverse:http://127.0.0.1:{server_port}"]
    mitmdump = str(Path(sys.executable).with_name("mitmdump"))
    process = await asyncio.create_subprocess_exec(mitmdump, *words, stdin=asyncio.subprocess.DEVNULL)
    async with asyncio.timeout(START_S):
        while not await _listens(port):
            await asyncio.sleep(0.02)
    return process


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.close()
    return True


async def killed_life(place: Path, server_port: int, seen: Seen) -> None:
    """Call, and kill it in the middle."""
    port = free_port()
    process = await start(place, server_port, port)
    accepted = asyncio.Semaphore(0)
    clients = [asyncio.ensure_future(call(port, seen, accepted)) for _ in range(CLIENTS)]
    for _ in range(ACCEPTED):
        await accepted.acquire()
    await asyncio.sleep(random.random() * KILL_WITHIN_S)
    process.kill()
    await asyncio.gather(*clients)
    await process.wait()


async def last_life(place: Path, server_port: int) -> None:
    """Let it work off what is left, and stop it in order."""
    process = await start(place, server_port, free_port())
    async with asyncio.timeout(DRAIN_S):
        while await asyncio.to_thread(_pending, place):
            await asyncio.sleep(0.2)
    process.terminate()
    await process.wait()


def _pending(place: Path) -> int:
    recording = open_for_reading(str(place))
    try:
        return sum(row.due_us is not None for row in TaskLists(recording).rows().values())
    finally:
        recording.close()


def judge(place: Path, seen: Seen) -> Counter[str]:
    """Hold the recording against what both sides saw."""
    counts: Counter[str] = Counter(accepted=len(seen.accepted), deliveries=seen.delivered.total())
    recording = open_for_reading(str(place))
    rows = {row.name: row for row in TaskLists(recording).rows().values()}
    attempts: Counter[str] = Counter()
    for exchange in Reader(recording).exchanges():
        if exchange.parent_id is not None and exchange.client.request is not None:
            attempts[exchange.client.request.target.decode().strip("/")] += 1
            counts[f"attempt {exchange.state.value}"] += 1
    recording.close()
    for row in rows.values():
        counts[f"task {row.state}"] += 1
    counts["accepted but lost"] = len(seen.accepted - set(rows))
    counts["accepted but never succeeded"] = sum(not seen.succeeded[name] for name in seen.accepted)
    counts["told as succeeded, did not"] = sum(
        row.state == "Succeeded" and not seen.succeeded[name] for name, row in rows.items()
    )
    counts["deliveries without a row"] = sum(max(0, seen.delivered[name] - attempts[name]) for name in seen.delivered)
    counts["delivered again after a kill"] = sum(max(0, number - 1) for number in seen.succeeded.values())
    return counts


BROKEN = ("accepted but lost", "accepted but never succeeded", "told as succeeded, did not", "deliveries without a row")


async def main(kills: int) -> int:
    """Kill the proxy this often; 0 when no promise was broken."""
    seen = Seen()
    server = await asyncio.start_server(lambda r, w: serve(r, w, seen), "127.0.0.1", 0)
    server_port = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "fc.db"
        for number in range(kills):
            await killed_life(place, server_port, seen)
            sys.stderr.write(f"\r{number + 1} of {kills} kills, {len(seen.accepted)} accepted ")
        await last_life(place, server_port)
        counts = judge(place, seen)
    server.close()
    print(f"\n{kills} kills, {CLIENTS} clients")
    for name, number in sorted(counts.items()):
        print(f"{number:>9,}  {name}")
    return int(any(counts[name] for name in BROKEN))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)))
