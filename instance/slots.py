"""How many calls one instance takes at once; the others wait their turn, for a while.

On the platform a call beyond the limit gets another instance, here there is one: so it waits, and is turned
away with 429 when its turn does not come (contract LIFE-2CONC). Must not know: what a call is.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WAIT_S = 10.0
"""How long a call waits for its turn; FC publishes no number, so this one is ours (ASSUMED)."""


class Slots:
    """`limit` calls at once, 0 = unlimited; waiting calls are served in the order they came.

    `taken`: how many have their turn now. `idle`: called when the last of them has ended.
    """

    def __init__(self, limit: int, wait_s: float = WAIT_S) -> None:
        self.limit = limit
        self.taken = 0
        self.idle: Callable[[], object] | None = None
        self._wait_s = wait_s
        self._free = asyncio.Semaphore(limit) if limit else None

    async def take(self) -> bool:
        """Take a slot. False: none became free in time."""
        if self._free is None:
            self.taken += 1
            return True
        try:
            async with asyncio.timeout(self._wait_s):
                await self._free.acquire()
        except TimeoutError:
            return False
        self.taken += 1
        return True

    def give_back(self) -> None:
        """The call that took a slot has ended."""
        self.taken -= 1
        if self._free is not None:
            self._free.release()
        if not self.taken and self.idle is not None:
            self.idle()
