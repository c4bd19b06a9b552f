"""What docs/ci.md tells people to put into their CI runs as it stands, and fails a build that answers otherwise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from junitparser import JUnitXml
from ruamel.yaml import YAML

from tests.playback.recorded import get, keep, ok, post, record
from tests.verbs.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
APP = """
import http.server, os, sys
class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = os.environ.get("ANSWER", "hello").encode()
        self.send_response_only(200, "OK")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_POST = do_GET
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answers).serve_forever()
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A user's project: a server, a bundle, and the script of the page."""
    calls = record(
        (request, lambda _: ok(b"hello")) for request in [get(b"/%d" % n) for n in range(9)] + [post(b"/", b"x")]
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / ".ci").mkdir()
    place = keep(str(tmp_path / "fc.db"), calls)
    assert Shell(capsys)("export", place, "-o", tmp_path / "tests" / "bug.fcz") == 0
    (tmp_path / "app.py").write_text(APP)
    (script,) = blocks("sh")
    (tmp_path / ".ci" / "run").write_text(script)
    (tmp_path / ".ci" / "run").chmod(0o755)
    # The page's `fc-replay/run` makes an environment; here it is the one that the tests run in.
    (tmp_path / "fc-replay").mkdir()
    front = tmp_path / "fc-replay" / "run"
    front.write_text(f'#!/bin/sh\nshift 2\nexec "{sys.executable}" "{ROOT}/replay.py" "$@"\n')
    front.chmod(0o755)
    return tmp_path


def run(project: Path, free_port: int, more: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "SHARD", "CI"))}
    variables = {**kept, "PORT": str(free_port), **more}
    return subprocess.run([".ci/run"], check=False, capture_output=True, text=True, cwd=project, env=variables)


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_shards_together_judge_every_exchange_once(project: Path, free_port: int) -> None:
    cases: list[str] = []
    for shard in ("1", "2"):
        done = run(project, free_port, {"SHARD": shard, "SHARDS": "2"})
        assert done.returncode == 0, done.stdout + done.stderr
        cases += [case.name for suite in JUnitXml.fromfile(str(project / "replay.xml")) for case in suite]
    assert len(cases) == len(set(cases)) == 10
    assert "x-fc-request-id" in (project / "replay.html").read_text("utf-8")


def test_a_build_that_answers_otherwise_fails_with_annotations(project: Path, free_port: int) -> None:
    summary = project / "summary.md"
    github = {"ANSWER": "bye", "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done = run(project, free_port, github)
    assert done.returncode == 1
    assert "::error title=#1 GET /0::value  body" in done.stdout
    assert "10 different" in summary.read_text()


def test_the_bundle_is_not_changed_by_it(project: Path, free_port: int) -> None:
    before = (project / "tests" / "bug.fcz").read_bytes()
    assert run(project, free_port, {}).returncode == 0
    assert (project / "tests" / "bug.fcz").read_bytes() == before


def test_both_systems_run_the_script_and_tell_it_its_shard() -> None:
    github, gitlab = (YAML(typ="safe").load(block) for block in blocks("yaml"))
    steps: list[dict[str, Any]] = github["jobs"]["replay"]["steps"]
    (step,) = [one for one in steps if "run" in one]
    assert step["run"] == ".ci/run"
    assert set(step["env"]) == {"SHARD", "SHARDS"}
    assert step["env"]["SHARDS"] == len(github["jobs"]["replay"]["strategy"]["matrix"]["shard"])
    assert gitlab["replay"]["script"][-1] == ".ci/run"
    assert gitlab["replay"]["script"][0].startswith("export SHARD=$CI_NODE_INDEX SHARDS=")
    (script,) = blocks("sh")
    assert {"SHARD", "SHARDS", "replay.xml", "replay.html"} <= set(re.findall(r"[\w.]+", script))
