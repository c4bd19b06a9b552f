"""How soon a program that keeps failing may be started again.

The first new life is immediate: on the platform a crashed instance is replaced by the next call. After that the
pause doubles, so that a program that cannot live is not started as fast as calls come. The numbers are ours.
Must not know: processes, clocks. Read next: keeper.py.
"""

from __future__ import annotations

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0
LONG_LIFE_S = 10.0
"""A life of this many seconds counts as sound: what ends it is not held against the next one."""


class Backoff:
    """Counts failures in a row. Times are seconds of any one clock."""

    def __init__(self) -> None:
        self.failures = 0
        self._not_before = 0.0

    def failed(self, now: float) -> None:
        """A start failed, or a life was short."""
        self.failures += 1
        if self.failures > 1:
            self._not_before = now + min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(self.failures - 2, 10))

    def ended(self, born: float, now: float) -> None:
        """A life ended by itself."""
        if now - born < LONG_LIFE_S:
            self.failed(now)
        else:
            self.failures = 0

    def pause_s(self, now: float) -> float:
        """Seconds until the next start may be tried."""
        return max(0.0, self._not_before - now)
