"""`replay.py list`: one line per exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.playback.recorded import get, keep, ok, post, record
from tests.verbs.cli import (
    INVOKE,
    Shell,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_list_prints_a_line_per_exchange(shell: Shell, recording: str) -> None:
    assert shell("list", recording) == 0
    lines = shell.out.splitlines()
    assert lines[0] == "1  GET /hello 200  -1 +17  4.0 ms"
    assert lines[1] == f"2  POST {INVOKE.decode()} 404→200  +19 ~3  4.0 ms"
    assert lines[2].startswith("3  GET /xxx")
    assert lines[2].endswith("… 400  ✕ InvalidArgument  4.0 ms")
    assert lines[3].startswith("4  GET /\\x1b]52;c;aGk=\\x07<RIGHT-TO-LEFT OVERRIDE> 200")
    assert len(lines) == 4


def test_list_takes_a_filter(shell: Shell, recording: str) -> None:
    assert shell("list", recording, "--filter", "mode:api") == 0
    assert [line.split()[0] for line in shell.out.splitlines()] == ["2"]


def test_list_marks_deliveries(shell: Shell, tmp_path: Path) -> None:
    asynchronous = record([(post(INVOKE, b"{}", (b"X-Fc-Invocation-Type", b"Async")), lambda _: ok())])
    assert shell("list", keep(str(tmp_path / "a.db"), asynchronous)) == 0
    assert "delivery of 1" in shell.out.splitlines()[1]


def test_list_shows_the_newest_and_says_that_there_are_more(shell: Shell, recording: str) -> None:
    assert shell("list", recording, "--limit", "2") == 0
    assert [line.split()[0] for line in shell.out.splitlines()] == ["3", "4"]
    assert shell.err == "the newest 2; there are more: --limit N, --all, or a narrower --filter\n"


@pytest.mark.parametrize("args", [["--limit", "4"], ["--limit", "1", "--all"]], ids=" ".join)
def test_list_shows_all_when_asked(shell: Shell, recording: str, args: list[str]) -> None:
    assert shell("list", recording, *args) == 0
    assert [line.split()[0] for line in shell.out.splitlines()] == ["1", "2", "3", "4"]
    assert shell.err == ""


def test_a_filter_and_a_limit_give_the_newest_that_match(shell: Shell, tmp_path: Path) -> None:
    many = record((get(b"/%d" % (number % 2)), lambda _: ok()) for number in range(600))
    place = keep(str(tmp_path / "many.db"), many)
    assert shell("list", place, "--filter", "path:/1", "-n", "2") == 0
    assert [line.split()[0] for line in shell.out.splitlines()] == ["598", "600"]
