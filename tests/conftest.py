"""Helpers whose assertions should explain themselves, named before any test module imports them."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.conformance.judge", "tests.live.recorded")
