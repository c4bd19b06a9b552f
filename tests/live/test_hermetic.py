"""A bug report replays with the network away: recorded here, bundled, sent again in a network namespace of its own.

Read next: playback/hermetic.py, docs/replay.md.
"""

from __future__ import annotations

import http.client
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.live.dependency import PROGRAM, dependency
from tests.proxy import ROOT, Proxy, free_port

if TYPE_CHECKING:
    from pathlib import Path

REPLAY = [sys.executable, str(ROOT / "replay.py")]
PROXY_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
CALLS = ("/?item=1", "/?item=2", "/?pass=id&item=1", "/stream", "/dead")


@dataclass(frozen=True)
class Case:
    """A bundle, and the command that starts its server; the bundle lies alone in its folder."""

    bundle: Path
    server: str

    def send(self, *words: str, bug: bool = True, away: bool = False) -> subprocess.CompletedProcess[str]:
        """One `replay.py send --hermetic`, in an empty folder; `away`: without any network but loopback."""
        command = [*REPLAY, "send", str(self.bundle), "--hermetic", "--start", self.server + (" bug" if bug else "")]
        line = [*command, *words]
        if away:
            line = ["unshare", "-rn", "sh", "-c", f"ip link set lo up && exec {shlex.join(line)}"]
        named = {name: value for name, value in os.environ.items() if name not in {*PROXY_NAMES, "SSL_CERT_FILE"}}
        return subprocess.run(line, cwd=self.bundle.parent, env=named, capture_output=True, text=True, check=False)


def ask(port: int, target: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", target)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Recorded with the dependency there; by the time of a replay it is gone."""
    folder = tmp_path_factory.mktemp("hermetic")
    program = folder / "app.py"
    program.write_text(PROGRAM)
    with dependency(folder) as outside, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(outside.ca_path))
        for name in PROXY_NAMES:
            patch.delenv(name, raising=False)
        server = shlex.join([sys.executable, str(program), outside.http_url, outside.https_url])
        options = {"fc_command": f"{server} bug", "fc_egress": "0"}
        with Proxy(folder / "proxy", free_port(), options) as proxy:
            assert [ask(proxy.port, target) for target in CALLS] == [500, 500, 500, 200, 200]
    desk = folder / "desk"
    desk.mkdir()
    made = subprocess.run(
        [*REPLAY, "export", str(folder / "proxy" / "fc.db"), "-o", str(desk / "bug.fcz")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return Case(desk / "bug.fcz", server)


UP_IN_A_NAMESPACE = ["/usr/bin/env", "unshare", "-rn", "ip", "link", "set", "lo", "up"]
needs_namespaces = pytest.mark.skipif(
    shutil.which("unshare") is None
    or shutil.which("ip") is None
    or subprocess.run(UP_IN_A_NAMESPACE, capture_output=True, check=False).returncode != 0,
    reason="this machine makes no network namespaces for this user (unshare -rn, ip link)",
)


@needs_namespaces
def test_the_bug_happens_again_without_a_network_and_the_fixed_server_is_seen(case: Case) -> None:
    assert [path.name for path in case.bundle.parent.iterdir()] == ["bug.fcz"]
    again = case.send(away=True)
    assert (again.returncode, again.stderr) == (0, "")
    assert "5 same" in again.stdout
    fixed = case.send(bug=False, away=True)
    assert fixed.returncode == 1
    assert "status  status  500 -> 200" in fixed.stdout


@needs_namespaces
@pytest.mark.parametrize(("bug", "code"), [pytest.param(True, 1, id="bug"), pytest.param(False, 0, id="fixed")])
def test_an_expectation_says_what_a_fixed_server_answers(case: Case, bug: bool, code: int) -> None:
    done = case.send("--filter", "path:item", "--expect", "status:200", bug=bug, away=True)
    assert (done.returncode, done.stderr) == (code, ""), done.stdout
    assert ("3 same" if code == 0 else "status:200 -> answered 500") in done.stdout


def test_without_a_namespace_it_is_the_same(case: Case) -> None:
    again = case.send()
    assert (again.returncode, again.stderr) == (0, ""), again.stdout
    assert "5 same" in again.stdout


def test_two_replays_give_the_same_report(case: Case, tmp_path: Path) -> None:
    reports = [tmp_path / name for name in ("one.json", "two.json")]
    for report in reports:
        assert case.send("--json", str(report)).returncode == 0
    assert reports[0].read_bytes() == reports[1].read_bytes()


def test_a_call_that_was_not_recorded_fails_loudly(case: Case, tmp_path: Path) -> None:
    """The server asks for a price that nobody recorded: it gets a 502, and the report names the call."""
    changed = tmp_path / "app.py"
    changed.write_text(PROGRAM.replace("/price?item=", "/price?currency=eur&item="))
    server = case.server.replace(shlex.split(case.server)[1], str(changed))
    report = tmp_path / "report.json"
    done = Case(case.bundle, server).send("--filter", "id:1", "--json", str(report))
    assert done.returncode == 1, done.stderr
    (outcome,) = json.loads(report.read_bytes())["outcomes"]
    assert outcome["verdict"] == "missing"
    (missing,) = [finding for finding in outcome["findings"] if finding["kind"] == "egress-missing"]
    assert "/price?currency=eur&item=1" in missing["now"]
    assert "nearest is #2" in missing["note"]
    unused = [finding["recorded"] for finding in outcome["findings"] if finding["kind"] == "egress-unused"]
    assert any(recorded.endswith("/price?item=1") for recorded in unused)


def test_a_server_that_does_not_come_up_is_said_so(case: Case) -> None:
    done = Case(case.bundle, f"{sys.executable} -c 'print(\"no config\"); raise SystemExit(3)'").send(bug=False)
    assert done.returncode == 4
    assert "exited unexpectedly(code 3)" in done.stderr
    assert "no config" in done.stderr
    assert done.stderr.count("\n") == 1
