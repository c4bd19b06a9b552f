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
