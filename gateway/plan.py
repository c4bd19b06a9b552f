"""What the rules make of calls that begin with the same head: worked out once, told again for the next call.

Clients and servers repeat themselves. What then differs from call to call is the request id and the moment of the
answer; both stand alone in a field, so what core.py made of a head is kept with a gap in their place, and filled in.
A gapped result must prove itself: it is made with facts that break any rule which looks at something else that
differs from call to call, and it must give what the rules say to the call at hand. What cannot, is asked each time.
Must not know: any rule. Read next: core.py, which this never contradicts; gaps.py (how a gap is filled).
"""

from __future__ import annotations

from dataclasses import fields, replace
from enum import Enum, auto
from operator import attrgetter
from typing import TYPE_CHECKING

from gateway import core
from gateway.changes import Forward, Reply
from gateway.facts import Facts
from gateway.gaps import GappedForward, GappedReply, bodyless, unread
from gateway.messages import BodyRef, body_size, headers_size
from gateway.survey import survey

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.changes import Decision
    from gateway.config import Config
    from gateway.facts import Seed
    from gateway.messages import Request, Response

HEADS = 256
"""Heads that are remembered at once, of one config."""

SMALL = 2048
"""Bytes of a head that is remembered, at most: all plans together stay below a few MB."""

VARIANTS = 8
"""Body sizes, and different heads of the server's answers, that are remembered for each head."""


class _Heard(Enum):
    """What is known of a message for which there is no gapped result."""

    ONCE = auto()
    UNTELLABLE = auto()


_CHANGING = {"seed", "answered_us", "duration_us", "log_tail"}
_NAMES = [field.name for field in fields(Facts)]
_AFTER_SEED = attrgetter(*_NAMES[1:])
_SETTLED = attrgetter(*(one for one in _NAMES if one not in _CHANGING), "seed.client_ip", "seed.secure", "seed.attempt")


class Plans:
    """The plans of one config, one for each head."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._known: dict[tuple[object, ...], Plan] = {}

    def of(self, head: Request, seed: Seed) -> Plan:
        """The plan for a call with this head. `head` has no body; of the seed only the peer counts."""
        key = (head.method, head.target, head.version, head.headers, seed.client_ip, seed.secure)
        plan = self._known.get(key)
        if plan is None:
            plan = Plan(head, seed, self._config)
            if headers_size(head.headers) + len(head.target) <= SMALL:
                if len(self._known) >= HEADS:
                    del self._known[next(iter(self._known))]
                self._known[key] = plan
        return plan


class Plan:
    """What the rules make of calls with one head. `body_limit`: the largest legal request body, in bytes.

    Each method says what the function of its name in core.py says. That one is asked for a new message, and once
    more, with gaps, when the same message comes again. Of a small exchange's 60 us in the rules 45 are saved.
    """

    __slots__ = ("_after_seed", "_answers", "_config", "_head", "_passes", "_requests", "_settled", "body_limit")

    def __init__(self, head: Request, seed: Seed, config: Config) -> None:
        facts = survey(head, seed, config)
        self.body_limit = core.body_limit(head, facts, config)
        self._head = head
        self._config = config
        self._after_seed = _AFTER_SEED(facts)
        self._settled = _SETTLED(facts)
        self._passes: dict[None, bool | _Heard] = {}
        self._requests: dict[int, GappedForward | _Heard] = {}
        self._answers: dict[tuple[object, ...], GappedReply | _Heard] = {}

    def facts(self, seed: Seed) -> Facts:
        """The facts of a call with this head."""
        return Facts(seed, *self._after_seed)

    def passes(self, facts: Facts) -> bool:
        """Whether it is known that `on_request_head` says None."""
        return self._passes.get(None) is True and self._is_usual(facts)

    def on_request_head(self, facts: Facts) -> Reply | None:
        """Answer by the head alone, or None: read on."""
        reply = core.on_request_head(self._head, facts, self._config)
        if reply is None and self._is_usual(facts):
            _note(self._passes, None, lambda: core.on_request_head(self._head, unread(facts), self._config) is None)
        return reply

    def on_request(self, request: Request, facts: Facts) -> Decision:
        """What becomes of a whole request with this head."""
        usual = self._is_usual(facts) and not request.trailers
        size = body_size(request.body)
        known = self._requests.get(size) if usual else None
        if isinstance(known, GappedForward):
            return known.filled(request.body, facts)
        decision = core.on_request(request, facts, self._config)
        if usual and isinstance(decision, Forward):
            _note(self._requests, size, lambda: self._gapped_request(request, decision, facts))
        return decision

    def on_response(self, response: Response, request: Request, facts: Facts) -> Reply:
        """What the client gets for the server's answer. `request`: what the client sent, with this head."""
        usual = self._is_usual(facts) and not response.trailers and not request.trailers
        key = (response.status, response.headers, response.reason, response.version)
        known = self._answers.get(key) if usual else None
        if isinstance(known, GappedReply):
            return known.filled(response.body, facts)
        reply = core.on_response(response, request, facts, self._config)
        if usual and not reply.error_code:
            _note(self._answers, key, lambda: self._gapped_reply(response, request, reply, facts))
        return reply

    def _is_usual(self, facts: Facts) -> bool:
        """Whether they are what `facts` gave, apart from what changes with every call."""
        return _SETTLED(facts) == self._settled

    def _gapped_request(self, request: Request, decision: Forward, facts: Facts) -> GappedForward | None:
        bodyless = replace(request, body=BodyRef(b"", body_size(request.body)))
        told = core.on_request(bodyless, unread(facts), self._config)
        gapped = GappedForward(told) if isinstance(told, Forward) else None
        return gapped if gapped is not None and gapped.filled(request.body, facts) == decision else None

    def _gapped_reply(self, response: Response, request: Request, reply: Reply, facts: Facts) -> GappedReply | None:
        told = core.on_response(bodyless(response), bodyless(request), unread(facts), self._config)
        gapped = GappedReply(told)
        return gapped if gapped.filled(response.body, facts) == reply else None


def _note[K, G](memory: dict[K, G | _Heard], key: K, work_out: Callable[[], G | None]) -> None:
    """A message came: the first time it is only noted, the second time its gapped result is worked out."""
    known = memory.get(key)
    if known is None:
        if len(memory) >= VARIANTS:
            memory.clear()
        memory[key] = _Heard.ONCE
    elif known is _Heard.ONCE:
        memory[key] = _unless_broken(work_out) or _Heard.UNTELLABLE


def _unless_broken[G](work_out: Callable[[], G | None]) -> G | None:
    """What comes out, None when a rule looked at what it must not."""
    try:
        return work_out()
    except TypeError:
        return None
