"""What a comparison forgives: values that are minted anew for each answer, and accepted noise.

A forgiven difference stays in the report, counted. Must not know: how things are compared.
Read next: noise.py, compare.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from playback.noise import Noise

VOLATILE = frozenset(
    {
        b"date",
        b"age",
        b"keep-alive",  # counts a connection's requests down
        b"x-request-id",
        b"request-id",
        b"x-correlation-id",
        b"x-runtime",
        b"traceparent",
        b"tracestate",
        b"b3",
        b"x-b3-traceid",
        b"x-b3-spanid",
        b"x-b3-parentspanid",
        b"x-b3-sampled",
        b"x-b3-flags",
        b"x-datadog-trace-id",
        b"x-datadog-parent-id",
        b"x-datadog-sampling-priority",
        b"x-amzn-trace-id",
        b"x-cloud-trace-context",
        b"sentry-trace",
    }
)
"""Response fields that servers mint anew for each answer."""

VOLATILE_IN_REQUESTS = VOLATILE | {b"x-csrf-token", b"idempotency-key", b"authorization"}
"""Clients mint these too; in an answer they stay checked."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """`volatile`: lower-case field names whose values may differ. `noise`: the accepted noise of this call."""

    volatile: frozenset[bytes] = VOLATILE
    noise: Noise = field(default_factory=Noise)


USUAL = Allowance()
"""Minted fields may differ, nothing else."""

NOTHING = Allowance(frozenset())
"""Every difference counts."""
