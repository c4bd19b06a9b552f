"""How a change is told: transforms (what a rule did), advice (what the platform would have done).

Transforms are made by the engine, which compares before and after each rule, so a rule cannot forget
to report. Must not know: any rule. Read next: rule.py, engine.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.quick import quick

if TYPE_CHECKING:
    from gateway.messages import Body, Headers, Request, Response


class Leg(StrEnum):
    """Which half of the exchange a change belongs to."""

    REQUEST = "request"
    RESPONSE = "response"


class Part(StrEnum):
    """Which part of the message a change touches.

    MESSAGE: the whole message was answered or replaced (a refusal, a failure, 202). INTERIM: a 1xx answer before it.
    """

    METHOD = "method"
    TARGET = "target"
    VERSION = "version"
    STATUS = "status"
    HEADERS = "headers"
    BODY = "body"
    TRAILERS = "trailers"
    MESSAGE = "message"
    INTERIM = "interim"


@quick
@dataclass(frozen=True, slots=True)
class Transform:
    """One change that one rule made to one part of one leg.

    For HEADERS and TRAILERS `before` and `after` hold only the field lines that went and came, in their
    order (a changed value is a line that went and a line that came). For METHOD, TARGET and VERSION they
    are bytes; for STATUS bytes such as b"200 OK"; for BODY the bodies. For MESSAGE `before` is None and
    `after` bytes that name the answer, such as b"400 InvalidArgument". For INTERIM they hold all of one head as
    lines, the first of which is `:status` (interim_lines).
    """

    rule_id: str
    leg: Leg
    part: Part
    before: Headers | Body | None
    after: Headers | Body | None


@quick
@dataclass(frozen=True, slots=True)
class Advice:
    """The real platform acts here and this run does not: below the `fc_evidence` line, or out of reach."""

    rule_id: str
    leg: Leg
    text: str


@quick
@dataclass(frozen=True, slots=True)
class Forward:
    """Send this request to the server."""

    request: Request
    transforms: tuple[Transform, ...] = ()
    advice: tuple[Advice, ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class Reply:
    """Send this response to the client.

    `error_code` is FC's code when the gateway itself speaks (`InvalidArgument`), else "".
    """

    response: Response
    transforms: tuple[Transform, ...] = ()
    advice: tuple[Advice, ...] = ()
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class Accept:
    """Asynchronous: answer `reply` now, send `request` to the server afterwards.

    `reply.transforms` explain the 202; `transforms` explain the request that will be delivered.
    """

    reply: Reply
    request: Request
    transforms: tuple[Transform, ...] = ()
    advice: tuple[Advice, ...] = ()


type Decision = Forward | Reply | Accept
