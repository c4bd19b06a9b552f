"""Where time and randomness enter: the ids, the clocks. Everything after is a function of these values.

Must not know: rules. Read next: gateway/facts.py (Seed).
"""

from __future__ import annotations

import os
import time


def request_id(arrived_us: int) -> str:
    """A request id in FC3's form: `1-` seconds `-` 8 hex `-` 12 hex (contract CTX-RID-1)."""
    random = os.urandom(10).hex()
    return f"1-{arrived_us // 1_000_000:08x}-{random[:8]}-{random[8:]}"


def now_us() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


def since_us(start_ns: int) -> int:
    """Microseconds on the monotonic clock since `start_ns` (`time.monotonic_ns()`)."""
    return (time.monotonic_ns() - start_ns) // 1000
