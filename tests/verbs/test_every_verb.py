"""Every verb alike: bad recordings, bad words, exit codes, the script itself."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.playback.recorded import get, keep, ok, record
from tests.playback.servers import answer, serving
from tests.verbs.cli import (
    READING,
    ROOT,
    Shell,
    calls,
    reading,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def not_ours(path: Path) -> None:
    path.write_text("hello")


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()


def newer(path: Path) -> None:
    keep(str(path), calls())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def damaged(path: Path) -> None:
    keep(str(path), calls())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE exchange SET record = zeroblob(length(record))")
    connection.close()


def without_config(path: Path) -> None:
    keep(str(path), [replace(one, config_digest="gone") for one in calls()])


@pytest.mark.parametrize("verb", READING)
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda _: None, id="no such file"),
        pytest.param(Path.mkdir, id="a folder"),
        pytest.param(not_ours, id="a text file"),
        pytest.param(foreign_database, id="another program's database"),
        pytest.param(newer, id="of a newer version"),
        pytest.param(damaged, id="damaged"),
    ],
)
def test_a_recording_that_cannot_be_read_is_3(
    shell: Shell, tmp_path: Path, verb: str, make: Callable[[Path], object]
) -> None:
    path = tmp_path / "bad.db"
    make(path)
    with serving(lambda _: answer()) as server:
        more = ["--to", server.url] if verb == "send" else []
        assert shell(*reading(verb, path, tmp_path), *more) == 3
    assert shell.err.startswith("replay.py: ")
    assert len(shell.err.splitlines()) == 1


def test_a_recording_without_its_config_is_3(shell: Shell, tmp_path: Path) -> None:
    without_config(tmp_path / "fc.db")
    assert shell("check", tmp_path / "fc.db") == 3


@pytest.mark.parametrize("verb", [verb for verb in READING if verb not in {"show", "serve"}])
def test_nothing_selected_is_5(shell: Shell, recording: str, tmp_path: Path, verb: str) -> None:
    assert shell(*reading(verb, recording, tmp_path), "--filter", "id:>99") == 5


def test_an_exchange_that_is_not_there_is_5(shell: Shell, recording: str) -> None:
    assert shell("show", recording, "99") == 5
    assert shell.err == "replay.py: no exchange 99 in fc.db\n"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        pytest.param(["lst", "x"], "no verb 'lst'; did you mean 'list'?", id="mistyped verb"),
        pytest.param(["zzz"], "verbs: list, show", id="unknown verb"),
        pytest.param(["list", "x", "--fliter", "y"], "'--filter'", id="mistyped option"),
        pytest.param(["list", "x", "--filter", "stats:4"], "'status:'", id="mistyped filter"),
        pytest.param(["list"], "RECORDING", id="no recording"),
        pytest.param(["list", "x", "y"], "y", id="too much"),
        pytest.param(["show", "x", "one"], "one", id="no number"),
        pytest.param(["send", "x", "--timeout", "0"], "0", id="no time"),
        pytest.param(["send", "x", "--timeout", "nan"], "nan", id="not a time"),
        pytest.param(["send", "x", "--timeout", "inf"], "inf", id="for ever"),
        pytest.param(["show", "x", "99999999999999999999"], "99999999999999999999", id="a number too large"),
        pytest.param(["export", "x", "-o", "/"], "it is a folder", id="export to a folder"),
        pytest.param(["check", "x", "--fail-on", "hi"], "high", id="no such gate"),
        pytest.param(["audit", "x"], "--output", id="no output"),
        pytest.param(["--nope"], "--nope", id="unknown option"),
        pytest.param(["list", "a\x1b[2J\nb", "c"], "c", id="hostile words"),
    ],
)
def test_a_usage_error_is_one_line_and_2(shell: Shell, args: list[str], told: str) -> None:
    assert shell(*args) == 2
    assert told in shell.err
    assert len(shell.err.splitlines()) == 1
    assert "\x1b" not in shell.err


def test_without_a_verb_the_help_is_shown(shell: Shell) -> None:
    assert shell() == 2
    assert "Verbs:" in shell.err


@pytest.mark.parametrize("args", [["--help"], *([verb, "--help"] for verb in READING)], ids=" ".join)
def test_help_is_0(shell: Shell, args: list[str]) -> None:
    assert shell(*args) == 0
    assert "Usage: replay.py" in shell.out


def program(*args: str, **more: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, str(ROOT / "replay.py"), *args], check=False, capture_output=True, **more
    )


def test_the_script_runs_from_anywhere_and_exits_with_its_code(recording: str, tmp_path: Path) -> None:
    done = program("check", recording, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"check fc.db: 4 same\n", b"")
    assert program("list", "nope.db", cwd=tmp_path).returncode == 3


def test_a_terminal_that_knows_no_unicode_is_no_reason_to_fail(recording: str) -> None:
    done = program("list", recording, env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert done.returncode == 0
    assert b"\\u2715 InvalidArgument" in done.stdout


def test_a_closed_pipe_ends_it_quietly(tmp_path: Path) -> None:
    many = record((get(b"/" + b"x" * 150), lambda _: ok()) for _ in range(600))
    place = keep(str(tmp_path / "many.db"), many)
    with subprocess.Popen(
        [sys.executable, str(ROOT / "replay.py"), "list", place], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(10)
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 141


def test_help_loads_no_database() -> None:
    code = "import sys; import replay; from verbs.shell import exit_code_of; exit_code_of(replay.replay, ['--help']); "
    code += "sys.exit(len({'sqlalchemy', 'jinja2', 'rich', 'asyncio'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_send_keeps_an_order_and_a_pace(shell: Shell, recording: str) -> None:
    with serving(lambda _: answer(b"hello")) as server:
        for order in ("serial", "overlap", "burst:2"):
            args = ("--filter", "id:1", "--order", order, "--pace", "x1000")
            assert shell("send", recording, "--to", server.url, *args) == 0


def test_send_as_a_client(shell: Shell, recording: str) -> None:
    with serving(lambda _: answer(b"hello")) as server:
        assert shell("send", recording, "--as-client", server.url, "--filter", "id:1") == 1
    assert b"X-Fc-A: 1" in server.got[0]
    assert "removed  headers.x-fc-request-id  (minted anew for each answer) -> nothing" in shell.out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        pytest.param(["--order", "all"], "burst:N", id="order"),
        pytest.param(["--pace", "slow"], "recorded", id="pace"),
        pytest.param(["--to", "http://127.0.0.1", "--as-client", "http://127.0.0.1"], "exclude", id="two targets"),
    ],
)
def test_send_refuses_what_it_does_not_know(shell: Shell, recording: str, args: list[str], told: str) -> None:
    assert shell("send", recording, *args) == 2
    assert told in shell.err


def test_a_full_disk_behind_the_output_is_said(recording: str) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, str(ROOT / "replay.py"), "list", recording],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 2
    assert done.stderr == b"replay.py: cannot go on: No space left on device\n"
