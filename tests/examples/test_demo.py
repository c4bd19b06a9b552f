"""./run demo works as a newcomer sees it, in an empty folder, and leaves nothing running."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from examples.demo_calls import CALLS

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo.py"
needs_proc = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks for processes in /proc")


def start(folder: Path, lang: str = "C.UTF-8") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, DEMO],
        cwd=folder,
        env=os.environ | {"LC_ALL": lang, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def processes_in(folder: Path) -> list[int]:
    """Whoever runs in that folder: the demo starts everything where it was started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
        except OSError:
            continue  # it ended meanwhile, or is not ours
    return found


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str, int]:
    folder = tmp_path_factory.mktemp("an empty folder")
    demo = start(folder)
    out, err = demo.communicate(timeout=120)
    return folder, out, err, demo.returncode


def test_it_succeeds(finished: tuple[Path, str, str, int]) -> None:
    _, _, err, code = finished
    assert (err, code) == ("", 0)


def test_every_call_has_its_line(finished: tuple[Path, str, str, int]) -> None:
    out = finished[1]
    lines = [line for line in out.splitlines() if line.startswith("  ") and " ms " in line]
    assert len(lines) == len(CALLS) + 1  # the accepted call is delivered too
    assert re.match(r"  GET /hello 200 -\d+ \+\d+ [\d.]+ ms ", lines[0])
    for call in CALLS:
        assert sum(line.endswith(call.shows) for line in lines) == 1
    statuses = [re.search(r" (\d{3}) ", line) for line in lines]
    assert [int(found[1]) for found in statuses if found] == [200] * 5 + [202, 200] + [400] * 4 + [200] * 2


def test_it_writes_a_private_recording_and_a_page(finished: tuple[Path, str, str, int]) -> None:
    folder = finished[0]
    assert [path.name for path in folder.iterdir()] == ["demo-recording"]
    recording, page = folder / "demo-recording" / "fc.db", folder / "demo-recording" / "audit.html"
    assert recording.stat().st_mode & 0o777 == 0o600
    assert b"<html" in page.read_bytes()[:2000]


def test_it_says_what_to_do_next(finished: tuple[Path, str, str, int]) -> None:
    out = finished[1]
    assert "./run python replay.py check demo-recording/fc.db" in out
    assert "demo-recording/audit.html" in out


def readme_commands() -> list[str]:
    """The commands of README.md that read a recording, as they stand there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^\./run python (replay\.py .*)$", text, re.MULTILINE)


@pytest.mark.parametrize("command", [pytest.param(command, id=command.split()[1]) for command in readme_commands()])
def test_the_readme_s_commands_work_on_its_recording(finished: tuple[Path, str, str, int], command: str) -> None:
    """Nobody listens where `send` goes, which has an exit code of its own."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        words = command.replace(":9000", f":{nobody.getsockname()[1]}").split()
        result = subprocess.run(
            [sys.executable, ROOT / words[0], *words[1:]],
            cwd=finished[0] / "demo-recording",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert result.returncode == (4 if words[1] == "send" else 0), result.stderr
    assert "Traceback" not in result.stderr


@needs_proc
def test_nothing_is_left_running(finished: tuple[Path, str, str, int]) -> None:
    assert processes_in(finished[0]) == []


def test_it_can_be_repeated_and_speaks_chinese(finished: tuple[Path, str, str, int]) -> None:
    folder = finished[0]
    (folder / "demo-recording" / "mine.txt").write_text("keep")
    demo = start(folder, "zh_CN.UTF-8")
    out, err = demo.communicate(timeout=120)
    assert (err, demo.returncode) == ("", 0)
    assert CALLS[0].shows_zh in out
    assert (folder / "demo-recording" / "mine.txt").read_text() == "keep"


@needs_proc
@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, id="Ctrl-C"), pytest.param(signal.SIGTERM, id="TERM")])
def test_an_interrupt_stops_everything(tmp_path: Path, number: signal.Signals) -> None:
    demo = start(tmp_path)
    deadline = time.monotonic() + 60
    while len(processes_in(tmp_path)) < 3 and demo.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)  # until the demo, mitmdump and the sample are there
    demo.send_signal(number)
    _, err = demo.communicate(timeout=60)
    assert (err, demo.returncode) == ("\ndemo: stopped\n", 130)
    assert processes_in(tmp_path) == []


def test_a_reader_that_has_had_enough_is_no_error(tmp_path: Path) -> None:
    demo = start(tmp_path)
    assert demo.stdout is not None
    assert demo.stderr is not None
    demo.stdout.readline()
    demo.stdout.close()
    assert (demo.stderr.read(), demo.wait(60)) == ("", 141)
    demo.stderr.close()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "demo-recording").write_text("a file in the way")
    demo = start(tmp_path)
    _, err = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert err.startswith("demo: cannot write to ")
    assert err.count("\n") == 1
