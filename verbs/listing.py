"""`replay.py list`: one line per exchange, such as `3  GET /hello 200  -2 +3  4 ms`.

Must not know: how numbers are counted (gateway/tally.py). Read next: showing.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import batched, islice
from typing import TYPE_CHECKING

import click

from gateway.tally import tally
from playback.selection import Predicate, client_status, server_status
from playback.verdict import ExitCode, Verdict
from playback.visible import visible
from store.reader import Reader
from store.results import last_verdicts
from store.task_lists import TaskLists
from verbs.recordings import filter_option, readable, recording_argument, selected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.exchange import Exchange
    from store.results import Last
    from store.task_lists import TaskRow

_TARGET_SHOWN = 200
_PAGE = 256
_TOLD = frozenset({Verdict.DIFFERENT.value, Verdict.MISSING.value})


@click.command("list")
@recording_argument
@filter_option
@click.option("-n", "--limit", type=click.IntRange(1), default=1000, show_default=True, help="The newest N of them.")
@click.option("--all", "every", is_flag=True, help="All of them, however many.")
def command(recording: str, wanted: Predicate, limit: int, *, every: bool) -> int:
    """One line per exchange of RECORDING, in order of arrival.

    The line says: id, method and target, the client's status (after the server's, where that differs), header
    lines removed, added and changed, FC's error code, the duration, what has become of an asynchronous call, and
    the last replay that found a difference.
    """
    with readable(recording) as found:
        reader = Reader(found)
        width = max((len(str(exchange.id)) for exchange in islice(reader.newest(), 1)), default=0)
        chosen = selected(reader, wanted) if every else filter(wanted, reader.newest())
        rows = ((exchange.id, line(exchange, width)) for exchange in chosen)
        count = 0
        for page in batched(rows if every else _newest(rows, limit), _PAGE):
            ids = [ident for ident, _ in page]
            verdicts, tasks = last_verdicts(found, ids), TaskLists(found).rows(ids)
            for ident, text in page:
                click.echo(text + _task(tasks.get(ident)) + _verdict(verdicts.get(ident)))
            count += len(page)
    return ExitCode.SAME if count else ExitCode.NOTHING_SELECTED


def _newest(rows: Iterator[tuple[int, str]], limit: int) -> list[tuple[int, str]]:
    """So many of the rows, which come newest first, in order of arrival; that there are more is said."""
    found = list(islice(rows, limit + 1))
    if len(found) > limit:
        click.echo(f"the newest {limit}; there are more: --limit N, --all, or a narrower --filter", err=True)
    return found[:limit][::-1]


def _task(row: TaskRow | None) -> str:
    """What has become of an accepted call, such as `Retrying, 2 attempts, next 22:40:05 UTC`."""
    if row is None:
        return ""
    told = f"  {row.state}, {row.attempts} attempt{'s' if row.attempts != 1 else ''}"
    if row.due_us is None:
        return told
    return f"{told}, next {datetime.fromtimestamp(row.due_us / 1_000_000, UTC):%H:%M:%S} UTC"


def _verdict(last: Last | None) -> str:
    """What the last replay said, when it was not the same."""
    return f"  {last.run.verb}: {last.verdict.verdict}" if last and last.verdict.verdict in _TOLD else ""


def line(exchange: Exchange, width: int = 0) -> str:
    """An exchange as one line of safe text."""
    parts = [f"{exchange.id:>{width}}", f"{_request(exchange)} {_status(exchange)}", changes(exchange)]
    if exchange.error_code or exchange.failure:
        parts.append(f"✕ {visible(exchange.error_code or (exchange.failure or ''))}")
    if exchange.is_delivery:
        parts.append(f"delivery of {exchange.parent_id}")
    if exchange.is_hook:
        parts.append("told by the platform")
    if exchange.is_egress:
        parts.append(egress_note(exchange))
    if exchange.timings.done >= 0:
        parts.append(_duration(exchange.timings.done))
    return "  ".join(part for part in parts if part)


def changes(exchange: Exchange) -> str:
    """How much the gateway changed on both legs, such as `-2 +3 ~1`; "" when nothing."""
    counted = tally(exchange)
    signs = (("-", counted.removed), ("+", counted.added), ("~", counted.changed))
    return " ".join(f"{sign}{number}" for sign, number in signs if number)


def egress_note(exchange: Exchange) -> str:
    """Whose call it was, and how that is known."""
    if exchange.parent_id is None:
        return "made by the function, nobody can tell for which call"
    return f"made by the function for {exchange.parent_id} (by {exchange.facts.link.value})"


def _request(exchange: Exchange) -> str:
    request = exchange.client.request
    if request is None:
        return "(unreadable request)"
    target = visible(exchange.address)
    shown = target if len(target) <= _TARGET_SHOWN else f"{target[:_TARGET_SHOWN]}…"
    return f"{visible(request.method)} {shown}"


def _status(exchange: Exchange) -> str:
    """The client's status, after the server's where the two differ: `400→200`."""
    client, server = client_status(exchange), server_status(exchange)
    shown = "–" if client is None else str(client)
    return shown if server in {None, client} else f"{server}→{shown}"


def _duration(microseconds: int) -> str:
    milliseconds = microseconds / 1000
    return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"
