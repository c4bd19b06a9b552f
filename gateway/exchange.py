"""One exchange as it is recorded, replayed and shown: two views and every reason between them.

Must not know: how it is stored or drawn. Read next: recompute.py (the same values from the inputs again).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.facts import Ingress
from gateway.quick import quick

if TYPE_CHECKING:
    from gateway.changes import Advice, Transform
    from gateway.facts import Facts
    from gateway.messages import Body, Request, Response


class State(StrEnum):
    """How an exchange ended. OPEN: it has not (only an intent is recorded)."""

    OPEN = "open"
    COMPLETE = "complete"
    REFUSED = "refused"
    SERVER_FAILED = "server-failed"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class Failure(StrEnum):
    """Why no usable answer came: what the wire saw, before the contract gives it a status.

    NOT_LISTENING: the connection was refused. CLOSED: it ended before a whole answer.
    MALFORMED_ANSWER: what came is not HTTP. TIMED_OUT: fc_timeout ran out.
    CLIENT_GONE: the client left. MALFORMED_REQUEST: what the client sent is not HTTP, or its framing is
    ambiguous. STORE: the recorder could not write and the policy is to refuse. BUSY: no instance slot.
    EXITED: the program that we started ended during the call. FILE_MISSING, EXITED_AT_START, NOT_STARTED: it could
    not be started, ended before it served, did not serve in time. INITIALIZER: its /initialize failed.
    """

    NOT_LISTENING = "not-listening"
    CLOSED = "closed"
    MALFORMED_ANSWER = "malformed-answer"
    TIMED_OUT = "timed-out"
    CLIENT_GONE = "client-gone"
    MALFORMED_REQUEST = "malformed-request"
    STORE = "store"
    BUSY = "busy"
    EXITED = "exited"
    FILE_MISSING = "file-missing"
    EXITED_AT_START = "exited-at-start"
    NOT_STARTED = "not-started"
    INITIALIZER = "initializer"


@quick
@dataclass(frozen=True, slots=True)
class View:
    """What one side saw. A part is None when that side never sent or got it."""

    request: Request | None = None
    response: Response | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a streamed body: where it ends in the body (bytes) and when it came (us after arrival)."""

    end: int
    at_us: int


@dataclass(frozen=True, slots=True)
class Interim:
    """A 1xx answer that the server sent before its answer: its head, and when it came (us after arrival)."""

    head: Response
    at_us: int


@quick
@dataclass(frozen=True, slots=True)
class Timings:
    """Phases of one exchange: microseconds after its arrival on a monotonic clock, -1 when not reached.

    request_end: the whole request was read. server_sent: the request was handed to the server's
    connection. server_head / server_end: the answer's head / last byte came. done: the reply was ready
    for its last byte. asleep, awake: a cold start began and ended, for a call that had to wait for its instance.
    """

    request_end: int = -1
    server_sent: int = -1
    server_head: int = -1
    server_end: int = -1
    done: int = -1
    asleep: int = -1
    awake: int = -1


@quick
@dataclass(frozen=True, slots=True)
class Exchange:
    """A call through the gateway, from the first byte to its end.

    `id`: unique in the recording, in order of arrival. `parent_id`: the accepted asynchronous call that
    this delivery belongs to, or the call during which the function made this one (`is_egress`), else None.
    `client`: what the client sent and got (the function, in a call of its own). `server`: what the server
    got and sent, None when the call never reached it. `failure_text`: the plain reason behind `failure`.
    `raw`: bytes that could not be parsed (a malformed head), else b"". `config_digest`: names the config
    in force, kept once in the recording. `pieces`: the rhythm of a streamed answer. `messages`: how many messages of a
    conversation are kept beside it. `readable`: of compressed bodies that are sealed whole, what they say with their
    secrets sealed, by place (0 and 1: the client's request and answer, 2 and 3: the server's).
    `interim`: what the server sent before its answer; no client ever gets any.
    `sealed_lengths`: the pseudonyms in its heads and texts that are not as long as their values, each with the bytes
    of its value.
    """

    id: int
    facts: Facts
    client: View
    server: View | None = None
    transforms: tuple[Transform, ...] = ()
    advice: tuple[Advice, ...] = ()
    state: State = State.OPEN
    failure: Failure | None = None
    failure_text: str = ""
    error_code: str = ""
    timings: Timings = Timings()
    pieces: tuple[Piece, ...] = ()
    log: bytes = b""
    raw: bytes = b""
    parent_id: int | None = None
    config_digest: str = ""
    rules_version: str = ""
    messages: int = 0
    readable: tuple[tuple[int, Body], ...] = ()
    interim: tuple[Interim, ...] = ()
    sealed_lengths: tuple[tuple[bytes, int], ...] = ()

    @property
    def is_egress(self) -> bool:
        """Whether the function itself made this call: no rule spoke, so both views are the same."""
        return self.facts.ingress is Ingress.EGRESS

    @property
    def is_hook(self) -> bool:
        """Whether the platform told the instance of its life: nobody got the answer but the platform."""
        return self.facts.ingress is Ingress.HOOK

    @property
    def address(self) -> bytes:
        """Where the request went, as lists show it: its target, or the whole URL of a call of the function's own."""
        request = self.client.request
        return self.facts.origin.encode("utf-8", "backslashreplace") + request.target if request is not None else b""

    @property
    def is_delivery(self) -> bool:
        """Whether this is an attempt to deliver an accepted asynchronous call (`parent_id`)."""
        return self.parent_id is not None and not self.is_egress
