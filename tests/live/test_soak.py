"""A short run of the random calls that soak.py makes by the thousand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.live.soak import held_by, soak

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="what a process holds is counted in /proc")


def test_random_calls_are_echoed_and_explained_and_leave_nothing_open(tmp_path: Path) -> None:
    soak(tmp_path / "proxy", 60)


def test_what_is_held_is_counted() -> None:
    import socket

    before = held_by(os.getpid())
    with socket.socket():
        assert held_by(os.getpid()) == before + 1
