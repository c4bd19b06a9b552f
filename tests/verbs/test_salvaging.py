from __future__ import annotations

from typing import TYPE_CHECKING

from replay import replay
from store.reader import Reader
from store.recording import open_for_reading
from tests.verbs.test_verifying import damage, three_calls
from verbs.shell import exit_code_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def ids(place: Path) -> list[int]:
    recording = open_for_reading(str(place))
    found = [exchange.id for exchange in Reader(recording).exchanges()]
    recording.close()
    return found


def test_what_is_sound_comes_over_and_the_rest_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, new = three_calls(tmp_path), tmp_path / "new.db"
    damage(place, "UPDATE exchange SET record = x'00' WHERE id = 2")
    assert exit_code_of(replay, ["salvage", place, "-o", str(new)]) == 1
    assert "2 exchanges rescued, 1 losses" in capsys.readouterr().out
    assert ids(new) == [1, 3]
    assert exit_code_of(replay, ["verify", str(new)]) == 0


def test_a_sound_recording_comes_over_whole(tmp_path: Path) -> None:
    assert exit_code_of(replay, ["salvage", three_calls(tmp_path), "-o", str(tmp_path / "new.db")]) == 0
    assert ids(tmp_path / "new.db") == [1, 2, 3]


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = three_calls(tmp_path)
    assert exit_code_of(replay, ["salvage", place, "-o", place]) == 3
    assert capsys.readouterr().err.count("\n") == 1
    assert ids(tmp_path / "fc.db") == [1, 2, 3]
