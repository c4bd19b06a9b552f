"""Dates as HTTP writes them, from numbers that the caller brings. No clock is read here.

Read next: rules/reply.py (the Date field).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def http_date(epoch_us: int) -> bytes:
    """The moment as an IMF-fixdate (RFC 9110 section 5.6.7). `epoch_us`: microseconds since 1970."""
    return _of_second(epoch_us // 1_000_000)


@lru_cache(maxsize=64)
def _of_second(epoch_s: int) -> bytes:
    moment = datetime.fromtimestamp(epoch_s, UTC)
    # Not strftime: its day and month names follow the locale.
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment.day:02} {month} {moment.year} {moment:%H:%M:%S} GMT".encode()
