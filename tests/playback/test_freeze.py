"""A program at the recorded time; skipped where libfaketime is not."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from playback import freeze
from playback.freeze import Frozen, find_library

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY = find_library()
ASK = "import time; print(repr(time.time())); input(); print(repr(time.time())); print(time.monotonic())"


@pytest.mark.skipif(LIBRARY is None, reason=f"libfaketime is not here: {freeze.WHERE_TO_GET_IT}")
def test_a_program_lives_at_the_time_that_is_set_and_follows_it(tmp_path: Path) -> None:
    assert LIBRARY is not None
    clock = Frozen(LIBRARY, tmp_path / "now")
    clock.set(1_500_000_000_250_000)
    named = {**os.environ, **dict(clock.variables())}
    with subprocess.Popen(
        [sys.executable, "-u", "-c", ASK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=named
    ) as program:
        assert program.stdout is not None
        assert round(float(program.stdout.readline()), 3) == 1_500_000_000.25
        clock.set(1_600_000_000_000_000)
        rest, _ = program.communicate("\n", timeout=30)
    assert rest.startswith("1600000000.0\n")


def test_the_system_s_library_comes_before_the_package_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "faketime" / "libfaketimeMT.so.1"
    place.parent.mkdir()
    place.touch()
    monkeypatch.setattr(freeze, "_PLACES", (str(tmp_path / "*" / "libfaketimeMT.so.1"),))
    assert find_library() == place
    monkeypatch.setattr(freeze, "_PLACES", ())
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert find_library() is None
