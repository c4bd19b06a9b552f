"""Send stored server requests to a live server, one after the other, and judge its answers: server drift.

Each request goes out byte for byte as the server got it when it was recorded, its request id included, and is
compared with the answer that this very request got then, so the n-th repeat meets the n-th answer.
Must not know: how a report looks. Read next: client.py, sendable.py, compare.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.exchange import Failure
from gateway.messages import Response
from playback.client import Client, Unreachable, loaded
from playback.findings import Rank
from playback.sendable import compare_endings, recorded_ending, server_request, unsendable
from playback.verdict import Outcome, Verdict, judge
from wire.errors import Unsendable
from wire.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.exchange import Exchange
    from gateway.messages import Request
    from playback.client import Load
    from playback.sendable import Ending
    from playback.target import Target

NOT_FORWARDED = "nothing was sent to the server"
NOT_AWAITED = "nobody waited for the answer when it was recorded"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a replay found: an outcome per exchange, and why it ended early, "" when it did not."""

    outcomes: tuple[Outcome, ...]
    stopped: str = ""


async def send_all(
    exchanges: Iterable[Exchange],
    target: Target,
    load: Load,
    *,
    timeout_s: float = 60,
    fail_on: Rank = Rank.MEDIUM,
    told: Callable[[Outcome], None] | None = None,
) -> Sent:
    """Open connections to the target, send everything, close them. `timeout_s`: seconds per answer."""
    pool = Pool()
    try:
        return await send(exchanges, Client(target.address, load, pool, timeout_s), fail_on=fail_on, told=told)
    finally:
        pool.close_all()


async def send(
    exchanges: Iterable[Exchange],
    client: Client,
    *,
    fail_on: Rank = Rank.MEDIUM,
    told: Callable[[Outcome], None] | None = None,
) -> Sent:
    """Send in the order of arrival, each after the answer before it. `told` hears of each outcome at once."""
    outcomes: list[Outcome] = []
    for exchange in exchanges:
        try:
            outcome, died = await send_one(exchange, client, fail_on)
        except Unreachable as error:
            return Sent(tuple(outcomes), str(error))
        outcomes.append(outcome)
        if told is not None:
            told(outcome)
        if died:
            return Sent(tuple(outcomes), f"the server stopped listening during exchange {exchange.id}")
    return Sent(tuple(outcomes))


async def send_one(exchange: Exchange, client: Client, fail_on: Rank) -> tuple[Outcome, bool]:
    """One exchange again: its outcome, and whether the server died of it. Raises Unreachable."""
    request = server_request(exchange)
    if request is None:
        return skipped(exchange, NOT_FORWARDED), False
    reason = unsendable(request)
    if reason:
        return skipped(exchange, reason), False
    recorded = recorded_ending(exchange)
    try:
        now = await client.ask(request)
    except Unsendable as error:
        return skipped(exchange, f"it cannot be sent: {error.text}"), False
    if recorded is None:
        return skipped(exchange, NOT_AWAITED), False
    outcome = _judged(exchange, request, (_in_memory(recorded, client), now), fail_on)
    died = now is Failure.CLOSED and recorded is not now and not await client.is_listening()
    return outcome, died


def skipped(exchange: Exchange, reason: str) -> Outcome:
    """An exchange that is not judged, and why."""
    request = exchange.server.request if exchange.server else None
    return _outcome(exchange, request or exchange.client.request, Verdict.SAME, skipped=reason)


def _judged(exchange: Exchange, request: Request, endings: tuple[Ending, Ending], fail_on: Rank) -> Outcome:
    findings = compare_endings(*endings, request.method)
    return replace(_outcome(exchange, request, judge(findings, fail_on)), findings=findings)


def _outcome(exchange: Exchange, request: Request | None, verdict: Verdict, skipped: str = "") -> Outcome:
    method, target = (request.method, request.target) if request else (b"", b"")
    return Outcome(
        exchange.id,
        method.decode("utf-8", "backslashreplace"),
        target.decode("utf-8", "backslashreplace"),
        verdict,
        skipped=skipped,
    )


def _in_memory(recorded: Ending, client: Client) -> Ending:
    if isinstance(recorded, Response):
        return replace(recorded, body=loaded(recorded.body, client.load))
    return recorded
