"""`./run python tests/suites/run.py [SUITE]...`: other people's suites, directly and through the gateway, as a table.

Exit codes: 0 no suite has fewer successes through the gateway, 1 some has, 2 usage. Read next: suites.py.
"""

from __future__ import annotations

import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from tests.installed import install_python  # noqa: E402 - needs the line above
from tests.suites.suites import SUITES, Outcome  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Mapping

GOOD = {"passed", "OK", "NON-STRICT", "INFORMATIONAL"}
SHOWN = 12
"""Differences that the table's footnotes list."""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(SUITES)))
def main(names: tuple[str, ...]) -> None:
    """Run SUITES (all of them when none is named) twice, directly and through the gateway."""
    cache = ROOT / ".pytest_cache" / "d" / "servers-python"
    cache.mkdir(parents=True, exist_ok=True)
    home, why_not = install_python(ROOT / "tests" / "servers", cache)
    if home is None:
        raise click.UsageError(why_not)
    outcomes = []
    for name in names or SUITES:
        with tempfile.TemporaryDirectory(prefix=f"fc-suite-{name}-") as folder:
            outcomes.append(SUITES[name](home, Path(folder)))
        click.echo(f"{name}: done", err=True)
    click.echo(table(outcomes))
    sys.exit(any(good(one.through) < good(one.direct) for one in outcomes))


def good(counts: Mapping[str, int] | None) -> int:
    """How many cases went well."""
    return sum(number for word, number in (counts or {}).items() if word in GOOD)


def table(outcomes: list[Outcome]) -> str:
    """The outcomes in Markdown, with date and versions."""
    today = datetime.now(UTC).date()
    lines = [f"{today}, Python {platform.python_version()}.\n", "| suite | against | directly | through fc-replay |"]
    lines.append("|---|---|---|---|")
    lines += [
        f"| {one.suite} | {one.what} | {told(one.direct)} | {told(one.through)} |" for one in outcomes if not one.lacks
    ]
    lines += [f"| {one.suite} | | not run: {one.lacks} | |" for one in outcomes if one.lacks]
    for one in outcomes:
        if one.differ:
            more = f" and {len(one.differ) - SHOWN} more" if len(one.differ) > SHOWN else ""
            lines.append(f"\n{one.suite}, what differs: {', '.join(one.differ[:SHOWN])}{more}.")
    return "\n".join(lines)


def told(counts: Mapping[str, int] | None) -> str:
    """Counts, the largest first."""
    rows = sorted((counts or {}).items(), key=lambda row: -row[1])
    return ", ".join(f"{number} {word.lower()}" for word, number in rows)


if __name__ == "__main__":
    main()
