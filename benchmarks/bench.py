"""`./run bench`: answers per second of fc-replay, recording, against a bare mitmdump, on this machine.

All contestants stay up; each round loads them one after another, so that what else the machine does meets all
of them alike. Shown are medians over the rounds and ratios to the bare mitmdump: these travel from machine to
machine. Processor time per answer is the figure that a busy machine disturbs least. Takes about two minutes.
Read next: contestants.py, load.py; docs/benchmarks.md keeps a table.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from benchmarks.contestants import (  # noqa: E402 - needs the line above
    BARE,
    CONTESTANTS,
    UPSTREAM,
    StartFailed,
    Up,
    cpu_seconds,
    running,
    upstream,
)
from benchmarks.load import LoadFailed, Sample, Shape, measure, tool  # noqa: E402 - the same
from benchmarks.machine import describe  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Sequence

SHAPES = (
    Shape("small GET, 8 connections", 8),
    Shape("small GET, 64 connections", 64),
    Shape("small GET, each with a path of its own, 8 connections", 8, varied=True),
    Shape("10 KB POST, 8 connections", 8, 10 * 1024),
)

type Results = dict[tuple[str, str], list[Sample]]


def main(arguments: Sequence[str]) -> int:
    """Measure and print. Returns 0; 1 when a contestant or the load generator failed."""
    parser = argparse.ArgumentParser(prog="./run bench", description="Answers per second against a bare mitmdump.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default 3)")
    parser.add_argument("--seconds", type=int, default=2, help="how long each measurement takes (default 2)")
    parser.add_argument("--markdown", action="store_true", help="print tables for docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    about = [*describe(), ("load", f"{tool()}, {chosen.rounds} interleaved rounds of {chosen.seconds:g} s, medians")]
    try:
        results = run(chosen.rounds, chosen.seconds)
    except (StartFailed, LoadFailed) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbench: stopped", file=sys.stderr)
        return 130
    show(about, results, markdown=chosen.markdown)
    return 0


def run(rounds: int, seconds: int) -> Results:
    """Measure every contestant with every shape, interleaved."""
    results: Results = {}
    proxy_core, other_core = cores()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(upstream(other_core))
        up = {UPSTREAM: server}
        for contestant in CONTESTANTS:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            up[contestant.name] = stack.enter_context(running(contestant, server.port, scratch, proxy_core))
        for number in range(rounds):
            for shape in SHAPES:
                print(f"round {number + 1} of {rounds}: {shape.name}", file=sys.stderr)
                for name, one in up.items():
                    results.setdefault((name, shape.name), []).append(measured(one, shape, seconds))
    return results


def measured(one: Up, shape: Shape, seconds: int) -> Sample:
    """One measurement, with the processor time that it cost the process under test."""
    before = cpu_seconds(one.pid)
    sample = measure(one.port, shape, seconds)
    used = cpu_seconds(one.pid) - before
    return replace(sample, cpu_us=used / max(1.0, sample.per_second * seconds) * 1e6)


def cores() -> tuple[int | None, int | None]:
    """The core for the proxy under test and the one for everything else, if there are two."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) == 1:
        return None, None
    os.sched_setaffinity(0, set(allowed[1:]))  # the load generator inherits it
    return allowed[0], allowed[1]


def show(about: list[tuple[str, str]], results: Results, *, markdown: bool) -> None:
    """The tables, one a shape."""
    for name, value in about:
        print(f"- {name}: {value}" if markdown else f"{name:<10} {value}")
    for shape in SHAPES:
        rows = rows_for(shape, results)
        print(f"\n**{shape.name}**\n" if markdown else f"\n{shape.name}")
        print(as_markdown(rows) if markdown else as_text(rows))


def rows_for(shape: Shape, results: Results) -> list[list[str]]:
    """A heading, then one row a contestant. Above 1 in a ratio is better than the bare mitmdump."""
    rows = [["", "answers/s", "ratio", "CPU us", "ratio", "p50 ms", "p99 ms", "errors"]]
    bare = median(results[BARE, shape.name])
    for name in (UPSTREAM, *(contestant.name for contestant in CONTESTANTS)):
        one = median(results[name, shape.name])
        rate = [f"{one.per_second:,.0f}", f"{one.per_second / bare.per_second:.2f}"]
        cost = [f"{one.cpu_us:.0f}", f"{bare.cpu_us / one.cpu_us:.2f}" if one.cpu_us else "-"]
        rows.append([name, *rate, *cost, f"{one.p50_ms:.2f}", f"{one.p99_ms:.2f}", str(one.errors)])
    return rows


def median(samples: list[Sample]) -> Sample:
    """The middle of each figure over the rounds, and all errors."""
    return Sample(
        statistics.median(sample.per_second for sample in samples),
        statistics.median(sample.p50_ms for sample in samples),
        statistics.median(sample.p99_ms for sample in samples),
        sum(sample.errors for sample in samples),
        statistics.median(sample.cpu_us for sample in samples),
    )


def as_text(rows: list[list[str]]) -> str:
    """Columns: names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) if index == 0 else cell.rjust(width) for index, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in rows)
    )


def as_markdown(rows: list[list[str]]) -> str:
    """The same as a table for a page."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---|" + "--:|" * (len(rows[0]) - 1), *lines[1:]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
