"""Several proxies recording into one PostgreSQL database: exchanges per second of 1, 2 and 4 of them, in one table.

`python -m benchmarks.scaling postgresql+psycopg://user@host/database [SECONDS]`: the database should be an empty one
of its own. All proxies are loaded at once; every one, the server behind them, the load and PostgreSQL (when it is
local) share this machine's cores, so on few cores the figures show where those are used up, not where PostgreSQL is.
Must not know: how a recording is kept. Read next: contestants.py, load.py, ../docs/scaling.md.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contestants import ADDON, Contestant, cpu_seconds, running, upstream
from benchmarks.load import Sample, Shape, measure
from store.reader import Reader
from store.recording import open_for_reading
from store.retention import used_bytes

PROXIES = (1, 2, 4)
SECONDS = 5.0
SHAPE = Shape("GET, 8 connections a proxy", 8)


@dataclass(frozen=True, slots=True)
class Row:
    """So many proxies at once: recorded exchanges per second together, and processor time of each answer."""

    proxies: int
    per_second: float
    cpu_us: float
    p99_ms: float
    errors: int


def at_once(url: str, proxies: int, seconds: float) -> Row:
    """Load that many proxies that record into one database."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        server = stack.enter_context(upstream(None))
        contestant = Contestant("fc-replay", (*ADDON, "--set", f"fc_store={url}", "--set", "confdir={scratch}"))
        folders = [Path(scratch) / str(number) for number in range(proxies)]
        for folder in folders:
            folder.mkdir()
        ups = [stack.enter_context(running(contestant, server.port, folder, None)) for folder in folders]
        before = sum(cpu_seconds(up.pid) for up in ups)
        begun = time.monotonic()
        with ThreadPoolExecutor(proxies) as pool:
            samples = list(pool.map(lambda up: measure(up.port, SHAPE, seconds), ups))
        spent, took = sum(cpu_seconds(up.pid) for up in ups) - before, time.monotonic() - begun
    return _row(proxies, samples, spent, took)


def _row(proxies: int, samples: list[Sample], spent: float, took: float) -> Row:
    per_second = sum(sample.per_second for sample in samples)
    cpu_us = spent / (per_second * took) * 1e6 if per_second else 0.0
    return Row(
        proxies, per_second, cpu_us, max(sample.p99_ms for sample in samples), sum(sample.errors for sample in samples)
    )


def recorded(url: str) -> tuple[int, int]:
    """How many exchanges the database holds, and bytes of its tables and indexes."""
    recording = open_for_reading(url)
    try:
        with recording.engine.connect() as connection:
            return Reader(recording).count(), used_bytes(connection)
    finally:
        recording.close()


def table(rows: list[Row], count: int, size: int) -> str:
    """The figures as a table in Markdown; ratios are to one proxy."""
    one = rows[0].per_second
    lines = [
        f"{os.cpu_count()} cores for everything; {count:,} exchanges recorded in all, {size / count:,.0f} bytes each",
        "",
        "| proxies | exchanges/s together | ratio | CPU us an answer | p99, ms | errors |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.proxies} | {row.per_second:,.0f} | {row.per_second / one:.2f} | {row.cpu_us:,.0f} | {row.p99_ms:.1f} |"
        f" {row.errors} |"
        for row in rows
    ]
    return "\n".join(lines)


def main(words: list[str]) -> None:
    """Measure and print."""
    if not words or "://" not in words[0]:
        raise SystemExit(
            "which database? python -m benchmarks.scaling postgresql+psycopg://user@host/database [SECONDS]"
        )
    seconds = float(words[1]) if len(words) > 1 else SECONDS
    rows = [at_once(words[0], proxies, seconds) for proxies in PROXIES]
    print(table(rows, *recorded(words[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
