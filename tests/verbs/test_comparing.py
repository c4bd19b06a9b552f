"""`replay.py audit --compare` and `--pair`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.playback.recorded import get, keep, ok, record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.verbs.cli import Shell


@pytest.fixture
def other(tmp_path: Path) -> str:
    found = record([(get(b"/hello", (b"X-Fc-A", b"1")), lambda _: ok(b"other")), (get(b"/new"), lambda _: ok())])
    return keep(str(tmp_path / "other.db"), found)


def test_a_recording_is_the_same_as_itself(recording: str, tmp_path: Path, shell: Shell) -> None:
    page = tmp_path / "page.html"
    assert shell("audit", recording, "--compare", recording, "-o", page) == 0
    assert "4 same" in shell.out
    written = page.read_bytes()
    assert page.stat().st_mode & 0o777 == 0o600
    assert shell("audit", recording, "--compare", recording, "-o", page) == 0
    assert page.read_bytes() == written


def test_differences_are_counted_and_have_an_exit_code(
    recording: str, other: str, tmp_path: Path, shell: Shell
) -> None:
    page = tmp_path / "page.html"
    assert shell("audit", recording, "--compare", other, "-o", page) == 1
    assert "1 changed, 3 missing, 1 extra" in shell.out
    assert "fc.db / other.db" in page.read_text("utf-8")
    assert shell("audit", recording, "--compare", other, "-o", page, "--filter", "path:/new") == 1
    assert shell.out.endswith(": 1 extra\n")
    assert shell("audit", recording, "--compare", other, "-o", page, "--filter", "path:/nowhere") == 5


def test_two_calls_stand_side_by_side(recording: str, tmp_path: Path, shell: Shell) -> None:
    page = tmp_path / "page.html"
    assert shell("audit", recording, "--pair", "1,2", "--side", "server", "-o", page) == 0
    assert "as the server saw them" in page.read_text("utf-8")
    assert shell("audit", recording, "--pair", "1,99", "-o", page) == 5


MISTAKES = [
    pytest.param(["--pair", "1"], "write 3,7", id="one-call"),
    pytest.param(["--pair", "a,b"], "write 3,7", id="no-numbers"),
    pytest.param(["--pair", "1,2", "--compare", "x"], "exclude each other", id="two-wishes"),
    pytest.param(["--compare", "x", "--live"], "exclude each other", id="compared-live"),
]


@pytest.mark.parametrize(("args", "told"), MISTAKES)
def test_mistakes_are_one_line(recording: str, tmp_path: Path, shell: Shell, args: list[str], told: str) -> None:
    assert shell("audit", recording, *args, "-o", tmp_path / "x.html") == 2
    assert told in shell.err
    assert shell.err.count("\n") == 1


def test_what_cannot_be_read_or_written_has_its_exit_code(recording: str, tmp_path: Path, shell: Shell) -> None:
    assert shell("audit", recording, "--compare", tmp_path / "none.db", "-o", tmp_path / "x.html") == 3
    assert shell("audit", recording, "--compare", recording, "-o", tmp_path / "no" / "x.html") == 2
