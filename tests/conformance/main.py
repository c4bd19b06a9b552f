"""`./run conformance`: the contract's cases against the gateway here or, with --against, against a deployed function.

Exit codes: 0 all as expected, 1 something is not, 2 usage, 4 nothing that is the probe answers, 5 no case chosen.
Read next: README.md.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from gateway.rules import RULES  # noqa: E402 - needs the line above
from tests.conformance.against import NoProbeError, ask_for_the_probe, compare, place_of  # noqa: E402 - the same
from tests.conformance.cases import Case, load_cases  # noqa: E402 - the same

if TYPE_CHECKING:
    from tests.conformance.against import Found, Place

SAME, DIFFERENT, USAGE, UNREACHABLE, NOTHING = 0, 1, 2, 4, 5


@click.command()
@click.option("--against", "url", default="", metavar="URL", help="A deployed examples/probe to ask instead.")
@click.option("--host", default="", metavar="NAME", help="The Host to ask for there, when it is not the URL's.")
@click.option("--only", default="", metavar="TEXT", help="Only cases with this in their id or in what they prove.")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the delta to this file.")
def main(url: str, host: str, only: str, path: Path | None) -> None:
    """Run the contract's cases here, or ask a deployed function the ones that it can be asked."""
    chosen = [
        case for case in load_cases(secrets.token_hex(4)) if any(only in text for text in (case.id, *case.proves))
    ]
    if not chosen:
        click.echo(f"conformance: no case has {only!r} in its id or proves it", err=True)
        sys.exit(NOTHING)
    sys.exit(run_against(url, host, chosen, path) if url else run_here(chosen, named=bool(only)))


def run_here(chosen: list[Case], *, named: bool) -> int:
    """The cases through every door of this gateway, by pytest; then what they prove."""
    ids = [f"{case.id}[{shell}]" for case in chosen for shell in case.shells]
    test = str(ROOT / "tests" / "conformance" / "test_conformance.py")
    words = [f"{test}::{'test_case_in_the_core' if one.endswith('[core]') else 'test_case'}[{one}]" for one in ids]
    code = pytest.main(
        ["--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), "-q", *(words if named else [test])]
    )
    click.echo(totals(chosen))
    return SAME if code == pytest.ExitCode.OK else DIFFERENT


def totals(chosen: list[Case]) -> str:
    """How many cases, what they prove, through which doors."""
    rules = {rule for case in chosen for rule in (*case.kept.rules, *case.kept.advice)} & set(RULES)
    contract = {one for case in chosen for one in case.proves}
    doors = Counter(shell for case in chosen for shell in case.shells)
    played = ", ".join(f"{count} by {shell}" for shell, count in doors.items())
    return (
        f"{len(chosen)} cases ({played}); they prove {len(rules)} of {len(RULES)} rules "
        f"and name {len(contract)} ids of the contract"
    )


def run_against(url: str, host: str, chosen: list[Case], path: Path | None) -> int:
    """The cases that a deployed function can be asked, and the delta."""
    try:
        place = place_of(url, host)
        name = ask_for_the_probe(place)
    except ValueError as error:
        click.echo(f"conformance: {error}", err=True)
        return USAGE
    except NoProbeError as error:
        click.echo(f"conformance: {error}. Deploy it (examples/probe/README.md), then give its URL", err=True)
        return UNREACHABLE
    found = list(compare(place, chosen))
    show(found, place, name)
    if path is not None:
        path.write_text(json.dumps([as_plain(one) for one in found], indent=1) + "\n", encoding="utf-8")
    asked = [one for one in found if not one.skipped]
    if not asked:
        return NOTHING
    return DIFFERENT if any(one.deltas for one in asked) else SAME


def show(found: list[Found], place: Place, name: str) -> None:
    """A table of what differs, and the numbers."""
    rows = [(one.case.id, delta.what, delta.expected, delta.found) for one in found for delta in one.deltas]
    if rows:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table("case", "what", "expected", "got", show_lines=True)
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        Console(width=None if sys.stdout.isatty() else 160).print(table)
    reasons = Counter(one.skipped for one in found if one.skipped)
    asked = len(found) - reasons.total()
    differ = sum(bool(one.deltas) for one in found)
    click.echo(f"{name} at {place.named}: {asked} cases asked, {differ} differ, {reasons.total()} cannot be asked:")
    for reason, count in reasons.most_common():
        click.echo(f"  {count:3} {reason}")


def printable(text: str) -> str:
    """What a server sent, without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


def as_plain(one: Found) -> dict[str, object]:
    """A row of the JSON file."""
    deltas = [{"what": each.what, "expected": each.expected, "got": each.found} for each in one.deltas]
    return {"case": one.case.id, "proves": list(one.case.proves), "skipped": one.skipped, "deltas": deltas}


if __name__ == "__main__":
    main()
