"""Tells an idle instance that it is about to be frozen: GET /pre-freeze, a hook of FC2 (contract LIFE-HOOK-3).

Nothing is frozen here (LIFE-3). How long the platform waits after the last call is not published; the moment is ours.
Must not know: how a hook is called. Read next: lifecycle.py, ../instance/slots.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from addons.program import Program
    from instance.slots import Slots
    from instance.start import Instance

IDLE_S = 1.0
"""Seconds without a call (ASSUMED)."""


class Freezer:
    """Watches one function's slots: once for every time that they have all become free, `tell` is called."""

    def __init__(
        self, program: Program, slots: Slots, tell: Callable[[Instance], Awaitable[None]], idle_s: float = IDLE_S
    ) -> None:
        self._program = program
        self._slots = slots
        self._tell = tell
        self._idle_s = idle_s
        self._timer: asyncio.TimerHandle | None = None
        self._telling: asyncio.Task[None] | None = None
        slots.idle = self.idle

    def idle(self) -> None:
        """The last call has ended."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._idle_s, self._due)

    async def stop(self) -> None:
        """No more of it; what is being told is told to its end."""
        self._slots.idle = None
        if self._timer is not None:
            self._timer.cancel()
        if self._telling is not None:
            await self._telling

    def _due(self) -> None:
        instance = self._program.instance
        if instance is not None and not self._slots.taken:
            self._telling = asyncio.ensure_future(self._hook(instance))

    async def _hook(self, instance: Instance) -> None:
        await self._tell(instance)
