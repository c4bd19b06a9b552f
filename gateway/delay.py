"""When an asynchronous call is to be delivered. Contract CTL-3, CTL-11, ASYNC-4.

Must not know: queues, clocks. Read next: rules/limits.py (who refuses), core.py (Accept).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.messages import get

if TYPE_CHECKING:
    from gateway.messages import Request

DELAY = b"x-fc-async-delay"
LONGEST_DELAY_S = 3600


def delay_s(request: Request) -> int | None:
    """Seconds to wait before the first delivery: 0 when nothing is asked, None when what is asked is impossible."""
    value = get(request.headers, DELAY)
    if value is None:
        return 0
    seconds = int(value) if value.isdigit() else -1
    return seconds if 0 <= seconds <= LONGEST_DELAY_S else None
