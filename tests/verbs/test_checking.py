"""`replay.py check`: today's rules over a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.verbs.cli import (
    Shell,
    drifted,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_check_of_a_fresh_recording_is_same(shell: Shell, recording: str) -> None:
    assert shell("check", recording) == 0
    assert shell.out == "check fc.db: 4 same\n"


def test_check_of_a_drifted_recording_is_different(shell: Shell, tmp_path: Path) -> None:
    assert shell("check", drifted(tmp_path)) == 1
    assert "gateway-drift  error_code  Other -> InvalidArgument" in shell.out
    assert shell.out.endswith("check drift.db: 3 same, 1 different\n")
