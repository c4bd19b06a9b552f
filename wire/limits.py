"""How much and how long wire waits for a peer: one frozen value, every number with its unit.

Must not know: FC's own limits (32 MB bodies, 8 KB heads), which are rules. Read next: server.py.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one connection; a test gives tiny ones instead of waiting (reliability D8, D9, D10).

    head_bytes: a head, a trailer section, the extensions of a chunked body. head_seconds: first byte to
    the end of the head. idle_seconds: keep-alive without a request. body_rate and body_grace_seconds: bytes
    per second, averaged, that a request body must reach once the grace is over. buffer_bytes: body bytes held
    for a slow reader before the sender is paused. stall_seconds: a peer takes not one byte of what we send.
    linger_seconds and linger_bytes: what is read and dropped after an early answer, so that the client sees
    the answer and not a reset (RFC 9112 9.6). half_close_seconds: an end of stream this soon after the request
    means "no more requests", a later one that the client left. connections: open at the same time.
    """

    head_bytes: int = 64 * 1024
    head_seconds: float = 10.0
    idle_seconds: float = 60.0
    body_rate: float = 1000.0
    body_grace_seconds: float = 20.0
    buffer_bytes: int = 256 * 1024
    stall_seconds: float = 60.0
    linger_seconds: float = 5.0
    linger_bytes: int = 64 * 1024 * 1024
    half_close_seconds: float = 0.25
    connect_seconds: float = 5.0
    connections: int = 10_000


DEFAULT_LIMITS = Limits()
