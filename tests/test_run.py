"""./run finds a Python, makes the environment once, and runs things from any folder.

Most cases use a house of their own with stand-ins for uv and Python on a PATH of their own, so they see
exactly what ./run starts; one makes a real environment.
"""

from __future__ import annotations

import itertools
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
SHELLCHECK = shutil.which("shellcheck") or ""
TOOLS = ("sh", "cat", "cmp", "dirname", "head", "ln", "mkdir", "readlink", "rm", "sleep")
OLD_PYTHON = 'case $1 in -V) echo "Python 3.11.2" ;; *) exit 1 ;; esac'
GOOD_PYTHON = f'exec {shlex.quote(sys.executable)} "$@"'

# Does what ./run asks of uv, and keeps a diary: `venv`, then `install`.
FAKE_UV = f"""
case $1 in
  venv)
    for folder do :; done
    rm -rf "$folder" && mkdir -p "$folder/bin" && cat >"$folder/bin/python" <<'SH'
#!/bin/sh
{GOOD_PYTHON}
SH
    chmod +x "$folder/bin/python"; echo venv >>"$DIARY" ;;
  pip) sleep 0.1; echo install >>"$DIARY"; exit "${{INSTALL_EXIT:-0}}" ;;
  *) exit 2 ;;
esac
"""


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@dataclass
class House:
    """A copy of ./run with a PATH that holds only what a case puts there."""

    root: Path
    bin: Path
    diary: Path

    def command(self, name: str, text: str) -> None:
        script(self.bin / name, text)

    def environment(self) -> dict[str, str]:
        return {"PATH": str(self.bin), "HOME": str(self.root.parent), "DIARY": str(self.diary)}

    def run(
        self, *words: str, cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.root / "run", *words],
            cwd=cwd or self.root,
            env=self.environment() | (env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def done(self) -> list[str]:
        return self.diary.read_text().split() if self.diary.exists() else []


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / "a folder" / "the house", tmp_path / "bin", tmp_path / "diary")
    house.root.mkdir(parents=True)
    house.bin.mkdir()
    for name in (*TOOLS, "chmod"):
        found = shutil.which(name)
        assert found is not None, name
        (house.bin / name).symlink_to(found)
    shutil.copy(ROOT / "run", house.root)
    (house.root / "requirements.lock").write_text("# nothing\n")
    show = "import os, sys; print(sys.argv[0], *sys.argv[1:], os.getcwd(), sep='|')\n"
    for name in ("replay.py", "addons/fc.py", "examples/demo.py", "benchmarks/bench.py", "tests/conformance/main.py"):
        (house.root / name).parent.mkdir(parents=True, exist_ok=True)
        (house.root / name).write_text(show)
    house.command("uv", FAKE_UV)
    house.command("python3", GOOD_PYTHON)
    return house


def test_the_environment_is_made_once(house: House) -> None:
    first = house.run("python", "-c", "print('hi')")
    second = house.run("python", "-c", "print('hi')")
    assert (first.returncode, first.stdout, second.stdout) == (0, "hi\n", "hi\n")
    assert second.stderr == ""
    assert house.done() == ["venv", "install"]


def test_a_changed_lock_installs_again_into_the_same_environment(house: House) -> None:
    house.run("python", "-V")
    (house.root / "requirements.lock").write_text("# something\n")
    house.run("python", "-V")
    assert house.done() == ["venv", "install", "install"]


def test_a_folder_that_moved_gets_a_new_environment(house: House) -> None:
    house.run("python", "-V")
    house.root = house.root.rename(house.root.parent / "another house")
    assert house.run("python", "-V").returncode == 0
    assert house.done() == ["venv", "install", "venv", "install"]


def test_an_environment_whose_python_vanished_is_made_again(house: House) -> None:
    house.run("python", "-V")
    python = house.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("gone")
    assert house.run("python", "-V").returncode == 0
    assert house.done() == ["venv", "install", "venv", "install"]


def test_an_environment_of_an_older_python_is_made_again(house: House) -> None:
    script(house.root / ".venv" / "bin" / "python", OLD_PYTHON)
    assert house.run("python", "-V").returncode == 0
    assert house.done() == ["venv", "install"]


def test_first_runs_at_the_same_time_install_once(house: House) -> None:
    runs = [
        subprocess.Popen(
            [house.root / "run", "python", "-c", "print('hi')"],
            env=house.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(4)
    ]
    assert [run.communicate(timeout=120)[0] for run in runs] == ["hi\n"] * 4
    assert house.done() == ["venv", "install"]


def test_a_failed_installation_has_its_exit_code_and_is_tried_again(house: House) -> None:
    failed = house.run("python", "-V", env={"INSTALL_EXIT": "1"})
    assert failed.returncode == 11
    assert "the installation failed" in failed.stderr
    assert house.run("python", "-V").returncode == 0
    assert house.done() == ["venv", "install", "install"]


def test_a_command_runs_in_the_caller_s_folder_with_our_files(house: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    result = house.run("python", "replay.py", "list", "my db", cwd=elsewhere)
    assert result.stdout == f"{house.root}/replay.py|list|my db|{elsewhere}\n"
    result = house.run("python", "addons/fc.py", cwd=elsewhere)
    assert result.stdout == f"{house.root}/addons/fc.py|{elsewhere}\n"


def test_the_caller_s_own_file_wins(house: House, tmp_path: Path) -> None:
    (tmp_path / "replay.py").write_text("print('mine')")
    assert house.run("python", "replay.py", cwd=tmp_path).stdout == "mine\n"


def test_the_caller_s_path_is_noted_for_programs_of_the_caller(house: House) -> None:
    show = (
        "import os; print(*[os.environ[name] for name in ('PATH', 'FC_REPLAY_PATH', 'FC_REPLAY_VIRTUAL_ENV')], sep='|')"
    )
    path, before, environment = house.run("python", "-c", show).stdout.strip().split("|")
    assert path == f"{house.root}/.venv/bin:{before}"
    assert (before, environment) == (str(house.bin), "")


def test_it_works_through_a_symbolic_link(house: House, tmp_path: Path) -> None:
    link = tmp_path / "fc"
    link.symlink_to(os.path.relpath(house.root / "run", tmp_path))
    result = subprocess.run(
        [link, "python", "replay.py"],
        cwd=tmp_path,
        env=house.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == f"{house.root}/replay.py|{tmp_path}\n"


@pytest.mark.parametrize(
    ("verb", "file"),
    [
        pytest.param("demo", "examples/demo.py", id="demo"),
        pytest.param("bench", "benchmarks/bench.py", id="bench"),
        pytest.param("conformance", "tests/conformance/main.py", id="conformance"),
    ],
)
def test_a_verb_starts_its_script_in_the_caller_s_folder(house: House, tmp_path: Path, verb: str, file: str) -> None:
    assert house.run(verb, "--x", cwd=tmp_path).stdout == f"{house.root}/{file}|--x|{tmp_path}\n"


def test_the_test_verb_runs_pytest_in_the_repository(house: House, tmp_path: Path) -> None:
    (house.root / "test_one.py").write_text("def test_one(): assert True\n")
    result = house.run("test", "-q", "test_one.py", cwd=tmp_path)
    assert "1 passed" in result.stdout, result.stderr


def test_the_exit_code_is_the_command_s(house: House) -> None:
    assert house.run("python", "-c", "raise SystemExit(7)").returncode == 7
    assert house.run("no-such-command").returncode == 127


def test_arguments_arrive_as_they_were(house: House) -> None:
    words = ["", "a b", "*", "$HOME", "'", "-x", "new\nline"]
    result = house.run("python", "-c", "import sys; print(sys.argv[1:])", *words)
    assert result.stdout == f"{words}\n"


@pytest.mark.parametrize("words", [pytest.param(["help"], id="help"), pytest.param(["--help"], id="--help")])
def test_help_needs_no_environment(house: House, words: list[str]) -> None:
    result = house.run(*words)
    assert result.returncode == 0
    for verb in ("demo", "test", "bench", "conformance", "help", "mitmdump -s addons/fc.py"):
        assert f"./run {verb}" in result.stdout
    assert house.done() == []


@pytest.mark.parametrize("words", [pytest.param([], id="nothing"), pytest.param(["--demo"], id="an option")])
def test_a_wrong_call_shows_the_usage(house: House, words: list[str]) -> None:
    result = house.run(*words)
    assert result.returncode == 2
    assert "./run demo" in result.stderr
    assert house.done() == []


def test_only_an_older_python_is_one_line_with_three_ways_out(house: House) -> None:
    house.command("python3", OLD_PYTHON)
    result = house.run("demo")
    assert result.returncode == 10
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    for part in ("Python 3.11.2", "pyenv install", "uv python install", "PYTHON="):
        assert part in result.stderr
    assert house.done() == []


def test_no_python_at_all_says_so(house: House) -> None:
    (house.bin / "python3").unlink()
    result = house.run("demo")
    assert (result.returncode, result.stderr.count("\n")) == (10, 1)
    assert "no python3" in result.stderr


def test_a_wish_is_not_replaced(house: House) -> None:
    house.command("mine", OLD_PYTHON)
    result = house.run("python", "-V", env={"PYTHON": "mine"})
    assert result.returncode == 10
    assert "Python 3.11.2" in result.stderr


def test_the_newest_named_python_is_taken_and_a_shim_that_cannot_run_is_passed_over(house: House) -> None:
    house.command("python3.14", "echo 'pyenv: python3.14: command not found' >&2; exit 127")
    house.command("python3.13", GOOD_PYTHON)
    house.command("python3", OLD_PYTHON)
    assert house.run("python", "-V").returncode == 0


@pytest.mark.parametrize("place", [pytest.param("", id="in the home folder"), pytest.param("py env", id="PYENV_ROOT")])
def test_pyenv_s_versions_are_found(house: House, tmp_path: Path, place: str) -> None:
    house.command("python3", OLD_PYTHON)
    pyenv = tmp_path / place if place else house.root.parent / ".pyenv"
    script(pyenv / "versions" / "3.12.7" / "bin" / "python3", GOOD_PYTHON)
    env = {"PYENV_ROOT": str(pyenv)} if place else {}
    assert house.run("python", "-V", env=env).returncode == 0


def test_without_uv_a_real_environment_is_made_by_venv_and_pip(house: House) -> None:
    (house.bin / "uv").unlink()
    result = house.run("python", "-c", "import sys; print(sys.prefix)")
    assert (result.returncode, result.stdout) == (0, f"{house.root}/.venv\n"), result.stderr
    assert house.run("pip", "--version").returncode == 0


@pytest.mark.skipif(not SHELLCHECK, reason="shellcheck is not installed")
@pytest.mark.parametrize("name", [pytest.param("run", id="run"), pytest.param(".ci/run", id=".ci/run")])
def test_shellcheck_finds_nothing(name: str) -> None:
    result = subprocess.run([SHELLCHECK, ROOT / name], capture_output=True, text=True, check=False)
    assert result.stdout == ""


def lock() -> dict[str, list[str]]:
    """Locked versions by name, from lines such as `flask==3.1.3 \\`."""
    versions: dict[str, list[str]] = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if line and line[0] not in "# ":
            name, version = line.split(" ")[0].split("==")
            versions.setdefault(name, []).append(version)
    return versions


def requirements() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return [Requirement(line.split("#")[0]) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("wanted", [pytest.param(one, id=one.name) for one in requirements()])
def test_the_lock_holds_every_requirement_within_its_range(wanted: Requirement) -> None:
    versions = lock()[wanted.name.replace(".", "-").lower()]
    assert all(version in wanted.specifier for version in versions)


def test_every_requirement_gives_its_reason() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#") and " # " not in line] == []


def test_the_lock_has_a_hash_for_everything_and_names_no_place() -> None:
    text = (ROOT / "requirements.lock").read_text()
    for before, line in itertools.pairwise(text.splitlines()):
        if "==" in before:
            assert line.startswith("    --hash=sha256:"), before
    for part in ("://", "--index", "--find-links", "file:", " @ "):
        assert part not in text


def test_the_lowest_python_is_written_the_same_everywhere() -> None:
    lowest = (ROOT / ".python-version").read_text().strip()
    assert lowest == "3.12"
    assert f"--python-version {lowest}" in (ROOT / "requirements.lock").read_text()
    assert f"Python {lowest} or newer" in (ROOT / "run").read_text()
