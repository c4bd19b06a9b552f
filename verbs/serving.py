"""`replay.py serve`: a port that answers from the recording, and an account of what was used at the end.

Must not know: how requests are matched. Read next: playback/serve.py.
"""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formats import json_report
from playback import sides
from playback.selection import parse_filter
from playback.serve import Served, Stand, listening
from playback.shelf import End, Shelf
from playback.verdict import ExitCode
from playback.visible import visible
from verbs.options import parsed_by
from verbs.outputs import write_file
from verbs.recordings import display_name, filter_option, recording_argument, selected
from verbs.secrets import opened_with_vault
from verbs.shell import Refused

if TYPE_CHECKING:
    from playback.selection import Predicate

_SIDES = {"client": sides.CLIENT, "server": sides.SERVER}
_ENDS = click.Choice([end.value for end in End])
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Account:
    """What a recording was good for: exchanges used, used more than once, never used; requests it did not hold."""

    used: tuple[int, ...]
    repeated: tuple[int, ...]
    unused: tuple[int, ...]
    misses: int

    def exit_code(self, *, strict: bool) -> ExitCode:
        """DIFFERENT when a request was not recorded, or when something was not used and that matters."""
        return ExitCode.DIFFERENT if self.misses or (strict and self.unused) else ExitCode.SAME


@click.command("serve")
@recording_argument
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any free port.")
@click.option("--side", type=click.Choice(list(_SIDES)), default="client", show_default=True, help="Whose answers.")
@click.option("--match", type=click.Choice(["exact", "canonical"]), default="canonical", show_default=True)
@click.option("--ignore", "ignored", multiple=True, metavar="PART", help="Such as query.ts or body.items[].id.")
@click.option(
    "--end",
    type=click.Choice([end.value for end in End]),
    default="fail",
    show_default=True,
    help="After the last repeat.",
)
@click.option("--reuse", metavar="EXPR", callback=parsed_by(parse_filter), help="These may answer any number of times.")
@click.option("--rhythm", is_flag=True, help="Keep the pauses between the pieces of streamed answers.")
@click.option("--strict", is_flag=True, help="An exchange that was not used fails the run too.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the account as JSON.")
@filter_option
def command(
    *,
    recording: str,
    port: int,
    side: str,
    match: str,
    ignored: tuple[str, ...],
    end: str,
    reuse: Predicate | None,
    rhythm: bool,
    strict: bool,
    json_file: Path | None,
    wanted: Predicate,
) -> int:
    """Answer clients on a port of this machine from RECORDING; no server is contacted, ever.

    A request that was not recorded gets 404 with the three nearest and what differs. Ctrl-C ends, and tells which
    exchanges were used.
    """
    with opened_with_vault(recording) as (reader, vault):
        shelf = Shelf(End(end), strict_tier=match == "exact", ignoring=bool(ignored))
        stand = Stand(reader, vault, _tell, shelf, _SIDES[side], ignored, rhythm)
        stand.stock(selected(reader, wanted), reuse or (lambda _: False))
        if not any(True for _ in shelf.entries()):
            return ExitCode.NOTHING_SELECTED
        asyncio.run(_serve(stand, port, display_name(recording)))
    account = account_of(stand)
    if json_file is not None:
        write_file(json_file, json_report.render(_plain(account)))
    click.echo(_line(account))
    return account.exit_code(strict=strict)


def account_of(stand: Stand) -> Account:
    """Both directions: what was used of the recording, and what was asked beyond it."""
    entries = list(stand.shelf.entries())
    return Account(
        tuple(one.number for one in entries if one.uses),
        tuple(one.number for one in entries if one.uses > 1),
        tuple(one.number for one in entries if not one.uses),
        stand.misses,
    )


async def _serve(stand: Stand, port: int, name: str) -> None:
    """Listen until SIGINT or SIGTERM."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    try:
        async with listening(stand, "127.0.0.1", port) as opened:
            click.echo(f"http://127.0.0.1:{opened} answers from {name}; Ctrl-C ends")
            await ended.wait()
    except OSError as error:
        raise Refused(f"cannot listen on 127.0.0.1:{port}: {error.strerror}", ExitCode.USAGE) from error


def _tell(served: Served) -> None:
    """One line per request; a miss with what was nearest."""
    request = f"{visible(served.method)} {visible(served.target)}"
    if served.number:
        click.echo(f"{request}  #{served.number} {served.tier}")
        return
    click.echo(f"{request}  MISS{' (every recorded answer was given)' if served.exhausted else ''}")
    for miss in served.near:
        parts = ", ".join(f"{name} {_side(then)} -> {_side(now)}" for name, then, now in miss.differences)
        cure = f"  [{visible(miss.cure)}]" if miss.cure else ""
        click.echo(f"    near #{miss.number} {visible(miss.label)}: {visible(parts) or 'nothing differs'}{cure}")


def _side(value: str | None) -> str:
    return "nothing" if value is None else value


def _line(account: Account) -> str:
    unused = f" ({_numbers(account.unused)})" if account.unused else ""
    repeated = f", used more than once: {_numbers(account.repeated)}" if account.repeated else ""
    return f"{len(account.used)} used, {len(account.unused)} unused{unused}, {account.misses} not recorded{repeated}"


def _numbers(numbers: tuple[int, ...]) -> str:
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return " ".join(f"#{number}" for number in numbers[:_NAMED]) + more


def _plain(account: Account) -> dict[str, object]:
    return {
        "schema": 1,
        "verb": "serve",
        "used": list(account.used),
        "repeated": list(account.repeated),
        "unused": list(account.unused),
        "misses": account.misses,
    }
