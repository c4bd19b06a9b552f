from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from addons.freezing import Freezer
from instance.slots import Slots

if TYPE_CHECKING:
    from addons.program import Program

PATIENCE_S = 10.0


class Scene:
    """A program with an instance, its slots, and what the instance was told."""

    def __init__(self, instance: Any = "instance") -> None:
        self.slots = Slots(0)
        self.told: list[Any] = []
        self.heard = asyncio.Event()
        program = cast("Program", SimpleNamespace(instance=instance))
        self.freezer = Freezer(program, self.slots, self._tell, idle_s=0.01)

    async def _tell(self, instance: Any) -> None:
        self.told.append(instance)
        self.heard.set()

    async def call(self) -> None:
        await self.slots.take()
        self.slots.give_back()


def test_an_idle_instance_is_told_once_and_again_after_the_next_call() -> None:
    async def test() -> None:
        scene = Scene()
        for count in (1, 2):
            scene.heard.clear()
            await scene.call()
            await scene.call()
            await asyncio.wait_for(scene.heard.wait(), PATIENCE_S)
            assert scene.told == ["instance"] * count
        await scene.freezer.stop()

    asyncio.run(test())


def test_a_busy_one_and_one_that_is_gone_are_told_nothing() -> None:
    async def test() -> None:
        busy, gone = Scene(), Scene(instance=None)
        await busy.call()
        await busy.slots.take()
        await gone.call()
        await asyncio.sleep(0.05)
        assert (busy.told, gone.told) == ([], [])
        await busy.freezer.stop()
        await gone.freezer.stop()

    asyncio.run(test())


def test_after_a_stop_nothing_is_told() -> None:
    async def test() -> None:
        scene = Scene()
        await scene.call()
        await scene.freezer.stop()
        await asyncio.sleep(0.05)
        assert scene.told == []
        await scene.call()

    asyncio.run(test())
