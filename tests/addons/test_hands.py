"""What is in our hands: counted in all and for each function, and cut on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from addons.attempt import TASK_STOPPED
from addons.delivery import STOPPED
from addons.hands import MOST, Hands
from gateway.config import Function

if TYPE_CHECKING:
    from addons.delivery import Failed
    from addons.errand import Errand

ANY, TWO = Function(name="any"), Function(name="two", concurrency=2)


class Cut:
    """An errand that only notes why it was cut."""

    def __init__(self) -> None:
        self.reasons: list[Failed] = []

    def cancel(self, reason: Failed) -> None:
        self.reasons.append(reason)


def errand(cut: Cut) -> Errand:
    return cast("Errand", cut)


def test_a_function_has_room_for_as_many_as_its_instance_takes() -> None:
    hands = Hands()
    hands.hold(1, TWO)
    assert hands.has_room(TWO)
    hands.hold(2, TWO)
    assert not hands.has_room(TWO)
    assert hands.has_room(ANY)
    hands.let_go(1)
    assert hands.has_room(TWO)


def test_a_call_counts_once_however_often_it_is_held_and_let_go() -> None:
    hands = Hands()
    hands.hold(1, TWO)
    hands.hold(1, TWO, errand(Cut()))
    assert hands.has_room(TWO)
    hands.let_go(1)
    hands.let_go(1)
    hands.hold(2, TWO)
    hands.hold(3, TWO)
    assert not hands.has_room(TWO)
    assert hands.ids == [2, 3]


def test_there_is_room_for_so_many_in_all() -> None:
    hands = Hands()
    for number in range(MOST):
        assert hands.room == MOST - number
        hands.hold(number, ANY)
    hands.hold(MOST, ANY)
    assert hands.room == 0
    assert MOST in hands
    assert MOST + 1 not in hands


def test_only_what_has_an_errand_is_cut() -> None:
    hands, first, second = Hands(), Cut(), Cut()
    hands.hold(1, ANY)
    hands.hold(2, ANY, errand(first))
    hands.hold(3, ANY, errand(second))
    for exchange_id in (1, 2, 4):
        hands.cancel(exchange_id, TASK_STOPPED)
    hands.cancel_all(STOPPED)
    assert (first.reasons, second.reasons) == ([TASK_STOPPED, STOPPED], [STOPPED])
