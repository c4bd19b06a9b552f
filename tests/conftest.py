"""What holds for every test: assertions that explain themselves, and signals that do what they do in a terminal."""

from __future__ import annotations

import signal

import pytest

pytest.register_assert_rewrite("tests.conformance.judge", "tests.live.recorded")


def pytest_configure() -> None:
    """Have the programs under test start with the usual signals.

    A job in the background (nohup, a runner) ignores SIGINT and SIGHUP, and whatever it starts inherits that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
