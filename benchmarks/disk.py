"""Bytes per exchange on disk: fc-replay against `mitmdump -w`, for the same traffic, in one table.

`python -m benchmarks.disk [CALLS]`: each load's calls go one after the other through either program to the same
server; what counts is all that it leaves on disk after an orderly end (for fc-replay the database, its mark and its
key). Must not know: speed (bench.py). Read next: contestants.py.
"""

from __future__ import annotations

import http.client
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.contestants import ADDON, PLAIN, Contestant, running, upstream

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 5000
MITMDUMP = Contestant("mitmdump -w", (*PLAIN, "-w", "{scratch}/flows"))
OURS = Contestant("fc-replay", (*ADDON, "--set", "fc_store={scratch}/fc.db"))
_NOT_KEPT = "log"
_HEADERS = {
    "Accept": "application/json, text/plain, */*",
    "Accept-Encoding": "gzip, deflate, br",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36",
}


@dataclass(frozen=True, slots=True)
class Load:
    """Calls of one kind: the n-th one's path and body; no body is a GET. `target`: the ratio that is aimed at."""

    name: str
    call: Callable[[int], tuple[str, bytes]]
    target: float


_REPEATED = random.Random(10).randbytes(5120).hex().encode()

LOADS = (
    Load("small GET", lambda n: (f"/items/{n}?page={n % 7}", b""), 0.5),
    Load("repeated 10 KB body", lambda _: ("/upload", _REPEATED), 0.15),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One load: bytes per exchange that either leaves."""

    load: Load
    theirs: float
    ours: float

    @property
    def ratio(self) -> float:
        """Ours to theirs."""
        return self.ours / self.theirs


def measure(load: Load, calls: int) -> Row:
    """The same calls through both."""
    return Row(load, _bytes_per_call(MITMDUMP, load, calls), _bytes_per_call(OURS, load, calls))


def left_behind(folder: Path) -> int:
    """Bytes of all that a program wrote, but for what it printed."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name != _NOT_KEPT)


def _bytes_per_call(contestant: Contestant, load: Load, calls: int) -> float:
    with tempfile.TemporaryDirectory() as scratch, upstream(None) as server:
        folder = Path(scratch)
        with running(contestant, server.port, folder, None) as up:
            _send(up.port, load, calls)
        return left_behind(folder) / calls


def _send(port: int, load: Load, calls: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for number in range(calls):
        path, body = load.call(number)
        connection.request("POST" if body else "GET", path, body or None, _HEADERS)
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise SystemExit(f"call {number} was answered {answer.status}")
    connection.close()


def table(rows: list[Row], calls: int) -> str:
    """The figures as a table in Markdown."""
    lines = [
        f"{calls} calls of each kind; bytes per exchange on disk after an orderly end",
        "",
        "| traffic | mitmdump -w | fc-replay | ratio | aim |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.load.name} | {row.theirs:,.0f} | {row.ours:,.0f} | {row.ratio:.2f} | {row.load.target:.2f} |"
        for row in rows
    ]
    return "\n".join(lines)


def main(words: list[str]) -> None:
    """Measure and print."""
    calls = int(words[0]) if words else CALLS
    print(table([measure(load, calls) for load in LOADS], calls))


if __name__ == "__main__":
    main(sys.argv[1:])
