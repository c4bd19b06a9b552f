from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from addons.delivery import Failed
from addons.draft import Draft
from addons.serving import awake, delivery_to, may_wake
from gateway.exchange import Failure
from gateway.facts import Facts, Ingress, Seed
from instance.spec import StartFailure, StartProblem
from tests.addons.bench import bench, run

if TYPE_CHECKING:
    from instance.start import Instance

FACTS = Facts(Seed("1-0-0-0", 0), Ingress.HTTP_CUSTOM, "web")
GONE = Failed(Failure.NOT_LISTENING, "refused")


@dataclass
class Sleeper:
    """A program that is asleep until it is woken, with this outcome."""

    outcome: StartFailure | None = None
    asleep: bool = True
    log: None = None
    instance: Instance | None = None

    async def wake(self) -> StartFailure | None:
        self.asleep = self.outcome is not None
        return self.outcome

    def nobody_listens(self) -> None:
        self.asleep = True


def with_program(desk: Any, program: Sleeper) -> Any:
    class Programs:
        def of(self, _name: str) -> Sleeper:
            return program

    return replace(desk, programs=Programs())


def draft() -> Draft:
    return Draft(facts=FACTS, start_ns=time.monotonic_ns(), client_request=None)


def test_a_call_that_wakes_its_instance_knows_how_long_it_waited() -> None:
    async def test() -> None:
        async with bench() as one:
            first, second = draft(), draft()
            desk = with_program(one.desk, Sleeper())
            assert await awake(desk, first) is None
            assert await awake(desk, second) is None
            assert first.awake >= first.asleep >= 0
            assert (second.asleep, second.awake) == (-1, -1)

    run(test())


@pytest.mark.parametrize(
    ("problem", "failure"),
    [(StartProblem.EXITED, Failure.EXITED_AT_START), (StartProblem.INITIALIZER, Failure.INITIALIZER)],
)
def test_a_start_that_fails_is_the_call_s_failure(problem: StartProblem, failure: Failure) -> None:
    async def test() -> None:
        async with bench() as one:
            desk = with_program(one.desk, Sleeper(StartFailure(problem, "no.", None, b"words\n")))
            assert await awake(desk, draft()) == Failed(failure, "no. Logs: words")

    run(test())


def test_a_server_that_is_not_there_may_be_woken_when_it_is_ours() -> None:
    async def test() -> None:
        async with bench() as one:
            call = draft()
            delivery = delivery_to(one.desk, call)
            assert not await may_wake(one.desk, call, delivery, GONE)
            ours = with_program(one.desk, Sleeper(asleep=False))
            assert await may_wake(ours, call, delivery, GONE)
            assert not await may_wake(ours, call, delivery, Failed(Failure.CLOSED, "reset"))
            delivery.drop()

    run(test())
