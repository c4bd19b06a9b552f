"""How much changed, in numbers: header lines removed, added and changed. For lists and summaries.

Counted on the views, so that a line which one rule takes and another puts back as it was is no change: the audit
page counts the same. Must not know: who shows the numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.engine import interim_lines
from gateway.messages import Request

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.messages import Headers, Response


@dataclass(frozen=True, slots=True)
class Tally:
    """`removed` and `added` header lines; `changed`: lines that kept their name, and start lines that differ."""

    removed: int = 0
    added: int = 0
    changed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.removed + other.removed, self.added + other.added, self.changed + other.changed)


def tally(exchange: Exchange) -> Tally:
    """What happened on both legs together. A message that only one side saw counts nothing.

    The lines of interim answers are removed ones of the answer.
    """
    client, server = exchange.client, exchange.server
    if server is None:
        return Tally()
    both = _leg(client.request, server.request) + _leg(server.response, client.response)
    if not exchange.interim or server.response is None or client.response is None:
        return both
    return both + Tally(removed=sum(len(interim_lines(each.head)) for each in exchange.interim))


def is_changed(exchange: Exchange) -> bool:
    """Whether `tally` counts anything; ten times faster, for questions asked of every exchange."""
    client, server = exchange.client, exchange.server
    if server is None:
        return False
    if exchange.interim:
        return tally(exchange) != Tally()
    return _differs(client.request, server.request) or _differs(server.response, client.response)


def _differs(before: Request | Response | None, after: Request | Response | None) -> bool:
    if before is None or after is None:
        return False
    mine, theirs = before.headers, after.headers
    moved = len(mine) != len(theirs) or (mine != theirs and sorted(mine) != sorted(theirs))
    return moved or _start_line(before) != _start_line(after)


def _leg(before: Request | Response | None, after: Request | Response | None) -> Tally:
    if before is None or after is None:
        return Tally()
    lines = _lines(before.headers, after.headers)
    return lines + Tally(changed=_start_line(before) != _start_line(after))


def _lines(before: Headers, after: Headers) -> Tally:
    sent, arrived = Counter(before), Counter(after)
    went = Counter(name.lower() for name, _ in (sent - arrived).elements())
    came = Counter(name.lower() for name, _ in (arrived - sent).elements())
    changed = (went & came).total()
    return Tally(went.total() - changed, came.total() - changed, changed)


def _start_line(message: Request | Response) -> tuple[object, ...]:
    if isinstance(message, Request):
        return message.method, message.target, message.version
    return message.version, message.status, message.reason
