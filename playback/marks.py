"""What a stored call is beside a call: a retry of an earlier one, or a health check; told in reports, skipped if asked.

A retry is the same request again, within a minute of one that got no answer or while that one was still under way;
or a later attempt of an asynchronous delivery. A health check comes from a prober that says so, or asks for the path
that the user names as one. Must not know: sockets. Read next: send.py.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.messages import BodyRef, get
from playback.errors import BadOption
from playback.schedule import begun_us, ended_us

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.messages import Request

WITHIN_US = 60_000_000
"""Microseconds after a call without an answer in which the same request counts as its retry."""

_REMEMBERED = 4096
_PROBERS = (b"kube-probe/", b"elb-healthchecker/", b"googlehc/", b"aliyunslb", b"healthcheck")


class Mark(StrEnum):
    """What a call is beside a call."""

    RETRY = "retry"
    HEALTH = "health"


class BadMark(BadOption):
    """No mark of this name; the message lists them."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark and what to say of it, such as `a retry of #3`."""

    mark: Mark
    text: str


def parse_marks(text: str) -> frozenset[Mark]:
    """`retry`, `health` or both with a comma. Raises BadMark."""
    words = [word.strip() for word in text.split(",")]
    odd = [word for word in words if word not in set(Mark)]
    if odd:
        raise BadMark(f"no mark {odd[0]!r}; there are {', '.join(Mark)}")
    return frozenset(map(Mark, words))


@dataclass(frozen=True, slots=True)
class _Before:
    """An earlier call. `ended_us`: microseconds since the epoch."""

    number: int
    answered: bool
    ended_us: int


@dataclass(slots=True)
class Marks:
    """Tells calls apart, asked in order of arrival. `health_path`: GETs of it are health checks, "" names none."""

    health_path: str = ""
    _seen: OrderedDict[bytes, _Before] = field(default_factory=OrderedDict)

    def of(self, exchange: Exchange) -> Marked | None:
        """The mark of a stored exchange, None for an ordinary call."""
        request = exchange.client.request
        if request is None:
            return None
        if self._is_health_check(request):
            return Marked(Mark.HEALTH, "a health check")
        if exchange.facts.seed.attempt:
            return Marked(Mark.RETRY, f"attempt {exchange.facts.seed.attempt + 1} of a delivery")
        before = self._exchanged(_key(request, exchange), exchange)
        if before is None or before.answered or begun_us(exchange) - before.ended_us > WITHIN_US:
            return None
        return Marked(Mark.RETRY, f"a retry of #{before.number}")

    def _is_health_check(self, request: Request) -> bool:
        if request.method not in {b"GET", b"HEAD"}:
            return False
        agent = (get(request.headers, b"user-agent") or b"").lower()
        path = request.target.partition(b"?")[0].decode("utf-8", "backslashreplace")
        return agent.startswith(_PROBERS) or path == self.health_path

    def _exchanged(self, key: bytes, exchange: Exchange) -> _Before | None:
        """The last call of this key; the new one takes its place."""
        before = self._seen.pop(key, None)
        answered = exchange.failure is None and exchange.client.response is not None
        self._seen[key] = _Before(exchange.id, answered, ended_us(exchange))
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return before


def _key(request: Request, exchange: Exchange) -> bytes:
    """The same request from the same client."""
    body = request.body.digest if isinstance(request.body, BodyRef) else hashlib.sha256(request.body).digest()
    peer = exchange.facts.seed.client_ip.encode("utf-8", "backslashreplace")
    return b"\0".join((peer, request.method, request.target, body))
