"""An exchange while it happens: the one mutable value of a call, turned into a frozen Exchange at its end.

Must not know: sockets, rules, storage. Read next: connection.py, which fills it in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from addons.delivery import STOPPED, Failed
from addons.mint import now_us, since_us
from gateway.exchange import Exchange, Failure, Interim, Piece, State, Timings, View
from gateway.facts import LogType, answered

if TYPE_CHECKING:
    from addons.logs import LogWindow
    from gateway.changes import Accept, Advice, Forward, Reply, Transform
    from gateway.facts import Facts
    from gateway.messages import Request, Response
    from gateway.plan import Plan
    from store.spool import Spool
    from store.tasks import TaskChange

FAILURE_STATES = {
    Failure.NOT_LISTENING: State.SERVER_FAILED,
    Failure.CLOSED: State.SERVER_FAILED,
    Failure.MALFORMED_ANSWER: State.SERVER_FAILED,
    Failure.TIMED_OUT: State.TIMED_OUT,
    Failure.CLIENT_GONE: State.CANCELLED,
    Failure.MALFORMED_REQUEST: State.REFUSED,
    Failure.STORE: State.REFUSED,
    Failure.BUSY: State.REFUSED,
    Failure.EXITED: State.SERVER_FAILED,
    Failure.FILE_MISSING: State.SERVER_FAILED,
    Failure.EXITED_AT_START: State.SERVER_FAILED,
    Failure.NOT_STARTED: State.SERVER_FAILED,
    Failure.INITIALIZER: State.SERVER_FAILED,
}


@dataclass(slots=True)
class Draft:
    """What is known of a call so far. `start_ns` is the monotonic clock at its first byte.

    `has_flow`: mitmproxy shows this call itself. `sending`: what the server is to get; it becomes the server's
    view once its first byte has left. `unrecorded`: why its intent is not on disk although the call goes on;
    `told`: the client was told so before the end. `task`: what the queue of accepted calls is told in its next commit.
    `kept_back`: why the client gets none of `interim`.
    """

    facts: Facts
    start_ns: int
    client_request: Request | None
    plan: Plan | None = None
    has_flow: bool = False
    id: int = 0
    parent_id: int | None = None
    client_response: Response | None = None
    server_response: Response | None = None
    sending: Forward | Accept | None = None
    reply: Reply | None = None
    state: State = State.OPEN
    failure: Failure | None = None
    failure_text: str = ""
    error_code: str = ""
    request_end: int = -1
    asleep: int = -1
    awake: int = -1
    server_sent: int = -1
    server_head: int = -1
    server_end: int = -1
    pieces: list[Piece] = field(default_factory=list)
    messages: int = 0
    interim: tuple[Interim, ...] = ()
    kept_back: tuple[Transform, ...] = ()
    log: bytes = b""
    raw: bytes = b""
    unrecorded: str = ""
    told: bool = False
    task: TaskChange | None = None
    spools: list[Spool] = field(default_factory=list)

    def now(self) -> int:
        """Microseconds since the call arrived."""
        return since_us(self.start_ns)

    def end_log(self, window: LogWindow, error: str = "") -> None:
        """The call's log is complete; the server took from `server_sent` until now.

        Without a program to listen to there is a log only when the caller asked for one.
        """
        if not window.attached and self.facts.log_type is LogType.NONE:
            return
        duration = self.now() - self.server_sent if self.server_sent >= 0 else 0
        self.log = window.end(self.facts, duration, error)

    def stamp(self, log_tail: bytes | None = None, ended_us: int = -1) -> Facts:
        """Fix the facts that are known only when the answer is made: its time, the server's share, the log.

        `ended_us`: when the server was given up, for an answer that it did not end itself.
        """
        end = self.server_end if self.server_end >= 0 else ended_us
        duration = max(0, end - self.server_sent) if end >= 0 and self.server_sent >= 0 else 0
        self.facts = answered(self.facts, now_us(), duration, log_tail)
        return self.facts

    def hear(self, head: Response, kept_back: tuple[Transform, ...]) -> None:
        """A 1xx head came before the answer."""
        self.interim += (Interim(head, self.now()),)
        self.kept_back += kept_back

    def answer(self, reply: Reply, state: State) -> None:
        """The client gets this reply."""
        self.client_response = reply.response
        self.reply = reply
        self.error_code = reply.error_code
        self.state = state

    def fail(self, failure: Failure, text: str) -> None:
        """The call cannot have its ordinary answer."""
        self.failure = failure
        self.failure_text = text
        self.state = State.INTERRUPTED if Failed(failure, text) == STOPPED else FAILURE_STATES[failure]

    def exchange(self, config_digest: str, rules_version: str) -> Exchange:
        """The frozen value of this moment."""
        transforms: tuple[Transform, ...] = ()
        advice: tuple[Advice, ...] = ()
        server = None
        if self.sending is not None and (self.server_sent >= 0 or self.state is State.OPEN):
            server = View(self.sending.request, self.server_response)
            transforms, advice = self.sending.transforms + self.kept_back, self.sending.advice
        if self.reply is not None:
            transforms += self.reply.transforms
            advice += self.reply.advice
        return Exchange(
            id=self.id,
            facts=self.facts,
            client=View(self.client_request, self.client_response),
            server=server,
            transforms=transforms,
            advice=advice,
            state=self.state,
            failure=self.failure,
            failure_text=self.failure_text,
            error_code=self.error_code,
            timings=self._timings(),
            pieces=tuple(self.pieces),
            log=self.log,
            raw=self.raw,
            parent_id=self.parent_id,
            config_digest=config_digest,
            rules_version=rules_version,
            messages=self.messages,
            interim=self.interim,
        )

    def _timings(self) -> Timings:
        return Timings(
            request_end=self.request_end,
            server_sent=self.server_sent,
            server_head=self.server_head,
            server_end=self.server_end,
            done=-1 if self.state is State.OPEN else self.now(),
            asleep=self.asleep,
            awake=self.awake,
        )

    def close(self) -> None:
        """Let go of spooled bodies."""
        for spool in self.spools:
            spool.close()
        self.spools.clear()
