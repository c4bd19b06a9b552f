from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from replay import replay
from tests.verbs.test_salvaging import ids
from tests.verbs.test_verifying import three_calls
from verbs.shell import exit_code_of

if TYPE_CHECKING:
    from pathlib import Path


def test_the_oldest_go_and_the_rest_still_verifies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = three_calls(tmp_path)
    assert exit_code_of(replay, ["prune", place, "--keep", "1"]) == 0
    assert "2 exchanges" in capsys.readouterr().out
    assert ids(tmp_path / "fc.db") == [3]
    assert exit_code_of(replay, ["verify", place]) == 0


def test_a_dry_run_removes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = three_calls(tmp_path)
    assert exit_code_of(replay, ["prune", place, "--keep", "1", "--dry-run"]) == 0
    assert "2 exchanges and 0 bodies would go" in capsys.readouterr().out
    assert ids(tmp_path / "fc.db") == [1, 2, 3]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param([], 2, id="nothing-said"),
        pytest.param(["--keep", ""], 2, id="empty"),
        pytest.param(["--keep", "7 parsecs"], 2, id="impossible"),
    ],
)
def test_what_to_keep_must_be_said(more: list[str], code: int, tmp_path: Path) -> None:
    place = three_calls(tmp_path)
    assert exit_code_of(replay, ["prune", place, *more]) == code
    assert ids(tmp_path / "fc.db") == [1, 2, 3]
