from __future__ import annotations

import pytest

from benchmarks.load import Sample
from benchmarks.scaling import Row, _row, main, table


def test_samples_of_all_proxies_are_one_row() -> None:
    row = _row(2, [Sample(100.0, 1.0, 5.0, 0), Sample(300.0, 1.0, 9.0, 2)], spent=0.4, took=2.0)
    assert row == Row(2, 400.0, pytest.approx(500.0), 9.0, 2)


def test_ratios_are_to_one_proxy() -> None:
    told = table([Row(1, 1000.0, 700.0, 4.0, 0), Row(2, 1500.0, 800.0, 6.0, 0)], 12_345, 12_345_000)
    assert "| 2 | 1,500 | 1.50 | 800 | 6.0 | 0 |" in told
    assert "12,345 exchanges recorded in all, 1,000 bytes each" in told


def test_without_a_database_it_says_what_to_give() -> None:
    with pytest.raises(SystemExit, match="which database"):
        main([])
