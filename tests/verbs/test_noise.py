"""`replay.py noise learn`: differences that say nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.playback.recorded import get, keep, ok, record
from tests.playback.servers import answer, serving
from tests.verbs.cli import (
    Shell,
    minted,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_noise_is_learnt_accepted_and_counted(shell: Shell, tmp_path: Path) -> None:
    json_type = (b"Content-Type", b"application/json")
    calls = record((get(b"/a"), lambda _: ok(b'{"id": 7, "name": "x"}', json_type)) for _ in range(2))
    place = keep(str(tmp_path / "fc.db"), calls)
    rules, report = tmp_path / "noise.toml", tmp_path / "r.json"
    with serving(minted()) as server:
        assert shell("send", place, "--to", server.url) == 1
        assert shell("noise", "learn", place, "--to", server.url, "-o", rules) == 0
        assert shell.out == f"{rules}: 1 rules proposed from 3 runs; read them before you use them\n"
        assert 'path = "body.id"' in rules.read_text("utf-8")
        with rules.open("a") as file:
            file.write('[[rule]]\nid = "old"\npath = "body.gone"\nshape = "uuid"\n')
        assert shell("send", place, "--to", server.url, "--noise", rules, "--json", report) == 0
    assert shell.out == "send fc.db: 2 same, 2 suppressed by 1 noise rules; rules that found nothing: old\n"
    told = json.loads(report.read_bytes())
    assert list(told["summary"]["noise"].values()) == [2]
    assert told["stale_rules"] == ["old"]


def test_noise_learn_without_a_server_is_4(shell: Shell, recording: str, tmp_path: Path) -> None:
    with serving(lambda _: answer()) as server:
        url = server.url
    assert shell("noise", "learn", recording, "--to", url, "-o", tmp_path / "n.toml") == 4
    assert not (tmp_path / "n.toml").exists()


def test_noise_learn_of_nothing_is_5(shell: Shell, recording: str, tmp_path: Path) -> None:
    with serving(lambda _: answer()) as server:
        args = ("--to", server.url, "-o", tmp_path / "n.toml", "--filter", "is:rejected")
        assert shell("noise", "learn", recording, *args) == 5


@pytest.mark.parametrize(
    ("args", "told"),
    [
        pytest.param(["noise", "lern"], "lern", id="mistyped verb"),
        pytest.param(["noise", "learn", "x", "-o", "y", "--runs", "2"], "2", id="too few runs"),
        pytest.param(["send", "x", "--noise", "nope.toml"], "cannot read nope.toml", id="no noise file"),
    ],
)
def test_noise_usage_errors_are_2(shell: Shell, args: list[str], told: str) -> None:
    assert shell(*args) == 2
    assert told in shell.err
    assert len(shell.err.splitlines()) == 1
