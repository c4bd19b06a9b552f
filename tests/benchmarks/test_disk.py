from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.disk import LOADS, Row, left_behind, measure, table

if TYPE_CHECKING:
    from pathlib import Path


def test_what_a_program_printed_is_not_counted(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"12345")
    (tmp_path / "fc.db").write_bytes(b"123")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more").write_bytes(b"1")
    assert left_behind(tmp_path) == 4


def test_both_leave_something_for_the_same_calls() -> None:
    """Few calls: the figures mean nothing, but each side has written."""
    row = measure(LOADS[0], 3)
    assert row.theirs > 0
    assert row.ours > 0


def test_the_table_tells_ratio_and_aim() -> None:
    told = table([Row(LOADS[1], 20_000.0, 2_000.0)], 7)
    assert "| repeated 10 KB body | 20,000 | 2,000 | 0.10 | 0.15 |" in told
