"""Which accepted calls are in our hands now, and how many more there is room for, in all and of one function.

Must not know: when a call is due, the queue. Read next: asynchronous.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addons.delivery import Failed
    from addons.errand import Errand
    from gateway.config import Function

MOST = 64
"""Deliveries under way at once; FC publishes no number for its asynchronous callers, so this one is ours."""


@dataclass(frozen=True, slots=True)
class _Hand:
    """An accepted call that is in our hands, for a function; without an errand until its commit is there."""

    function: str
    errand: Errand | None


class Hands:
    """The calls under way by their ids, and how many of each function."""

    def __init__(self) -> None:
        self._held: dict[int, _Hand] = {}
        self._of: Counter[str] = Counter()

    def __contains__(self, exchange_id: int) -> bool:
        """Whether a call is in our hands."""
        return exchange_id in self._held

    @property
    def ids(self) -> list[int]:
        """The calls that are."""
        return list(self._held)

    @property
    def room(self) -> int:
        """How many more can be taken."""
        return max(0, MOST - len(self._held))

    def has_room(self, function: Function) -> bool:
        """Whether a function's instance takes one more call of ours."""
        return not function.concurrency or self._of[function.name] < function.concurrency

    def hold(self, exchange_id: int, function: Function, errand: Errand | None = None) -> None:
        """Take a call, or note the errand of one that was taken before."""
        if exchange_id not in self._held:
            self._of[function.name] += 1
        self._held[exchange_id] = _Hand(function.name, errand)

    def let_go(self, exchange_id: int) -> None:
        """The call is in our hands no more; it may never have been."""
        hand = self._held.pop(exchange_id, None)
        if hand is not None:
            self._of[hand.function] -= 1

    def cancel(self, exchange_id: int, reason: Failed) -> None:
        """Cut the delivery of a call, if one is under way."""
        hand = self._held.get(exchange_id)
        if hand is not None and hand.errand is not None:
            hand.errand.cancel(reason)

    def cancel_all(self, reason: Failed) -> None:
        """Cut every delivery that is under way."""
        for exchange_id in self.ids:
            self.cancel(exchange_id, reason)
