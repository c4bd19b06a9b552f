"""Send stored requests to a live server and judge its answers: server drift.

Each request goes out byte for byte as it was recorded, its request id included, and is compared with the answer
that this very request got then, so the n-th repeat meets the n-th answer.
Must not know: how a report looks. Read next: schedule.py, client.py, sendable.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.exchange import Failure
from gateway.messages import Response
from playback import schedule, sides
from playback.allowance import Allowance
from playback.client import Client, Unreachable, loaded
from playback.findings import Rank
from playback.noise import NoiseRule, for_call
from playback.schedule import Order, Pace
from playback.sendable import compare_endings, unsendable
from playback.verdict import Outcome, Verdict, judge
from wire.errors import Unsendable
from wire.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.exchange import Exchange
    from gateway.messages import Request
    from playback.client import Load
    from playback.sendable import Ending
    from playback.sides import Side
    from playback.target import Target

NOT_AWAITED = "nobody waited for the answer when it was recorded"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to replay. `timeout_s`: seconds that one answer may take."""

    side: Side = sides.SERVER
    order: Order = field(default_factory=Order)
    pace: Pace = field(default_factory=Pace)
    fail_on: Rank = Rank.MEDIUM
    timeout_s: float = 60
    noise: tuple[NoiseRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What a replay found: an outcome per exchange in id order, and why it ended early, "" when it did not."""

    outcomes: tuple[Outcome, ...]
    stopped: str = ""


async def send(
    exchanges: Iterable[Exchange],
    target: Target,
    load: Load,
    plan: Plan,
    told: Callable[[Outcome], None] | None = None,
) -> Sent:
    """Send everything to the target. `load`: where large bodies come from. `told` hears of each outcome at once."""
    pool = Pool()
    try:
        replay = _Replay(Client(target.address, load, pool, plan.timeout_s), plan, told)
        await schedule.run(exchanges, replay.handle, plan.order, plan.pace)
    finally:
        pool.close_all()
    return Sent(tuple(sorted(replay.outcomes, key=lambda outcome: outcome.number)), replay.stopped)


class _Replay:
    """One replay on its way: what was found so far."""

    def __init__(self, client: Client, plan: Plan, told: Callable[[Outcome], None] | None) -> None:
        self._client = client
        self._plan = plan
        self._told = told
        self.outcomes: list[Outcome] = []
        self.stopped = ""

    async def handle(self, exchange: Exchange) -> bool:
        """Send one exchange and keep its outcome. False: the server is gone, send no more."""
        if self.stopped:
            return False
        try:
            outcome, died = await self._send(exchange)
        except Unreachable as error:
            self.stopped = self.stopped or str(error)
            return False
        self.outcomes.append(outcome)
        if self._told is not None:
            self._told(outcome)
        if died:
            self.stopped = self.stopped or f"the server stopped listening during exchange {exchange.id}"
        return not self.stopped

    async def _send(self, exchange: Exchange) -> tuple[Outcome, bool]:
        """The outcome, and whether the server died of it. Raises Unreachable."""
        side = self._plan.side
        request = side.request(exchange)
        reason = side.absent if request is None else unsendable(request)
        if request is None or reason:
            return _outcome(exchange, request, skipped=reason), False
        try:
            now = await self._client.ask(request)
        except Unsendable as error:
            return _outcome(exchange, request, skipped=f"it cannot be sent: {error.text}"), False
        recorded = side.ending(exchange)
        if recorded is None:
            return _outcome(exchange, request, skipped=NOT_AWAITED), False
        noise = for_call(self._plan.noise, request.method, request.target)
        allowance = Allowance(side.volatile, noise)
        findings = compare_endings(self._in_memory(recorded), now, request.method, allowance)
        verdict = judge(findings, self._plan.fail_on)
        outcome = replace(_outcome(exchange, request), verdict=verdict, findings=findings)
        died = now is Failure.CLOSED and recorded is not now and not await self._client.is_listening()
        return outcome, died

    def _in_memory(self, recorded: Ending) -> Ending:
        if isinstance(recorded, Response):
            return replace(recorded, body=loaded(recorded.body, self._client.load))
        return recorded


def _outcome(exchange: Exchange, request: Request | None, skipped: str = "") -> Outcome:
    shown = request or exchange.client.request
    method, target = (shown.method, shown.target) if shown else (b"", b"")
    return Outcome(
        exchange.id,
        method.decode("utf-8", "backslashreplace"),
        target.decode("utf-8", "backslashreplace"),
        Verdict.SAME,
        skipped=skipped,
    )
