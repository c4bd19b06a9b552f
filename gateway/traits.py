"""What can be asked of an exchange in one word: `is:` and `mode:` of the filter, on the command line and on the page.

One table, so that the same word finds the same calls everywhere. Must not know: who filters.
Read next: playback/selection.py, audit/listing.py, docs/audit.md (the words for people).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.changes import Leg, Part
from gateway.differences import unexplained
from gateway.exchange import Failure, State
from gateway.facts import Ingress, InvocationType
from gateway.tally import is_changed

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.differences import Difference
    from gateway.exchange import Exchange

type Test = Callable[[Exchange], bool]

_CUT = frozenset({State.SERVER_FAILED, State.TIMED_OUT, State.CANCELLED, State.INTERRUPTED})
_STOPPING = frozenset({Failure.MALFORMED_REQUEST, Failure.STORE, Failure.BUSY})


def unclaimed(exchange: Exchange) -> tuple[Difference, ...]:
    """Differences that no rule explains; lines that only stand in another order are no such difference."""
    return tuple(each for each in unexplained(exchange) if not _order_alone(each))


def _order_alone(each: Difference) -> bool:
    expected, found = each.expected, each.found
    return isinstance(expected, tuple) and isinstance(found, tuple) and sorted(expected) == sorted(found)


def _discarded(exchange: Exchange) -> bool:
    """A rule put the gateway's own answer in the place of the server's."""
    return any(each.part is Part.MESSAGE and each.leg is Leg.RESPONSE for each in exchange.transforms)


def _rejected(exchange: Exchange) -> bool:
    if exchange.state is State.REFUSED or exchange.failure in _STOPPING:
        return True
    answered = bool(exchange.error_code) if exchange.server is None else _discarded(exchange)
    return answered and exchange.failure is None


def _failed(exchange: Exchange) -> bool:
    return exchange.state in _CUT or (exchange.failure is not None and exchange.state is not State.REFUSED)


def _passed(exchange: Exchange) -> bool:
    whole = exchange.state is State.COMPLETE and exchange.failure is None
    return whole and exchange.server is not None and not exchange.is_egress and not _discarded(exchange)


def _differs(exchange: Exchange) -> bool:
    answer = exchange.server.response if exchange.server else None
    given = exchange.client.response
    return answer is not None and given is not None and given.status != answer.status


def _is_async(exchange: Exchange) -> bool:
    return exchange.facts.invocation_type is InvocationType.ASYNC or exchange.is_delivery


def _ingress(*wanted: Ingress) -> Test:
    return lambda exchange: exchange.facts.ingress in wanted


TRAITS: dict[str, Test] = {
    "passed": _passed,
    "changed": is_changed,
    "unexplained": lambda exchange: bool(unclaimed(exchange)),
    "differs": _differs,
    "rejected": _rejected,
    "failed": _failed,
    "advised": lambda exchange: bool(exchange.advice),
    "delivery": lambda exchange: exchange.is_delivery,
}
"""Words of `is:`."""

MODES: dict[str, Test] = {
    "http": _ingress(Ingress.HTTP_DEFAULT, Ingress.HTTP_CUSTOM),
    "default": _ingress(Ingress.HTTP_DEFAULT),
    "domain": _ingress(Ingress.HTTP_CUSTOM),
    "api": _ingress(Ingress.API),
    "egress": _ingress(Ingress.EGRESS),
    "hook": _ingress(Ingress.HOOK),
    "async": _is_async,
    "sync": lambda exchange: not _is_async(exchange),
}
"""Words of `mode:`, which is how a call came in."""


def traits(exchange: Exchange) -> tuple[str, ...]:
    """The words of `is:` that hold."""
    return tuple(word for word, test in TRAITS.items() if test(exchange))


def modes(exchange: Exchange) -> tuple[str, ...]:
    """The words of `mode:` that hold."""
    return tuple(word for word, test in MODES.items() if test(exchange))
