"""`replay.py audit`: the recording as a page."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.verbs.cli import (
        Shell,
    )


def test_audit_writes_one_private_page(shell: Shell, recording: str, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    assert shell("audit", recording, "-o", page) == 0
    assert b"x-fc-request-id" in page.read_bytes()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_audit_needs_a_place_that_can_be_written(shell: Shell, recording: str, tmp_path: Path) -> None:
    assert shell("audit", recording, "-o", tmp_path / "no" / "audit.html") == 2
    assert shell.err.startswith("replay.py: cannot write ")
