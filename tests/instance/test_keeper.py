"""One instance at a time: shared starts, a new life after a crash, none after a stop."""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
import sys
from typing import TYPE_CHECKING

from gateway.config import Function
from instance.keeper import Keeper
from instance.spec import InstanceSpec, StartFailure, StartProblem
from instance.start import Instance

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SERVER = """
import os, socket
print("life")
with socket.create_server(("127.0.0.1", int(os.environ["PORT"]))) as server:
    while True:
        server.accept()[0].close()
"""


def keeper_for(program: str) -> Keeper:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{probe.getsockname()[1]}"
    return Keeper(InstanceSpec(shlex.join([sys.executable, "-c", program]), Function(server=server)))


def with_keeper[T](keeper: Callable[[], Keeper], act: Callable[[Keeper], Awaitable[T]]) -> T:
    async def scene() -> T:
        one = keeper()
        try:
            return await act(one)
        finally:
            await one.stop()

    return asyncio.run(scene())


async def instance_of(keeper: Keeper) -> Instance:
    instance = await keeper.running()
    assert isinstance(instance, Instance), instance
    return instance


def test_callers_at_the_same_time_share_one_start() -> None:
    async def act(keeper: Keeper) -> tuple[int, int]:
        assert keeper.current is None
        instances = await asyncio.gather(*(instance_of(keeper) for _ in range(5)))
        assert keeper.current is instances[0] is await keeper.running()
        return len(set(instances)), keeper.starts

    assert with_keeper(lambda: keeper_for(SERVER), act) == (1, 1)


def test_a_crashed_instance_is_replaced_at_the_next_call_and_the_log_goes_on() -> None:
    async def act(keeper: Keeper) -> tuple[int, bytes]:
        first = await instance_of(keeper)
        os.kill(first.pid, 9)
        await asyncio.wait_for(first.exited.wait(), 10)
        assert keeper.current is None
        second = await instance_of(keeper)
        assert second.pid != first.pid
        assert second.log_start == len(b"life\n")
        return keeper.starts, keeper.log.tail_between(0, keeper.log.end)

    assert with_keeper(lambda: keeper_for(SERVER), act) == (2, b"life\nlife\n")


def test_a_failed_start_is_tried_again_by_the_next_call_with_its_own_log() -> None:
    async def act(keeper: Keeper) -> tuple[int, list[bytes]]:
        failures = [await keeper.running(), await keeper.running()]
        return keeper.starts, [failure.log for failure in failures if isinstance(failure, StartFailure)]

    assert with_keeper(lambda: keeper_for("print('no')"), act) == (2, [b"no\n", b"no\n"])


def test_a_caller_that_leaves_does_not_cancel_the_start() -> None:
    async def act(keeper: Keeper) -> int:
        leaving = asyncio.create_task(keeper.running())
        staying = asyncio.create_task(keeper.running())
        await asyncio.sleep(0)
        leaving.cancel()
        assert isinstance(await staying, Instance)
        assert leaving.cancelled()
        return keeper.starts

    assert with_keeper(lambda: keeper_for(SERVER), act) == 1


def test_a_stop_ends_a_start_under_way_and_every_later_one() -> None:
    async def act(keeper: Keeper) -> list[StartProblem]:
        waiting = asyncio.create_task(keeper.running())
        await asyncio.sleep(0)
        await keeper.stop()
        results = [await waiting, await keeper.running()]
        return [result.problem for result in results if isinstance(result, StartFailure)]

    result = with_keeper(lambda: keeper_for("import time; time.sleep(600)"), act)
    assert result == [StartProblem.STOPPED, StartProblem.STOPPED]


class Told:
    """Hooks that remember, and refuse the first `refusals` lives."""

    def __init__(self, refusals: int = 0) -> None:
        self.words: list[str] = []
        self._refusals = refusals

    async def born(self, instance: Instance) -> StartFailure | None:
        self.words.append("born" if not instance.exited.is_set() else "born dead")
        self._refusals -= 1
        return StartFailure(StartProblem.INITIALIZER, "no") if self._refusals >= 0 else None

    async def leaving(self, instance: Instance) -> None:
        self.words.append("leaving" if not instance.exited.is_set() else "left")


def test_each_life_is_told_of_its_birth_and_of_an_orderly_end() -> None:
    told = Told()

    async def act(keeper: Keeper) -> None:
        keeper.hooks = told
        first = await instance_of(keeper)
        os.kill(first.pid, 9)
        await first.exited.wait()
        await instance_of(keeper)

    with_keeper(lambda: keeper_for(SERVER), act)
    assert told.words == ["born", "born", "leaving"]


def test_an_instance_whose_birth_is_refused_is_ended_and_the_next_call_gets_a_new_one() -> None:
    async def act(keeper: Keeper) -> tuple[StartFailure | Instance, int]:
        keeper.hooks = Told(refusals=1)
        first = await keeper.running()
        assert keeper.current is None
        await instance_of(keeper)
        return first, keeper.starts

    first, starts = with_keeper(lambda: keeper_for(SERVER), act)
    assert first == StartFailure(StartProblem.INITIALIZER, "no")
    assert starts == 2


def test_a_program_that_cannot_start_is_not_started_as_fast_as_calls_come() -> None:
    async def act(keeper: Keeper) -> tuple[int, int]:
        failures = [await keeper.running() for _ in range(20)]
        assert all(isinstance(each, StartFailure) and each.problem is StartProblem.EXITED for each in failures)
        return keeper.starts, len(failures)

    starts, calls = with_keeper(lambda: keeper_for("raise SystemExit(3)"), act)
    assert starts < calls
