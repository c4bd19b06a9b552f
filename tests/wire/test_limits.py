"""The promised bounds (reliability D9)."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict

import pytest

from wire.limits import DEFAULT_LIMITS, Limits


def test_the_promises_of_d9() -> None:
    limits = Limits()
    assert limits == DEFAULT_LIMITS
    assert (limits.head_bytes, limits.head_seconds, limits.idle_seconds) == (65_536, 10, 60)
    assert (limits.body_rate, limits.body_grace_seconds) == (1000, 20)


def test_limits_are_a_value_without_unbounded_parts() -> None:
    assert all(0 < bound < float("inf") for bound in asdict(DEFAULT_LIMITS).values())
    with pytest.raises(FrozenInstanceError):
        DEFAULT_LIMITS.head_bytes = 1  # type: ignore[misc]
