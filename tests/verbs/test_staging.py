"""`replay.py send --start`: a server of the replay's own, its clock, its outside, and what makes no sense together."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from playback.freeze import WHERE_TO_GET_IT, find_library
from tests.playback.recorded import ARRIVED_US, get, keep, ok, record

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.messages import Request
    from tests.verbs.cli import Shell

CLOCK = """
import http.server, os, time

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"%d" % time.time()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        print("asked", self.path, flush=True)
        if self.path == "/die":
            os._exit(7)

http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
START = shlex.join([sys.executable, "-c", CLOCK])


def at(target: bytes) -> tuple[Request, object]:
    """A call whose answer is the second in which the gateway got it; test recordings have one a second."""
    number = int(target.strip(b"/"))
    return get(target), lambda _: ok(b"%d" % (ARRIVED_US // 1_000_000 + number))


@pytest.fixture
def clocked(tmp_path: Path) -> str:
    return keep(str(tmp_path / "fc.db"), record([at(b"/1"), at(b"/2"), at(b"/3")]))  # type: ignore[list-item]


@pytest.mark.skipif(find_library() is None, reason=f"libfaketime is not here: {WHERE_TO_GET_IT}")
@pytest.mark.parametrize("words", [(), ("--filter", "id:3")], ids=["all", "one"])
def test_the_server_answers_at_the_time_of_each_exchange(shell: Shell, clocked: str, words: tuple[str, ...]) -> None:
    assert shell("send", clocked, "--start", START, "--freeze-time", *words) == 0, shell.out
    assert shell("send", clocked, "--start", START, *words) == 1, "without it, it is today"


def test_without_libfaketime_it_says_so(shell: Shell, clocked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verbs.staging.find_library", lambda: None)
    assert shell("send", clocked, "--start", START, "--freeze-time") == 2
    assert "--freeze-time needs libfaketime, which is not here: apt install faketime" in shell.err
    assert shell.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("--hermetic",), "--hermetic needs --start COMMAND", id="hermetic-alone"),
        pytest.param(("--freeze-time",), "--freeze-time needs --start COMMAND", id="freeze-alone"),
        pytest.param(("--start", " "), "--start needs a command", id="no-command"),
        pytest.param(
            ("--start", "x", "--as-client", "http://127.0.0.1:1"), "--as-client sends to a gateway", id="both"
        ),
        pytest.param(("--expect", "stats:200"), "did you mean 'status:'", id="bad-expectation"),
    ],
)
def test_what_makes_no_sense_is_one_line(shell: Shell, clocked: str, words: tuple[str, ...], told: str) -> None:
    assert shell("send", clocked, *words) == 2
    assert told in shell.err
    assert shell.err.count("\n") == 1


def test_a_server_that_does_not_come_up_ends_with_4(shell: Shell, clocked: str) -> None:
    command = shlex.join([sys.executable, "-c", "print('no table'); raise SystemExit(3)"])
    assert shell("send", clocked, "--start", command) == 4
    assert "no table" in shell.err
    assert shell("send", clocked, "--start", "no-such-program-anywhere") == 4
    assert shell.err.count("\n") == 1


def test_a_server_that_dies_is_told_with_its_last_words(shell: Shell, tmp_path: Path) -> None:
    calls = record([(get(b"/die"), lambda _: ok(b"x")), (get(b"/2"), lambda _: ok(b"x"))])
    place = keep(str(tmp_path / "fc.db"), calls)
    assert shell("send", place, "--start", START) == 4
    assert "server: asked /die" in shell.err
    assert "stopped listening" in shell.out


def test_nothing_is_started_when_nothing_is_sent(shell: Shell, clocked: str) -> None:
    assert shell("send", clocked, "--start", "no-such-program-anywhere", "--filter", "path:/none") == 5


def test_an_expectation_takes_the_place_of_the_recorded_answers(shell: Shell, clocked: str) -> None:
    assert shell("send", clocked, "--start", START, "--expect", "status:200") == 0
    assert shell("send", clocked, "--start", START, "--expect", "status:404") == 1
    assert shell.out.count("status:404 -> answered 200") == 3


def test_where_it_is_to_listen_may_be_said(shell: Shell, clocked: str) -> None:
    assert shell("send", clocked, "--start", START, "--to", "http://127.0.0.1:39317", "--expect", "status:200") == 0
