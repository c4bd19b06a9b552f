"""`replay.py audit A --compare B`: two recordings as sequences, on the page that everything else is on.

Must not know: how calls are paired, how a page looks. Read next: playback/sequences.py, audit/sequences.py.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from audit import PageMeta, Sources
from audit.page import render_comparison, render_sequences
from audit.sequences import Pairing, Sides
from audit.write import write_page
from gateway.rules import RULES_VERSION
from playback.sequences import Came, sequences
from playback.verdict import ExitCode, Outcome, Verdict
from store.reader import Reader
from verbs.pages import replay_of
from verbs.recordings import config_of, display_name, opened, readable, selected
from verbs.shell import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.compare import Side
    from audit.page import Lang
    from gateway.exchange import Exchange
    from playback.selection import Predicate
    from playback.sequences import Step


def compare_recordings(left: str, right: str, output: Path, lang: Lang | None, wanted: Predicate) -> int:
    """Write the page of two recordings; DIFFERENT when any call is missing, extra, changed or elsewhere."""
    with ExitStack() as stack:
        readers = [stack.enter_context(opened(recording)) for recording in (left, right)]
        calls = [list(selected(reader, wanted)) for reader in readers]
        if not any(calls):
            return ExitCode.NOTHING_SELECTED
        steps = sequences(*calls)
        names = (display_name(left), display_name(right))
        sides = Sides(_sources(readers[0]), _sources(readers[1]), names)
        meta = PageMeta(" / ".join(names), RULES_VERSION)
        page = render_sequences(_pairings(steps), sides, meta, lang=lang)
    _write(output, page)
    counts = {came: sum(step.came is came for step in steps) for came in Came}
    told = ", ".join(f"{count} {came.value}" for came, count in counts.items() if count)
    click.echo(f"{output}: {told}")
    return ExitCode.SAME if counts[Came.SAME] == len(steps) else ExitCode.DIFFERENT


def compare_calls(recording: str, ids: tuple[int, int], side: Side, output: Path, lang: Lang | None) -> int:
    """Write the page of two exchanges of one recording, as one side saw both."""
    with readable(recording) as found:
        reader = Reader(found)
        one, two = (reader.exchange(ident) for ident in ids)
        if one is None or two is None:
            return ExitCode.NOTHING_SELECTED
        meta = PageMeta(display_name(recording), RULES_VERSION)
        page = render_comparison(one, two, meta, side=side, lang=lang, sources=_sources(reader))
    _write(output, page)
    click.echo(f"{output}: #{ids[0]} and #{ids[1]}")
    return ExitCode.SAME


def _sources(reader: Reader) -> Sources:
    return Sources(reader, config_of(reader), messages=reader.messages, tasks=reader.task, exchanges=reader.exchange)


def _pairings(steps: tuple[Step, ...]) -> Iterator[Pairing]:
    for step in steps:
        verdict = Verdict.DIFFERENT if step.came is Came.CHANGED else Verdict.SAME
        found = replay_of(Outcome(_id(step.right or step.left), "", "", verdict, step.findings))
        yield Pairing(step.came.value, step.left, step.right, step.moved, found)


def _id(exchange: Exchange | None) -> int:
    return exchange.id if exchange else 0


def _write(output: Path, page: str) -> None:
    try:
        write_page(output, page)
    except OSError as error:
        raise Refused(f"cannot write {output}: {error.strerror}", ExitCode.USAGE) from error
