"""What every call uses and none owns: the config, the ways out, the recorder.

Must not know: how a call proceeds (connection.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from addons.causes import Cause
from addons.logs import LogWindow
from addons.task_desk import NO_TASKS, TaskDesk
from gateway.config_plain import digest
from gateway.plan import Plan, Plans
from gateway.rules import RULES_VERSION
from instance.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from addons.asynchronous import AsyncCalls
    from addons.causes import Causes
    from addons.draft import Draft
    from addons.guard import Guard
    from addons.peers import Peers
    from addons.programs import Programs
    from addons.recorder import Recording, Unwritten
    from gateway.config import Config, Function
    from gateway.exchange import Exchange
    from gateway.messages import Request
    from store.talk import Talk
    from wire.pool import Pool


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a call uses that outlives it.

    `calls` takes over what was answered 202; `tasks` knows what has become of it. `ended` is told of every exchange
    at its end, while `watched` says that somebody listens: what nobody keeps or watches is not even put together.
    `spool_folder` is where large bodies rest on their way. `causes` is told of every call when the function's own
    calls are recorded (fc_egress). `guard` checks callers, None when there is nothing to check them by.
    """

    config: Config
    servers: dict[str, tuple[str, int]]
    pool: Pool
    recorder: Recording
    programs: Programs
    peers: Peers
    spool_folder: Path | None
    calls: AsyncCalls
    ended: Callable[[Exchange, Draft], None]
    causes: Causes | None = None
    guard: Guard | None = None
    tasks: TaskDesk = NO_TASKS
    watched: Callable[[], bool] = lambda: True
    config_digest: str = field(default="", init=False)
    plans: Plans = field(init=False)
    functions: dict[str, Function] = field(default_factory=dict, init=False)
    slots: dict[str, Slots] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Compute once what every call would compute again."""
        object.__setattr__(self, "config_digest", digest(self.config))
        object.__setattr__(self, "plans", Plans(self.config))
        self.functions.update({function.name: function for function in self.config.functions})
        self.slots.update({function.name: Slots(function.concurrency) for function in self.config.functions})

    def function(self, name: str) -> Function:
        """A function by its name. A lone function answers to any name."""
        return self.functions.get(name) or self.config.functions[0]

    def slots_of(self, name: str) -> Slots:
        """The slots of a function's instance."""
        return self.slots[self.function(name).name]

    def place(self, name: str) -> tuple[tuple[str, int], float]:
        """Where a function's server listens, and its time-out in seconds."""
        function = self.function(name)
        return self.servers[function.name], function.timeout_s

    def plan(self, draft: Draft, head: Request) -> Plan:
        """What the rules make of calls with the head of this one."""
        return draft.plan or self.plans.of(head, draft.facts.seed)

    def window(self, draft: Draft) -> LogWindow:
        """The log of a call from now on; one that waited for its instance has what that printed at its start.

        Unless the instance was initialized: then it is in the log of that.
        """
        function, program = self.function(draft.facts.function), self.programs.of(draft.facts.function)
        cold = draft.awake >= 0 and not function.launch.initialize_s
        since = program.instance.log_start if cold and program.instance is not None else None
        return LogWindow(program.log, function.memory_mb, draft.facts.seed.request_id, since=since)

    async def intent(self, draft: Draft) -> Unwritten | None:
        """Commit that the server is about to see this call."""
        if not self.recorder.records:
            return None
        return await self.recorder.intent(self.exchange(draft), draft.task)

    def exchange(self, draft: Draft) -> Exchange:
        """The draft as the frozen value of this moment."""
        return draft.exchange(self.config_digest, RULES_VERSION)

    async def finish(self, draft: Draft) -> Unwritten | None:
        """Commit how the call ended and tell who listens; what must not go unrecorded is kept for later."""
        unwritten = await self.commit(draft)
        if unwritten is not None and unwritten.refuse:
            self.refused(draft)
        return unwritten

    async def commit(self, draft: Draft) -> Unwritten | None:
        """As `finish`, for an answer that hangs on it: when it must be refused, the caller says how it ends.

        A call whose client was told that it is not recorded is only counted.
        """
        if not self.recorder.records and not self.watched():
            return None
        exchange = self._numbered(draft)
        if draft.told:
            self.recorder.lose(exchange)
            self.ended(exchange, draft)
            return None
        unwritten = await self.recorder.finish(exchange, draft.spools, draft.task)
        if unwritten is None or not unwritten.refuse:
            self.ended(exchange, draft)
        return unwritten

    def talk(self, draft: Draft) -> Talk | None:
        """Who records the messages of the conversation that this call has opened; None when nobody does."""
        return None if draft.unrecorded else self.recorder.talk(self._numbered(draft))

    def began(self, draft: Draft) -> None:
        """The function is about to get this call: what it calls out meanwhile may be for it."""
        if self.causes is not None and draft.sending is not None:
            exchange = draft.exchange(self.config_digest, RULES_VERSION)
            facts = draft.facts
            cause = Cause(draft.id, facts.seed.request_id, facts.function, self.recorder.wants(exchange))
            self.causes.begin(cause, draft.sending.request.headers)

    def over(self, draft: Draft) -> None:
        """The function has answered this call, or will not."""
        if self.causes is not None:
            self.causes.end(draft.id)

    def stamped(self, exchange: Exchange) -> Exchange:
        """A call of the function's own, with the config and the rules of this run."""
        return replace(exchange, config_digest=self.config_digest, rules_version=RULES_VERSION)

    def refused(self, draft: Draft) -> None:
        """A call ended with the recorder's error: keep it as soon as that is possible, tell who listens."""
        exchange = self._numbered(draft)
        self.recorder.later(exchange)
        self.ended(exchange, draft)

    def _numbered(self, draft: Draft) -> Exchange:
        if not draft.id:
            draft.id = self.recorder.next_id()
        return self.exchange(draft)
