"""`replay.py list`: one line per exchange, such as `3  GET /hello 200  -2 +3  4 ms`.

Must not know: how numbers are counted (gateway/tally.py). Read next: showing.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gateway.tally import tally
from playback.selection import Predicate, client_status, server_status
from playback.verdict import ExitCode
from playback.visible import visible
from verbs.recordings import filter_option, opened, recording_argument, selected

if TYPE_CHECKING:
    from gateway.exchange import Exchange

_TARGET_SHOWN = 200


@click.command("list")
@recording_argument
@filter_option
def command(recording: str, wanted: Predicate) -> int:
    """One line per exchange of RECORDING, in order of arrival.

    The line says: id, method and target, the client's status (after the server's, where that differs), header
    lines removed, added and changed, FC's error code, the duration.
    """
    with opened(recording) as reader:
        width = len(str(reader.count()))
        count = 0
        for exchange in selected(reader, wanted):
            click.echo(line(exchange, width))
            count += 1
    return ExitCode.SAME if count else ExitCode.NOTHING_SELECTED


def line(exchange: Exchange, width: int = 0) -> str:
    """An exchange as one line of safe text."""
    parts = [f"{exchange.id:>{width}}", f"{_request(exchange)} {_status(exchange)}", changes(exchange)]
    if exchange.error_code or exchange.failure:
        parts.append(f"✕ {visible(exchange.error_code or (exchange.failure or ''))}")
    if exchange.parent_id is not None:
        parts.append(f"delivery of {exchange.parent_id}")
    if exchange.timings.done >= 0:
        parts.append(_duration(exchange.timings.done))
    return "  ".join(part for part in parts if part)


def changes(exchange: Exchange) -> str:
    """How much the gateway changed on both legs, such as `-2 +3 ~1`; "" when nothing."""
    counted = tally(exchange)
    signs = (("-", counted.removed), ("+", counted.added), ("~", counted.changed))
    return " ".join(f"{sign}{number}" for sign, number in signs if number)


def _request(exchange: Exchange) -> str:
    request = exchange.client.request
    if request is None:
        return "(unreadable request)"
    target = visible(request.target)
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
