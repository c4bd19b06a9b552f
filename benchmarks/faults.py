"""`./run python benchmarks/faults.py`: a disk that is full, failing, slow or locked under load, and what was lost.

Promises D3 and D5: no acknowledged exchange is missing, a refused one never reached the server, what is missing
stands in a gap row, and recording resumes by itself within 2 s. A second function of the proxy, left out by
fc_filter, shows meanwhile that the event loop is free.
Then large bodies, slow peers, cut calls, idle connections: memory and descriptors (D6-D10).
Read next: proxied.py, breakage.py, bodies.py; tests/live/test_faults.py (the small version, in every test run).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from benchmarks.bodies import MIB, Load, aborted, idle, large  # noqa: E402 - see above
from benchmarks.breakage import FAULTS, Fault, small_disk  # noqa: E402 - see above
from benchmarks.proxied import Ledger, Proxied, Verdict, clients, judge, serve  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

BROKEN_S = 4.0
CALM_S = 1.0
CLIENTS = 8
PATIENCE_S = 15.0
RESUME_S = 2.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one fault did. `resume_s`: from the mending to the next acknowledged answer. `grown_kib`: of peak memory.

    Of the calls that are not recorded, while it was broken: `aside` were answered, at least one in `slowest_s`.
    """

    name: str
    policy: str
    verdict: Verdict
    resume_s: float
    grown_kib: int
    aside: int
    slowest_s: float
    others: int
    code: int


async def suffer(fault: Fault, policy: str, folder: Path, *, broken_s: float, callers: int) -> Outcome:
    """Break the recorder of a proxy of its own under load, mend it, and read its recording."""
    ledger, aside = Ledger(), Ledger()
    server = await asyncio.start_server(lambda r, w: serve(r, w, ledger), "127.0.0.1", 0)
    options = {"fc_on_store_failure": policy, "fc_filter": "! ~u /aside"}
    proxied = await Proxied(folder / "fc.db", server.sockets[0].getsockname()[1], options).start()
    try:
        async with clients(proxied.port, ledger, callers), clients(proxied.port, aside, 1, b"/aside"):
            await until(ledger, "acknowledged", time.monotonic(), count=callers * 4)
            before = proxied.peak_kib()
            begun = time.monotonic()
            async with fault.broken(proxied):
                await asyncio.sleep(broken_s)
            mended = time.monotonic()
            await until(ledger, "acknowledged", mended, count=callers * 2)
        grown = proxied.peak_kib() - before
    finally:
        code = await proxied.stop()
        server.close()
        await server.wait_closed()
    return Outcome(
        fault.name,
        policy,
        judge(folder / "fc.db", ledger),
        ledger.first("acknowledged", mended),
        grown,
        sum(1 for when, _ in aside.events if begun <= when <= mended),
        longest_wait(aside, begun, mended),
        sum(ledger.others.values()),
        code,
    )


async def until(ledger: Ledger, kind: str, after: float, *, count: int) -> None:
    """Wait for this many answers of a kind after a moment. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while sum(1 for when, found in ledger.events if when >= after and found == kind) < count:
            await asyncio.sleep(0.01)


def longest_wait(ledger: Ledger, begun: float, ended: float) -> float:
    """The longest time without an answer between two moments, seconds."""
    times = [begun, *(when for when, _ in ledger.events if begun <= when <= ended), ended]
    return max(later - earlier for earlier, later in pairwise(times))


def broken_promises(fault: Fault, outcome: Outcome) -> list[str]:
    """What did not hold."""
    verdict = outcome.verdict
    wrong = {
        "acknowledged exchanges are missing": verdict.lost > 0,
        "the server saw calls that have no row": outcome.policy == "refuse" and verdict.unseen > 0,
        "a gap row does not say how many are missing": not verdict.missing <= verdict.told <= verdict.missing + CLIENTS,
        "recording did not resume in 2 s": not outcome.resume_s < RESUME_S,
        "nothing was refused": fault.stops and outcome.policy == "refuse" and not verdict.refused,
        "nothing was passed on": fault.stops and outcome.policy == "pass" and not verdict.passed,
        "it was refused though it could wait": not fault.stops and bool(verdict.refused or verdict.passed),
        "answers that are neither": outcome.others > 0,
        "the event loop was blocked": not outcome.aside,
        "it did not end in order": outcome.code != 0,
    }
    return [words for words, broken in wrong.items() if broken]


HEADINGS = ("fault", "policy", "acknowledged", "lost", "refused", "passed", "missing", "in gaps", "resumes", "memory",
            "longest wait aside")  # fmt: skip


def line(outcome: Outcome) -> tuple[str, ...]:
    """One row of the table."""
    verdict = outcome.verdict
    resumes = f"{outcome.resume_s:.2f} s" if math.isfinite(outcome.resume_s) else "never"
    return (
        outcome.name, outcome.policy, f"{verdict.acknowledged:,}", f"{verdict.lost:,}", f"{verdict.refused:,}",
        f"{verdict.passed:,}", f"{verdict.missing:,}", f"{verdict.told:,}", resumes,
        f"+{outcome.grown_kib / 1024:.1f} MiB", f"{outcome.slowest_s * 1000:.0f} ms",
    )  # fmt: skip


def show(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """The table, in Markdown."""
    for row in (headings, tuple("---" for _ in headings), *rows):
        print("| " + " | ".join(row) + " |", flush=True)


LOAD_HEADINGS = ("load", "calls", "memory", "descriptors left", "bodies that differ", "how they ended")
LOADS: dict[str, Callable[[Path], Awaitable[Load]]] = {
    "32 MiB both ways, 8 at once": lambda folder: large(folder, 32 * MIB, 8),
    "32 MiB both ways, slow reader": lambda folder: large(folder, 32 * MIB, 1, pause_s=0.005),
    "500 cut calls": lambda folder: aborted(folder, 500),
    "1,000 idle connections": lambda folder: idle(folder, 1000),
}
MOST_KIB = 64 * 1024


async def loaded(name: str) -> tuple[tuple[str, ...], list[str]]:
    """One load: its row, and what did not hold."""
    with tempfile.TemporaryDirectory() as folder:
        load = await LOADS[name](Path(folder))
    wrong = {
        "more than 64 MiB of memory": load.grown_kib > MOST_KIB,
        "descriptors are left open": load.descriptors > 0,
        "bodies differ": load.wrong > 0,
    }
    memory = f"+{load.grown_kib / 1024:.1f} MiB"
    row = (name, f"{load.calls:,}", memory, f"{max(load.descriptors, 0)}", f"{load.wrong}", load.ends)
    return row, [f"{name}: {words}" for words, broken in wrong.items() if broken]


async def tried(fault: Fault, policy: str) -> tuple[tuple[str, ...], list[str]]:
    """One fault under one policy: its row, and what did not hold."""
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        folder = Path(scratch) / "disk"
        folder.mkdir()
        why = fault.impossible
        if fault.small_disk and not why:
            why = stack.enter_context(small_disk(folder))
        if why:
            return (fault.name, policy, f"not tried: {why}"), []
        outcome = await suffer(fault, policy, folder, broken_s=BROKEN_S, callers=CLIENTS)
        return line(outcome), [f"{fault.name}, {policy}: {words}" for words in broken_promises(fault, outcome)]


async def main() -> int:
    """Every fault under both policies, every load; 0 when every promise held."""
    rows, problems = [], []
    for fault in FAULTS:
        for policy in ("refuse", "pass"):
            row, wrong = await tried(fault, policy)
            rows.append(row)
            problems += wrong
            sys.stderr.write(f"{' '.join(row)}\n")
    show(HEADINGS, rows)
    rows = []
    for name in LOADS:
        row, wrong = await loaded(name)
        rows.append(row)
        problems += wrong
        sys.stderr.write(f"{' '.join(row)}\n")
    print()
    show(LOAD_HEADINGS, rows)
    for words in problems:
        print(words)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
