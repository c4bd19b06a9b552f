from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from replay import replay
from tests.playback.recorded import get, keep, ok, record
from verbs.shell import exit_code_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def three_calls(folder: Path) -> str:
    """A recording of three calls, its place."""
    calls = record([(get(b"/%d" % number), lambda _: ok(b"x" * 3000)) for number in range(3)])
    return keep(str(folder / "fc.db"), calls)


def test_a_sound_recording_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(replay, ["verify", three_calls(tmp_path)]) == 0
    assert "verify fc.db: 3 exchanges" in capsys.readouterr().out


def test_a_changed_row_is_named_and_ends_with_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = three_calls(tmp_path)
    damage(place, "UPDATE exchange SET client_status = 404 WHERE id = 2")
    assert exit_code_of(replay, ["verify", place]) == 3
    out = capsys.readouterr().out
    assert out.startswith("#2  ")
    assert "salvage fc.db" in out


def test_a_file_that_is_no_recording_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "notes.txt"
    place.write_text("hello")
    assert exit_code_of(replay, ["verify", str(place)]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def damage(place: str, statement: str) -> None:
    """Change a recording behind its back."""
    with sqlite3.connect(place) as connection:
        connection.execute(statement)
    connection.close()
