"""Send stored requests to a live server and judge its answers: server drift.

Each request goes out byte for byte as it was recorded, its request id included, and is compared with the answer
that this very request got then, so the n-th repeat meets the n-th answer.
Must not know: how a report looks. Read next: schedule.py, client.py, sendable.py.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.exchange import Failure
from gateway.messages import Response
from playback import schedule, sides
from playback.captures import Capture, Captures
from playback.client import Client, Unreachable
from playback.findings import Rank
from playback.judgement import Judgement, in_memory
from playback.marks import Marks
from playback.rhythm import compare_rhythm
from playback.schedule import Order, Pace
from playback.sendable import unsendable
from playback.stage import Stage
from playback.talk import NOT_KEPT, Script, is_talk, talk
from playback.talk_findings import TalkJudgement
from playback.verdict import Outcome, Verdict, judge
from wire.errors import Unsendable
from wire.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.exchange import Exchange, Piece, View
    from gateway.messages import Request
    from playback.expectation import Expectation
    from playback.findings import Finding
    from playback.marks import Mark, Marked
    from playback.noise import NoiseRule
    from playback.sendable import Ending
    from playback.sides import Side
    from playback.target import Target
    from playback.vault import Vault

NOT_AWAITED = "nobody waited for the answer when it was recorded"

_SHARED = 1000  # lists of findings that are kept once: nearly every answer has its Date forgiven, and nothing else


@dataclass(frozen=True, slots=True)
class Plan:
    """How to replay. `timeout_s`: seconds that one answer may take. `captures`: values to carry on.

    `skip`: calls with these marks are not sent. `rhythm`: streamed answers must come as they came. `heard`: gets each
    opened exchange with its answer of now.
    `expect`: what answers are held to in place of the recorded ones.
    """

    side: Side = sides.SERVER
    order: Order = field(default_factory=Order)
    pace: Pace = field(default_factory=Pace)
    fail_on: Rank = Rank.MEDIUM
    timeout_s: float = 60
    noise: tuple[NoiseRule, ...] = ()
    captures: tuple[Capture, ...] = ()
    skip: frozenset[Mark] = frozenset()
    health_path: str = ""
    rhythm: bool = False
    heard: Callable[[Exchange, Response], None] | None = None
    expect: Expectation | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a replay found: an outcome per exchange in id order, and why it ended early, "" when it did not.

    `stale_captures`: capture rules that found no value.
    """

    outcomes: tuple[Outcome, ...]
    stopped: str = ""
    stale_captures: tuple[str, ...] = ()


async def send(
    exchanges: Iterable[Exchange],
    target: Target,
    vault: Vault,
    plan: Plan,
    told: Callable[[Outcome], None] | None = None,
    *,
    stage: Stage | None = None,
) -> Sent:
    """Send everything to the target. `vault`: what is sealed in the recording. `told` hears of each outcome at once.

    `stage`: what stands around a server that we started. What the function itself called is not sent.
    """
    pool = Pool()
    try:
        client = Client(target.address, vault.body_pieces, pool, plan.timeout_s)
        replay = _Replay(client, vault, plan, told, stage or Stage())
        sent = (exchange for exchange in exchanges if not exchange.is_egress)
        await schedule.run(sent, replay.handle, plan.order, plan.pace)
    finally:
        pool.close_all()
    replay.tell_the_rest()
    outcomes = tuple(sorted(replay.outcomes, key=lambda outcome: outcome.number))
    return Sent(outcomes, replay.stopped, replay.captures.unused())


class _Replay:
    """One replay on its way: what was found so far."""

    def __init__(
        self, client: Client, vault: Vault, plan: Plan, told: Callable[[Outcome], None] | None, stage: Stage
    ) -> None:
        self._client = client
        self._stage = stage
        self._vault = vault
        self._plan = plan
        self._told = told
        self._marks = Marks(plan.health_path)
        self._shared: dict[tuple[Finding, ...], tuple[Finding, ...]] = {}
        self.captures = Captures(plan.captures)
        self.outcomes: list[Outcome] = []
        self.stopped = ""

    async def handle(self, exchange: Exchange) -> bool:
        """Send one exchange and keep its outcome. False: the server is gone, send no more."""
        if self.stopped:
            return False
        mark = self._marks.of(exchange)  # before anything is awaited: marks follow the order of arrival
        try:
            outcome, died = await self._send(exchange, mark)
        except Unreachable as error:
            self.stopped = self.stopped or str(error)
            return False
        outcome = self._kept(outcome, mark)
        self.outcomes.append(outcome)
        if self._told is not None:
            self._told(outcome)
        if died:
            self.stopped = self.stopped or f"the server stopped listening during exchange {exchange.id}"
        return not self.stopped

    def _kept(self, outcome: Outcome, mark: Marked | None) -> Outcome:
        """The outcome with its mark. Equal findings are one value, so that a long replay stays small."""
        findings = outcome.findings
        if len(self._shared) < _SHARED:
            findings = self._shared.setdefault(findings, findings)
        if mark is None and not findings:
            return outcome
        return replace(outcome, mark=mark.text if mark else "", findings=findings)

    async def _send(self, stored: Exchange, mark: Marked | None) -> tuple[Outcome, bool]:
        """The outcome, and whether the server died of it. Raises Unreachable."""
        if mark is not None and mark.mark in self._plan.skip:
            return self._outcome(stored, skipped=f"it is {mark.text}"), False
        side = self._plan.side
        exchange = self._vault.opened(stored)
        request = side.request(exchange)
        reason = side.absent if request is None else unsendable(request)
        if request is None or reason:
            return self._outcome(stored, skipped=reason), False
        request = self.captures.into_request(request)
        opened = side.view(exchange)
        if opened is not None and is_talk(request, opened.response):
            return await self._converse(stored, exchange, request, opened), False
        pieces: list[Piece] | None = [] if self._plan.rhythm and stored.pieces else None
        self._stage.begin(stored)
        try:
            now = await self._client.ask(request, pieces)
        except Unsendable as error:
            return self._outcome(stored, skipped=f"it cannot be sent: {error.text}"), False
        finally:
            around = self._stage.end(stored)
        if self._plan.heard is not None and isinstance(now, Response):
            self._plan.heard(exchange, now)
        recorded = side.ending(exchange)
        if recorded is None and self._plan.expect is None:
            return self._outcome(stored, skipped=NOT_AWAITED), False
        findings = (*self._findings(exchange, request, recorded, now), *around)
        findings += compare_rhythm(stored.pieces, pieces or ())
        outcome = self._outcome(stored, verdict=judge(findings, self._plan.fail_on), findings=findings)
        died = now is Failure.CLOSED and recorded is not now and not await self._client.is_listening()
        return outcome, died

    def _findings(
        self, exchange: Exchange, request: Request, recorded: Ending | None, now: Ending
    ) -> tuple[Finding, ...]:
        """What is not as it was, or not as it is to be."""
        if recorded is not None:
            recorded = in_memory(recorded, self._vault)
        if isinstance(recorded, Response):
            if isinstance(now, Response):
                self.captures.learn(request, recorded, now)
            recorded = self.captures.into_recorded(recorded)
        if self._plan.expect is not None:
            return self._plan.expect.findings(exchange, now)
        if recorded is None:
            return ()
        judgement = Judgement(self._vault, self._plan.side, self._plan.noise)
        return self.captures.forgiven(judgement.findings(exchange, request, recorded, now))

    def tell_the_rest(self) -> None:
        """What belongs to no exchange that has yet to end is told with the last one."""
        rest = self._stage.rest()
        if rest and self.outcomes:
            last = self.outcomes[-1]
            findings = (*last.findings, *rest)
            self.outcomes[-1] = replace(last, verdict=judge(findings, self._plan.fail_on), findings=findings)

    async def _converse(self, stored: Exchange, exchange: Exchange, request: Request, opened: View) -> Outcome:
        """A WebSocket: the handshake, and the conversation in its order."""
        if not exchange.messages and opened.request and opened.request.body:
            return self._outcome(stored, skipped=NOT_KEPT)
        said = opened.request.body if opened.request and not self._vault.may_lack else b""
        response = opened.response or Response(0)
        script = Script(response, said, lambda: self._vault.messages(exchange.id))
        self._stage.begin(stored)
        try:
            talked = await talk(self._client, request, script)
        except Unsendable as error:
            return self._outcome(stored, skipped=f"it cannot be sent: {error.text}")
        finally:
            around = self._stage.end(stored)
        if self._plan.expect is not None:
            findings = self._plan.expect.findings(exchange, talked.ending)
        else:
            judgement = TalkJudgement(Judgement(self._vault, self._plan.side, self._plan.noise))
            findings = self.captures.forgiven(judgement.findings(exchange, request, script, talked))
        findings += around
        return self._outcome(stored, verdict=judge(findings, self._plan.fail_on), findings=findings)

    def _outcome(
        self,
        stored: Exchange,
        *,
        verdict: Verdict = Verdict.SAME,
        findings: tuple[Finding, ...] = (),
        skipped: str = "",
    ) -> Outcome:
        """An outcome under the name that the stored exchange has: secrets in its target stay sealed."""
        shown = self._plan.side.request(stored) or stored.client.request
        method, target = (shown.method, shown.target) if shown else (b"", b"")
        return Outcome(
            stored.id,
            sys.intern(method.decode("utf-8", "backslashreplace")),
            target.decode("utf-8", "backslashreplace"),
            verdict,
            findings,
            skipped,
        )
