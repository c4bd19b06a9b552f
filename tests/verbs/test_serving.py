"""`replay.py serve`: answers from the recording."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.playback.servers import answer, serving
from tests.verbs.cli import (
    ROOT,
    Shell,
)

if TYPE_CHECKING:
    from pathlib import Path


class Serving:
    """`replay.py serve` in a process of its own."""

    def __init__(self, *args: str | Path) -> None:
        command = [sys.executable, str(ROOT / "replay.py"), "serve", *map(str, args), "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[0]

    def get(self, target: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=20)
        connection.request("GET", target)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def stop(self) -> tuple[int, str]:
        self.process.terminate()
        out, err = self.process.communicate(timeout=20)
        assert err == ""
        return self.process.returncode, out


def test_serve_answers_and_accounts_for_both_directions(recording: str, tmp_path: Path) -> None:
    serving_ = Serving(recording, "--json", tmp_path / "account.json")
    assert serving_.get("/hello") == (200, b"hello")
    status, body = serving_.get("/hello?page=2")
    assert status == 404
    assert json.loads(body)["nearest"][0]["would_match_with"] == "--ignore query.page"
    code, out = serving_.stop()
    assert code == 1
    assert "GET /hello  #1 exact\n" in out
    assert "GET /hello?page=2  MISS\n    near #1 GET /hello: query.page nothing -> 2  [--ignore query.page]\n" in out
    assert out.endswith("1 used, 3 unused (#2 #3 #4), 1 not recorded\n")
    assert json.loads((tmp_path / "account.json").read_bytes()) == {
        "schema": 1,
        "verb": "serve",
        "used": [1],
        "repeated": [],
        "unused": [2, 3, 4],
        "misses": 1,
    }


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param((), 0, id="unused is a warning"),
        pytest.param(("--strict",), 1, id="unused under --strict"),
        pytest.param(("--strict", "--filter", "id:1"), 0, id="all used"),
    ],
)
def test_serve_fails_for_unused_ones_only_when_asked(recording: str, options: tuple[str, ...], code: int) -> None:
    serving_ = Serving(recording, *options)
    assert serving_.get("/hello")[0] == 200
    assert serving_.stop()[0] == code


def test_serve_repeats_when_asked(recording: str) -> None:
    for options in (("--end", "last"), ("--end", "cycle"), ("--reuse", "path:/hello")):
        serving_ = Serving(recording, *options)
        assert [serving_.get("/hello")[0] for _ in range(3)] == [200, 200, 200]
        code, out = serving_.stop()
        assert code == 0
        assert "used more than once: #1" in out


def test_serve_on_a_taken_port_is_2(shell: Shell, recording: str) -> None:
    with serving(lambda _: answer()) as server:
        assert shell("serve", recording, "--port", str(server.port)) == 2
    assert f"cannot listen on 127.0.0.1:{server.port}" in shell.err


def test_serve_of_nothing_is_5(shell: Shell, recording: str) -> None:
    assert shell("serve", recording, "--filter", "id:99") == 5


@pytest.mark.parametrize(
    "args", [["--end", "never"], ["--match", "all"], ["--reuse", "stats:1"], ["--port", "x"]], ids=" ".join
)
def test_serve_usage_errors_are_2(shell: Shell, recording: str, args: list[str]) -> None:
    assert shell("serve", recording, *args) == 2
