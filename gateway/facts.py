"""What the gateway knows of a call beside its message. Time and randomness enter here, once.

A shell mints a `Seed` (the id, the clock, who called); `survey` in survey.py derives the rest from
the request head and the config. Facts are recorded, so that a replay works from the same values.
Must not know: how they were obtained. Read next: survey.py, config.py.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any

from gateway.quick import quick


class Ingress(StrEnum):
    """The door a call came in by; it decides which rules speak (web-functions: HTTP调用, API调用).

    EGRESS is the other way round: a call that the function itself made. No rule speaks there. HOOK: nobody called,
    the platform tells the instance of its life.
    """

    HTTP_DEFAULT = "http-default"
    HTTP_CUSTOM = "http-custom"
    API = "api"
    EGRESS = "egress"
    HOOK = "hook"


class Link(StrEnum):
    """How it is known which call made the function call out: an id that it passed on, or that it was alone.

    TIME: one call was under way at that moment. NONE: nobody can tell.
    """

    NONE = ""
    REQUEST_ID = "request-id"
    TRACEPARENT = "traceparent"
    TIME = "time"


class InvocationType(StrEnum):
    """X-Fc-Invocation-Type, in FC's spelling (contract CTL-1)."""

    SYNC = "Sync"
    ASYNC = "Async"


class LogType(StrEnum):
    """X-Fc-Log-Type, in FC's spelling (contract CTL-2)."""

    TAIL = "Tail"
    NONE = "None"


class ApiFamily(StrEnum):
    """Which published API a path belongs to; each has its own error keys (contract ERR-FMT)."""

    FC3 = "fc3"
    FC2 = "fc2"


@quick
@dataclass(frozen=True, slots=True)
class Seed:
    """What only the shell can know: identity, clock and peer of one call.

    `arrived_us`: microseconds since the epoch at the first byte of the request.
    `client_ip`: the peer's address as text. `secure`: the client spoke TLS to us.
    `attempt`: 0 for the first delivery, n for the n-th retry of an asynchronous call.
    """

    request_id: str
    arrived_us: int
    client_ip: str = "127.0.0.1"
    secure: bool = False
    attempt: int = 0


@quick
@dataclass(frozen=True, slots=True)
class Facts:
    """Everything beside the message that a rule may look at. All of it is recorded.

    `answered_us`: microseconds since the epoch when the answer is made; 0 until then.
    `log_tail`: the function's log of this call (raw, at most 4096 bytes), None when not asked or not known.
    `duration_us`: the server's time for this call, 0 until it answered.
    `refusal`: why the call cannot be matched to a function (survey.py) or may not be made (auth/check.py), else "".
    `service`: the FC2 service, "" in FC3. `domain`: the custom domain of the config that names the host, else "".
    `found`: what the queue answers to a question about tasks, as JSON (task_answer.py), None for all other calls.
    `close`: the client's connection ends after this answer (HTTP/1.0, or `Connection: close`).
    `origin`: where a call of the function's own went, such as `https://api.example.test`; "" for a call to it.
    `link`: how the call behind it (Exchange.parent_id) is known.
    `verified_by`: the scheme or way of signing by which the caller was known (auth/check.py), "" = not checked.
    """

    seed: Seed
    ingress: Ingress
    function: str
    qualifier: str = "LATEST"
    invocation_type: InvocationType = InvocationType.SYNC
    log_type: LogType = LogType.NONE
    api_family: ApiFamily = ApiFamily.FC3
    service: str = ""
    route: str = ""
    refusal: str = ""
    close: bool = False
    answered_us: int = 0
    duration_us: int = 0
    log_tail: bytes | None = None
    domain: str = ""
    origin: str = ""
    link: Link = Link.NONE
    found: bytes | None = None
    verified_by: str = ""


_NAMES = [field.name for field in fields(Facts)]
_ANSWERED = _NAMES.index("answered_us")
_BEFORE = attrgetter(*_NAMES[:_ANSWERED])
_AFTER = attrgetter(*_NAMES[_ANSWERED + 3 :])


def answered(facts: Facts, answered_us: int, duration_us: int, log_tail: bytes | None) -> Facts:
    """The facts once the answer is made. As dataclasses.replace, which takes 3 us longer."""
    values: tuple[Any, ...] = (*_BEFORE(facts), answered_us, duration_us, log_tail, *_AFTER(facts))
    return Facts(*values)
