"""The growth benchmark makes its recordings and has a row for each verb and size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.growth import LARGEST_PAGE, VERBS, fits, main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_each_verb_has_a_row_for_each_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "set again when the test ends")
    assert main(["20", "--keep", str(tmp_path)]) == 0
    rows = [line.split("|")[1:3] for line in capsys.readouterr().out.splitlines() if line.startswith("| 20 ")]
    assert [name.strip() for _, name in rows] == list(VERBS)
    assert (tmp_path / "20.db").exists()
    assert (tmp_path / "page.html").exists()


def test_a_verb_that_fails_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "20.db").write_text("no recording")
    assert main(["20", "--keep", str(tmp_path)]) == 1
    assert "list ended with 3" in capsys.readouterr().err


def test_a_page_is_measured_up_to_one_file() -> None:
    assert fits(LARGEST_PAGE, "audit")
    assert not fits(LARGEST_PAGE + 1, "audit")
    assert fits(LARGEST_PAGE + 1, "check")
