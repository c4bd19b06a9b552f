"""What a verb costs as recordings grow: processor seconds and memory of `list`, a filter, `check` and `audit`.

    ./run python benchmarks/growth.py 1000 10000 100000

The recordings are made first (recordings.py). `list` shows the newest and must not care how many there are; the
others walk over all and must stay the same per exchange. `audit` is measured up to 10,000, which is one page.
Read next: recordings.py, replay.py.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from benchmarks import recordings  # noqa: E402 - needs the line above
from benchmarks.machine import describe  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_PAGE = 10_000
VERBS: dict[str, tuple[str, ...]] = {
    "list": ("list",),
    "list --filter, all read": ("list", "--all", "--filter", "status:>=500 path:/none"),
    "check": ("check", "--no-keep"),
    "audit": ("audit", "-o", "page.html"),
}


def main(arguments: Sequence[str]) -> int:
    """Make the recordings, measure, print a table. Returns 0; 1 when a verb failed."""
    parser = argparse.ArgumentParser(description="What verbs cost as recordings grow.")
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--keep", type=Path, help="Use recordings in this folder, and leave new ones there.")
    sizes = parser.parse_args(arguments)
    for name, value in describe():
        print(f"- {name}: {value}")
    with tempfile.TemporaryDirectory() as made:
        folder = sizes.keep or Path(made)
        os.environ["XDG_DATA_HOME"] = str(folder)
        try:
            rows = [row(folder, size, name) for size in sizes.sizes for name in VERBS if fits(size, name)]
        except RuntimeError as error:
            print(f"growth: {error}", file=sys.stderr)
            return 1
    print("\n| exchanges | verb | CPU s | CPU us per exchange | MB |\n|--:|---|--:|--:|--:|")
    print("\n".join(rows))
    return 0


def fits(size: int, name: str) -> bool:
    """Whether a verb is measured at this size."""
    return name != "audit" or size <= LARGEST_PAGE


def row(folder: Path, size: int, name: str) -> str:
    """One line of the table."""
    place = folder / f"{size}.db"
    if not place.exists():
        recordings.write(str(place), size)
    seconds, megabytes = spent(folder, VERBS[name], place)
    return f"| {size:,} | {name} | {seconds:.2f} | {seconds / size * 1e6:,.0f} | {megabytes:.0f} |"


def spent(folder: Path, verb: tuple[str, ...], place: Path) -> tuple[float, float]:
    """Processor seconds and peak memory (MB) of one replay.py, start-up included."""
    words = [sys.executable, str(ROOT / "replay.py"), verb[0], str(place), *verb[1:]]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode not in {0, 5}:
        raise RuntimeError(f"{verb[0]} ended with {running.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
