"""`./run python benchmarks/powercuts.py 500`: power cuts, simulated on what the real proxy wrote, and what was lost.

The proxy runs under strace while clients call. Its log is replayed up to a random moment: what was flushed is there,
of the rest any part may be, in any order, a write also in part. The state that results is opened as any recording is,
every answer that had left before that moment must be in it, whole, and every request that the server had got must
have a row (promises D1 and D2, fc_durability=full). Names of files are taken to last.
Read next: traced.py; docs/recording.md.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from benchmarks.proxied import Ledger, Proxied, clients, serve  # noqa: E402 - see above
from benchmarks.traced import STRACE, Ack, Event, Flush, Remove, Seen, Truncate, Write, events  # noqa: E402 - the same
from gateway.exchange import State  # noqa: E402 - the same
from store.errors import RecordingError  # noqa: E402 - the same
from store.reader import Reader  # noqa: E402 - the same
from store.recording import open_for_writing  # noqa: E402 - the same
from store.verify import verify  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIENTS = 6
CALLS = 800
SECTOR = 512
BROKEN = ("acknowledged but lost", "seen by the server without a row", "states with a loss", "not sound")


@dataclass(slots=True)
class File:
    """A file as the disk has it for certain, and what was written to it since its last flush."""

    flushed: bytearray = field(default_factory=bytearray)
    pending: list[Write | Truncate] = field(default_factory=list)

    def flush(self) -> None:
        """All that was written is there."""
        for each in self.pending:
            apply(self.flushed, each)
        self.pending.clear()

    def after_a_cut(self, chance: random.Random) -> bytes:
        """What may be there: of the pending writes all, none or any of them, whole or in part, in any order."""
        share = chance.choice((0.0, 0.5, 0.9, 1.0, chance.random()))
        kept = [each for each in self.pending if chance.random() < share]
        if chance.random() < 0.5:
            chance.shuffle(kept)
        data = bytearray(self.flushed)
        for each in kept:
            apply(data, torn(each, chance) if isinstance(each, Write) else each)
        return bytes(data)


def apply(data: bytearray, each: Write | Truncate) -> None:
    """Change a file's bytes as a call did."""
    if isinstance(each, Truncate):
        data[each.size :] = b""
        data.extend(bytes(each.size - len(data)))
    else:
        data.extend(bytes(max(0, each.offset - len(data))))
        data[each.offset : each.offset + len(each.data)] = each.data


def torn(write: Write, chance: random.Random) -> Write:
    """The write, or now and then only some of its first sectors."""
    if chance.random() < 0.8:
        return write
    return Write(write.path, write.offset, write.data[: chance.randrange(0, len(write.data) + 1, SECTOR)])


class Disk:
    """Replays a log. `acknowledged`: the answers that have left so far; `seen`: the requests the server has got."""

    def __init__(self) -> None:
        self.files: dict[Path, File] = {}
        self.acknowledged: set[str] = set()
        self.seen: set[str] = set()

    def take(self, event: Event) -> None:
        """One event happens."""
        match event:
            case Ack(ident):
                self.acknowledged.add(ident)
            case Seen(ident):
                self.seen.add(ident)
            case Flush(path):
                self._file(path).flush()
            case Remove(path):
                self.files.pop(path, None)
            case Write(path) | Truncate(path):
                self._file(path).pending.append(event)

    def _file(self, path: Path) -> File:
        return self.files.setdefault(path, File())

    def cut(self, folder: Path, chance: random.Random) -> None:
        """Write what a power cut now may leave into a folder."""
        for path, file in self.files.items():
            if not path.name.endswith("-shm"):
                (folder / path.name).write_bytes(file.after_a_cut(chance))


async def trace(folder: Path, calls: int, options: dict[str, str]) -> Path:
    """Run the proxy under strace while clients call, until this many answers; the log."""
    ledger, log = Ledger(), folder / "strace.txt"
    server = await asyncio.start_server(lambda r, w: serve(r, w, ledger), "127.0.0.1", 0)
    place = folder / "recording" / "fc.db"
    place.parent.mkdir()
    proxied = Proxied(place, server.sockets[0].getsockname()[1], options, (*STRACE, str(log)))
    try:
        await proxied.start()
        async with clients(proxied.port, ledger, CLIENTS):
            while len(ledger.acknowledged) < calls:
                await asyncio.sleep(0.02)
    finally:
        await proxied.stop()
        server.close()
        await server.wait_closed()
    return log


def states_in(folder: Path) -> dict[str, State]:
    """Request id -> state of the exchanges after a restart on what was left; every digest must hold."""
    recording = open_for_writing(str(folder / "fc.db"))
    try:
        found = {exchange.facts.seed.request_id: exchange.state for exchange in Reader(recording).exchanges()}
        report = verify(recording)
        if not report.sound:
            raise ValueError(f"verify: {report.problems[:3]}")
        return found
    finally:
        recording.close()


def judge(told: Sequence[Event], states: int, seed: int) -> Counter[str]:
    """Cut the power at this many moments; how often what was lost or damaged."""
    chance = random.Random(seed)
    first = next(at for at, each in enumerate(told) if isinstance(each, Ack))
    moments = sorted(chance.randrange(first, len(told)) for _ in range(states))
    counts: Counter[str] = Counter(states=states)
    disk, at = Disk(), 0
    for number, moment in enumerate(moments):
        while at <= moment:
            disk.take(told[at])
            at += 1
        with tempfile.TemporaryDirectory() as folder:
            disk.cut(Path(folder), chance)
            try:
                found = states_in(Path(folder))
            except (RecordingError, ValueError) as error:
                counts["not sound"] += 1
                sys.stderr.write(f"\nstate {number}: {error}\n")
                continue
        lost = sum(1 for ident in disk.acknowledged if found.get(ident) is not State.COMPLETE)
        counts["acknowledged"] += len(disk.acknowledged)
        counts["acknowledged but lost"] += lost
        counts["seen by the server without a row"] += len(disk.seen - found.keys())
        counts["states with a loss"] += lost > 0
    return counts


async def main(states: int, seed: int = 1, calls: int = CALLS, options: dict[str, str] | None = None) -> int:
    """Trace one run and cut its power; 0 when nothing was lost."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()  # noqa: ASYNC240 - nothing else runs yet
        log = await trace(folder, calls, options or {})
        told = list(events(log, folder / "recording"))
        counts = judge(told, states, seed)
    kinds = Counter(type(each).__name__.lower() for each in told)
    print(", ".join(f"{number:,} {kind}" for kind, number in kinds.most_common()))
    for name in ("states", "acknowledged", *BROKEN):
        print(f"{counts[name]:>9,}  {name}")
    return int(any(counts[name] for name in BROKEN))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)))
