"""How fast a request body must come, once somebody waits for it (reliability D9).

Must not know: sockets. The time in which we did not read is not the client's slowness. Read next: server.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wire.limits import Limits


class Pace:
    """The clock of one body. Times are event-loop seconds; it runs from `begin` to the body's end."""

    __slots__ = ("_grace", "_held_since", "_rate", "_since")

    def __init__(self, limits: Limits) -> None:
        self._rate = limits.body_rate
        self._grace = limits.body_grace_seconds
        self._since: float | None = None
        self._held_since: float | None = None

    def begin(self, now: float) -> bool:
        """Somebody waits for the body; True the first time."""
        if self._since is not None:
            return False
        self._since = now
        return True

    def hold(self, now: float) -> None:
        """We stop reading."""
        self._held_since = now

    def let(self, now: float) -> None:
        """We read again."""
        if self._since is not None and self._held_since is not None:
            self._since += now - max(self._held_since, self._since)
        self._held_since = None

    def next_check(self, received: int, now: float) -> float | None:
        """When to look again, or None: with this many bytes by now the client is too slow."""
        if self._since is None or self._held_since is not None:
            return now + self._grace
        due = self._since + max(self._grace, received / self._rate)
        return due if now < due else None
