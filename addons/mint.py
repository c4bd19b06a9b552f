"""Where time and randomness enter: the ids, the clocks. Everything after is a function of these values.

Must not know: rules. Read next: gateway/facts.py (Seed).
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def request_id(arrived_us: int) -> str:
    """A request id in FC3's form: `1-` seconds `-` 8 hex `-` 12 hex (contract CTX-RID-1)."""
    random = next(_RANDOM)
    return f"1-{arrived_us // 1_000_000:08x}-{random[:8]}-{random[8:]}"


def _random_hex() -> Iterator[str]:
    """20 random digits, again and again; the system is asked once for 64 calls (0.7 us less each)."""
    while True:
        digits = os.urandom(640).hex()
        yield from (digits[at : at + 20] for at in range(0, 1280, 20))


_RANDOM = _random_hex()


def now_us() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


def since_us(start_ns: int) -> int:
    """Microseconds on the monotonic clock since `start_ns` (`time.monotonic_ns()`)."""
    return (time.monotonic_ns() - start_ns) // 1000
