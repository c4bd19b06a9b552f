"""Progress is for a terminal that somebody looks at; anything else costs and prints nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.playback.servers import answer, serving
from tests.verbs.cli import ROOT
from verbs.progress import followed, progress

if TYPE_CHECKING:
    from pathlib import Path


def on_a_terminal(*words: str | Path) -> str:
    """What the program prints to standard error when that is a terminal."""
    shown, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, str(ROOT / "replay.py"), *map(str, words)], stdout=subprocess.DEVNULL, stderr=theirs
    ) as running:
        os.close(theirs)
        told = b""
        try:
            while piece := os.read(shown, 4096):
                told += piece
        except OSError:  # Linux says that the other end of a terminal is closed
            pass
        assert running.wait() == 0
    os.close(shown)
    return told.decode()


@pytest.mark.parametrize("verb", ["check", "send", "export"])
def test_a_terminal_shows_how_far_it_is(recording: str, tmp_path: Path, verb: str) -> None:
    with serving(lambda _: answer()) as server:
        more = {"send": ["--to", server.url, "--filter", "id:1"], "export": ["-o", tmp_path / "bug.fcz"]}
        assert verb in on_a_terminal(verb, recording, *more.get(verb, []))


def test_without_a_terminal_nothing_is_counted() -> None:
    def never() -> int:
        raise AssertionError("counting costs")

    with progress("check", never) as told:
        assert list(followed([1, 2], told)) == [1, 2]


def test_items_are_told_after_they_were_dealt_with() -> None:
    heard: list[object] = []
    for item in followed([1, 2], heard.append):
        assert item not in heard
    assert heard == [1, 2]
