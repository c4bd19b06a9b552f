"""Whose lines are whose: the function's log of one call, from the instance's output or a followed file.

Must not know: rules, sockets. Read next: instance/log.py (windows), gateway/log_text.py (the text).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.log_text import Printed, log_text

if TYPE_CHECKING:
    from gateway.facts import Facts
    from instance.log import Log, Window

KEPT_BYTES = 1024 * 1024
"""Of one call's log, the last bytes that are recorded."""


class LogWindow:
    """The log of a call under way; `end` it once, further calls give the same text. `close` it in any case.

    `what`: the word of its markers. `since`: where in the log it began, None = now.
    """

    __slots__ = ("_log", "_memory_mb", "_text", "_what", "_window")

    def __init__(
        self, log: Log | None, memory_mb: int, request_id: str, what: str = "Invoke", since: int | None = None
    ) -> None:
        self._log = log
        self._memory_mb = memory_mb
        self._what = what
        self._window: Window | None = log.open_window(since, request_id.encode()) if log is not None else None
        self._text: bytes | None = None

    @property
    def attached(self) -> bool:
        """Somebody reads the program's output."""
        return self._log is not None

    def end(self, facts: Facts, duration_us: int, error: str = "") -> bytes:
        """The call's log with FC's markers; only the markers when nobody reads the program's output."""
        if self._text is None:
            printed = Printed()
            if self._log is not None and self._window is not None:
                tail = self._log.close_window(self._window, KEPT_BYTES)
                printed = Printed(tail.data, tail.unknown, tail.others)
            self._text = log_text(printed, facts.seed.request_id, duration_us, self._memory_mb, error, self._what)
        return self._text

    def close(self) -> None:
        """The call is over, whether anybody asked for its log or not."""
        if self._text is None and self._log is not None and self._window is not None:
            self._log.close_window(self._window, 0)
        self._log = None
