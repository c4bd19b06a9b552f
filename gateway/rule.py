"""What a rule is: one frozen row that says what changes, when, why, and how well it is known.

Nothing about a rule is written twice: the engine, the tests, docs/rules.md, the audit page and the exports all
read these rows. Must not know: any particular rule. Read next: ops.py (what a row may do), engine.py (who runs
the rows), rules/ (the rows).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.facts import Facts, Ingress
from gateway.messages import Request, Response
from gateway.quick import quick

if TYPE_CHECKING:
    from gateway.config import Config, Evidence

type Message = Request | Response

UNREAD = Request(b"", b"")
"""Stands for a request that is not HTTP, so that nothing of it is known."""


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence for users, in both languages of the project."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a behaviour is published: ids of the contract ledger, the page, and its section."""

    contract: tuple[str, ...]
    url: str
    section: str


@quick
@dataclass(frozen=True, slots=True)
class Call:
    """What an op may look at beside the message it works on.

    `request`: what the client sent, UNREAD when it could not be read. `response`: what the server answered, None
    on the request leg and when the gateway speaks for itself. `text`: the plain reason behind a failure.
    """

    facts: Facts
    config: Config
    request: Request = UNREAD
    response: Response | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The gateway speaks instead of the server. `code` is FC's error code, "" when nothing went wrong."""

    response: Response
    code: str = ""

    @property
    def name(self) -> bytes:
        """How a transform names this answer, such as b"400 InvalidArgument"."""
        return f"{self.response.status} {self.code}".rstrip().encode()


type Op = Callable[[Any, Call], Message | Answer]
"""Takes the message and what is known beside it. The very same object back means: nothing changed."""


DOORS = frozenset(Ingress) - {Ingress.EGRESS}
"""Where rules speak: every way in. No rule speaks in a call that the function itself makes."""


@dataclass(frozen=True, slots=True)
class When:
    """A named condition. `ingresses` is checked once, at import; `test` on each call, None = always."""

    name: Text
    ingresses: frozenset[Ingress] = DOORS
    test: Callable[[Call], bool] | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A case that shows the rule at work, and that the tests run.

    `after` is the message that comes out, or the name of the answer, such as "400 InvalidArgument".
    """

    before: Message
    after: Message | str
    call: Call


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One behaviour of Function Compute.

    `id`: dotted, stable, never reused; globs such as `req.strip.*` select families. `needed`: some answer has to
    be given here, so the rule is enforced even when its evidence is below the `fc_evidence` line. `since`: the
    rule set that brought it. `advisory`: never enforced, because locally it would stand in the way.
    """

    id: str
    summary: Text
    why: Text
    source: Source
    evidence: Evidence
    op: Op
    when: When
    examples: tuple[Example, ...]
    needed: bool = False
    advisory: bool = False
    since: str = "2026.11"
