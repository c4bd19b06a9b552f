from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from benchmarks.async_kills import Seen, judge, main
from tests.playback.recorded import get, keep, ok, record

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_one_kill_loses_no_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(main(1)) == 0
    assert "0  accepted but lost" in capsys.readouterr().out


def test_a_loss_would_be_noticed(tmp_path: Path) -> None:
    place = keep(str(tmp_path / "fc.db"), record([(get(), lambda _: ok())]))
    seen = Seen(accepted={"gone"})
    seen.delivered["unseen"] = 1
    counts = judge(tmp_path / "fc.db", seen)
    assert place
    assert counts["accepted but lost"] == 1
    assert counts["accepted but never succeeded"] == 1
    assert counts["deliveries without a row"] == 1
