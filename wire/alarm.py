"""A timer that is cheap to move: one heap entry per connection instead of one per request.

Must not know: what is timed. Read next: server.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_NEVER = float("inf")


class Alarm:
    """Calls `action` once `at` (event-loop time, seconds) has passed. Moving it later costs an assignment.

    Several may use one alarm in turn: each sets `action`, then the time.
    """

    __slots__ = ("_at", "_handle", "_loop", "action")

    def __init__(self, loop: asyncio.AbstractEventLoop, action: Callable[[], None]) -> None:
        self._loop = loop
        self.action = action
        self._at = _NEVER
        self._handle: asyncio.TimerHandle | None = None

    def set(self, at: float) -> None:
        """Ring at this time instead of any other."""
        self._at = at
        if self._handle is None or at < self._handle.when():
            self._plan()

    def clear(self) -> None:
        """Do not ring. The heap entry stays until it is due and then does nothing."""
        self._at = _NEVER

    def close(self) -> None:
        """Never ring again, and leave nothing behind."""
        self._at = _NEVER
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _plan(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(self._at, self._due)

    def _due(self) -> None:
        self._handle = None
        if self._at == _NEVER:
            return
        if self._loop.time() < self._at:
            self._plan()
            return
        self._at = _NEVER
        self.action()
