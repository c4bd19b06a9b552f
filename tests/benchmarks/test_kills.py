from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from benchmarks.kills import Seen, judge, main
from tests.playback.recorded import get, keep, ok, record

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_one_kill_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(main(1)) == 0
    assert "0  acknowledged but lost" in capsys.readouterr().out


def test_a_loss_would_be_noticed(tmp_path: Path) -> None:
    place = keep(str(tmp_path / "fc.db"), record([(get(), lambda _: ok())]))
    kept = "1-00000001"
    seen = Seen(acknowledged={"1-lost": b"", kept: b"another body"}, by_server={"1-lost", kept})
    counts = judge(tmp_path / "fc.db", seen)
    assert place
    assert counts["acknowledged but lost"] == 1
    assert counts["seen by the server without a row"] == 1
    assert counts["bodies that differ"] == 1
