"""The benchmark's tables: medians, ratios to the bare mitmdump, two ways to print them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import bench
from benchmarks.bench import SHAPES, as_markdown, as_text, median, rows_for
from benchmarks.contestants import BARE, CONTESTANTS, UPSTREAM, upstream
from benchmarks.load import LoadFailed, Sample

if TYPE_CHECKING:
    import pytest

NAMES = (UPSTREAM, *(one.name for one in CONTESTANTS))
OURS = "fc-replay, recording"


def results() -> bench.Results:
    rates = dict.fromkeys(NAMES, 500.0) | {BARE: 100.0}
    return {
        (name, shape.name): [Sample(rates[name], 1, 2, 0, 40 if name != BARE else 200)] * 3
        for name in NAMES
        for shape in SHAPES
    }


def test_the_median_is_taken_figure_by_figure_and_errors_are_added() -> None:
    samples = [Sample(1, 30, 5, 1, 7), Sample(2, 10, 6, 0, 9), Sample(9, 20, 4, 2, 8)]
    assert median(samples) == Sample(2, 20, 5, 3, 8)


def test_a_row_has_the_ratio_to_the_bare_mitmdump() -> None:
    rows = rows_for(SHAPES[0], results())
    assert [row[0] for row in rows[1:]] == list(NAMES)
    assert next(row for row in rows if row[0] == OURS) == [OURS, "500", "5.00", "40", "5.00", "1.00", "2.00", "0"]


def test_the_columns_line_up() -> None:
    assert as_text([["", "rate"], ["a name", "5"]]) == "        rate\na name     5"


def test_markdown_has_a_rule_under_the_heading() -> None:
    assert as_markdown([["", "rate"], ["a", "5"]]) == "|  | rate |\n|---|--:|\n| a | 5 |"


def test_the_whole_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "run", lambda _rounds, _seconds: results())
    assert bench.main(["--rounds", "2", "--markdown"]) == 0
    out = capsys.readouterr().out
    assert "2 interleaved rounds" in out
    assert all(f"**{shape.name}**" in out for shape in SHAPES)


def test_a_failure_is_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_rounds: int, _seconds: int) -> bench.Results:
        raise LoadFailed("unable to connect")

    monkeypatch.setattr(bench, "run", fail)
    assert bench.main([]) == 1
    assert capsys.readouterr().err == "bench: unable to connect\n"


def test_the_processor_time_of_the_process_under_test_is_counted() -> None:
    with upstream(None) as server:
        sample = bench.measured(server, SHAPES[0], 1)
    assert sample.per_second > 0
    assert sample.cpu_us > 0 or not Path("/proc/self/stat").exists()
