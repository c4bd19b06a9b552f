"""The suites: each starts its server, runs directly and through the gateway, and counts its results.

Must not know: how the table is printed (run.py). Read next: README.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.proxy import Proxy, free_port
from tests.served import Served

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
APPS = HERE.parent / "servers" / "apps"
LONGEST_S = 1800
OPTIONS = {"fc_durability": "normal"}

AUTOBAHN = "autobahntestsuite==25.10.1"
AUTOBAHN_CASES = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"]
RUN_AUTOBAHN = (
    "import site, sys; site.addsitedir(sys.argv[1]); sys.argv = ['wstest', '-m', 'fuzzingclient', '-s', sys.argv[2]]; "
    "from autobahntestsuite.wstest import run; run()"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Results of both runs, as counts by what the suite calls them; `lacks`: why it did not run."""

    suite: str
    what: str = ""
    direct: Mapping[str, int] | None = None
    through: Mapping[str, int] | None = None
    differ: tuple[str, ...] = ()
    lacks: str = ""


def suite_requests(home: Path, folder: Path) -> Outcome:
    """The suite of requests, of the same version as the installed one."""
    python = str(home / "bin/python")
    version = _output([python, "-c", "import requests; print(requests.__version__)"]).strip()
    line = [
        python,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        f"requests=={version}",
        "-d",
        ".",
    ]
    subprocess.run(line, cwd=folder, check=True, timeout=LONGEST_S)
    with tarfile.open(folder / f"requests-{version}.tar.gz") as packed:
        packed.extractall(folder, filter="data")
    source, server = folder / f"requests-{version}", free_port()
    with Proxy(folder / "proxy", server, OPTIONS) as proxy:
        direct = _pytest(python, source, server, server)
        through = _pytest(python, source, server, proxy.port)
    differ = tuple(sorted(set(direct.items()) ^ set(through.items())))
    counts = Counter(direct.values()), Counter(through.values())
    return Outcome("requests", f"requests {version}", *counts, tuple(dict.fromkeys(name for name, _ in differ)))


def _pytest(python: str, source: Path, server: int, port: int) -> dict[str, str]:
    """Results by test. The suite's own httpbin listens at `server` and is called at `port`."""
    environment = {
        "HTTPBIN_HTTP_PORT": str(server),
        "FC_SUITE_PORT": str(port),
        "PYTHONPATH": f"{HERE}:{source / 'src'}",
    }
    line = [python, "-m", "pytest", "-q", "-rA", "-p", "fc_suite_port", "--tb=no", "-p", "no:cacheprovider", "tests"]
    told = _output(line, source, {**os.environ, **environment})
    found = re.findall(r"^(PASSED|FAILED|ERROR|XFAIL|XPASS) (tests/.+?)(?: - .*)?$", told, re.MULTILINE)
    skipped = sum(int(number) for number in re.findall(r"^SKIPPED \[(\d+)\]", told, re.MULTILINE))
    return {name: word.lower() for word, name in found} | {f"skipped-{number}": "skipped" for number in range(skipped)}


def suite_litmus(home: Path, folder: Path) -> Outcome:
    """WebDAV."""
    litmus = shutil.which("litmus")
    if litmus is None:
        return Outcome("litmus", lacks="litmus is not installed (apt install litmus)")
    python = str(home / "bin/python")
    version = _output([python, "-c", "import wsgidav; print(wsgidav.__version__)"]).strip()
    files = folder / "files"
    files.mkdir()
    config = folder / "wsgidav.json"
    config.write_text(json.dumps({"property_manager": True, "lock_storage": True}))
    options = ["--host", "127.0.0.1", "--port", "{port}", "--root", str(files), "--auth", "anonymous"]
    options += ["--config", str(config)]
    with (
        Served([python, "-m", "wsgidav.server.server_cli", *options], folder / "wsgidav.txt") as server,
        Proxy(folder / "proxy", server.port, OPTIONS) as proxy,
    ):
        direct, through = (_litmus(litmus, port, folder) for port in (server.port, proxy.port))
    differ = tuple(name for name in direct if direct[name] != through.get(name))
    return Outcome("litmus", f"wsgidav {version}", _sums(direct), _sums(through), differ)


def _litmus(litmus: str, port: int, folder: Path) -> dict[str, tuple[int, int]]:
    """Passed and run, by part."""
    told = _output([litmus, "-k", f"http://127.0.0.1:{port}/"], folder)
    rows = re.findall(r"<- summary for `(\w+)': of (\d+) tests run: (\d+) passed", told)
    return {name: (int(passed), int(run)) for name, run, passed in rows}


def _sums(rows: dict[str, tuple[int, int]]) -> dict[str, int]:
    passed, run = (sum(row[place] for row in rows.values()) for place in (0, 1))
    return {"passed": passed, "failed": run - passed}


def suite_autobahn(home: Path, folder: Path) -> Outcome:
    """WebSocket: Autobahn's fuzzing client against an echo on the websockets library."""
    python2 = _python2()
    if python2 is None:
        return Outcome("autobahn", lacks="its code needs Python 2.7, which is not on this machine")
    old = folder / "python2"
    subprocess.run(
        [python2, "-m", "pip", "install", "-q", "--target", str(old), AUTOBAHN], check=True, timeout=LONGEST_S
    )
    python = str(home / "bin/python")
    version = _output([python, "-c", "import websockets; print(websockets.__version__)"]).strip()
    with (
        Served([python, str(APPS / "echo_websockets.py"), "{port}"], folder / "echo.txt") as server,
        Proxy(folder / "proxy", server.port, OPTIONS) as proxy,
    ):
        direct, through = (_autobahn(python2, old, port, folder) for port in (server.port, proxy.port))
    differ = tuple(
        f"{case}: {direct[case]} -> {through.get(case)}" for case in direct if direct[case] != through.get(case)
    )
    return Outcome("autobahn", f"websockets {version}", Counter(direct.values()), Counter(through.values()), differ)


def _autobahn(python2: str, old: Path, port: int, folder: Path) -> dict[str, str]:
    """Behaviour by case."""
    reports = folder / f"reports-{port}"
    server = {"agent": "echo", "url": f"ws://127.0.0.1:{port}"}
    spec = {"outdir": str(reports), "servers": [server], "cases": AUTOBAHN_CASES, "exclude-cases": []}
    path = folder / f"spec-{port}.json"
    path.write_text(json.dumps({**spec, "exclude-agent-cases": {}}))
    _output([python2, "-c", RUN_AUTOBAHN, str(old), str(path)], folder)
    cases = json.loads((reports / "index.json").read_text())["echo"]
    return {name: case["behavior"] for name, case in cases.items()}


def _python2() -> str | None:
    """A Python 2.7 that runs: on the PATH, or one of pyenv's."""
    places = [shutil.which("python2.7"), *Path.home().glob(".pyenv/versions/2.7.*/bin/python2.7")]
    return next((str(place) for place in places if place and _runs(str(place))), None)


def _runs(python: str) -> bool:
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _output(line: list[str], folder: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    """What a program prints. A suite that finds failures ends with a code; what it found is in its words."""
    done = subprocess.run(
        line, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    return done.stdout


SUITES = {"requests": suite_requests, "litmus": suite_litmus, "autobahn": suite_autobahn}
