"""The command line: what each verb prints, and the exit code of every way it can end."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import sqlite3
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from formats.raw import render as render_raw
from gateway.messages import BodyRef
from replay import replay
from store.secret_shapes import TAG
from tests.playback.recorded import get, keep, ok, post, record
from tests.playback.servers import answer, serving
from verbs.shell import exit_code_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange


ROOT = Path(__file__).resolve().parent.parent
INVOKE = b"/2023-03-30/functions/web/invocations"
HOSTILE = b"/\x1b]52;c;aGk=\x07\xe2\x80\xae"


def calls() -> list[Exchange]:
    return record(
        [
            (get(b"/hello", (b"X-Fc-A", b"1")), lambda _: ok(b"hello")),
            (post(INVOKE, b"{}"), lambda _: ok(b"hello", status=404)),
            (get(b"/" + b"x" * 5000), lambda _: ok()),
            (get(HOSTILE), lambda _: ok(b"hello", (b"X-Evil", b"\x9b31m"))),
        ]
    )


@pytest.fixture
def recording(tmp_path: Path) -> str:
    return keep(str(tmp_path / "fc.db"), calls())


class Shell:
    """Runs the command line in this process; `out` and `err` are what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *args: str | Path) -> int:
        code = exit_code_of(replay, [str(arg) for arg in args])
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


# -- list


def test_list_prints_a_line_per_exchange(shell: Shell, recording: str) -> None:
    assert shell("list", recording) == 0
    lines = shell.out.splitlines()
    assert lines[0] == "1  GET /hello 200  -1 +17  4.0 ms"
    assert lines[1] == f"2  POST {INVOKE.decode()} 404→200  +19 ~3  4.0 ms"
    assert lines[2].startswith("3  GET /xxx")
    assert lines[2].endswith("… 400  +2  ✕ InvalidArgument  4.0 ms")
    assert lines[3].startswith("4  GET /\\x1b]52;c;aGk=\\x07<RIGHT-TO-LEFT OVERRIDE> 200")
    assert len(lines) == 4


def test_list_takes_a_filter(shell: Shell, recording: str) -> None:
    assert shell("list", recording, "--filter", "mode:api") == 0
    assert [line.split()[0] for line in shell.out.splitlines()] == ["2"]


def test_list_marks_deliveries(shell: Shell, tmp_path: Path) -> None:
    asynchronous = record([(post(INVOKE, b"{}", (b"X-Fc-Invocation-Type", b"Async")), lambda _: ok())])
    assert shell("list", keep(str(tmp_path / "a.db"), asynchronous)) == 0
    assert "delivery of 1" in shell.out.splitlines()[1]


# -- show


def test_show_prints_both_views_and_every_reason(shell: Shell, recording: str) -> None:
    assert shell("show", recording, "1") == 0
    assert "    GET /hello HTTP/1.1" in shell.out
    assert "  - X-Fc-A: 1" in shell.out
    assert "  + x-fc-request-id: 1-00000001" in shell.out
    assert "    | hello" in shell.out
    (exchange,) = [one for one in calls() if one.id == 1]
    for transform in exchange.transforms:
        assert f"        {transform.rule_id} [" in shell.out


def test_show_tells_why_a_call_was_refused(shell: Shell, recording: str) -> None:
    assert shell("show", recording, "3") == 0
    assert "req.limit.path" in shell.out
    assert "InvalidArgument" in shell.out


def test_show_speaks_chinese(shell: Shell, recording: str) -> None:
    assert shell("show", recording, "1", "--language", "zh") == 0
    assert "请求" in shell.out


# -- check


def test_check_of_a_fresh_recording_is_same(shell: Shell, recording: str) -> None:
    assert shell("check", recording) == 0
    assert shell.out == "check fc.db: 4 same\n"


def drifted(tmp_path: Path) -> str:
    changed = [replace(one, error_code="Other") if one.id == 3 else one for one in calls()]
    return keep(str(tmp_path / "drift.db"), changed)


def test_check_of_a_drifted_recording_is_different(shell: Shell, tmp_path: Path) -> None:
    assert shell("check", drifted(tmp_path)) == 1
    assert "gateway-drift  error_code  Other -> InvalidArgument" in shell.out
    assert shell.out.endswith("check drift.db: 3 same, 1 different\n")


# -- send


def test_send_to_the_same_server_is_same(shell: Shell, recording: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with serving(lambda _: answer(b"hello")) as server:
        code = shell("send", recording, "--to", server.url, "--filter", "id:1", "--json", report)
    assert (code, shell.out) == (0, "send fc.db: 1 same\n")
    assert json.loads(report.read_bytes())["summary"]["same"] == 1
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_send_reports_the_same_numbers_in_every_form(
    shell: Shell, recording: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_json, as_xml, step = tmp_path / "r.json", tmp_path / "r.xml", tmp_path / "step.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    with serving(lambda _: answer(b"other")) as server:
        code = shell("send", recording, "--to", server.url, "--json", as_json, "--junit", as_xml, "--github")
    assert code == 1
    summary = json.loads(as_json.read_bytes())["summary"]
    assert (summary["different"], summary["skipped"]) == (3, 1)
    suite = ET.fromstring(as_xml.read_bytes())  # noqa: S314 - our own file of a moment ago
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "3", "1")
    assert "send fc.db: 3 different, 1 skipped" in shell.out
    assert shell.out.count("::error ") == 3
    assert step.read_text("utf-8").count("| \\#") == 3


def test_two_replays_give_the_same_bytes(shell: Shell, recording: str, tmp_path: Path) -> None:
    dates = iter(range(100))

    def dated(_: bytes) -> bytes:
        return answer(b"other", b"Date: %d" % next(dates), b"X-Request-Id: %d" % next(dates))

    files = [tmp_path / name for name in ("1.json", "2.json", "1.xml", "2.xml")]
    with serving(dated) as server:
        for json_file, junit_file in ((files[0], files[2]), (files[1], files[3])):
            assert shell("send", recording, "--to", server.url, "--json", json_file, "--junit", junit_file) == 1
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[2].read_bytes() == files[3].read_bytes()


def test_fail_on_moves_the_gate(shell: Shell, recording: str) -> None:
    with serving(lambda _: answer(b"hello", b"X-New: 1")) as server:
        args = ("send", recording, "--to", server.url, "--filter", "id:1")
        assert shell(*args) == 0
        assert "1 warnings" in shell.out
        assert shell(*args, "--fail-on", "low") == 1


def test_send_to_nobody_is_4(shell: Shell, recording: str) -> None:
    with serving(lambda _: answer()) as server:
        url = server.url
    assert shell("send", recording, "--to", url) == 4
    assert f"stopped: nothing listens at {url.removeprefix('http://')}" in shell.out


def test_send_to_a_server_that_dies_is_4(shell: Shell, recording: str, tmp_path: Path) -> None:
    with serving(lambda _: server.stop_listening()) as server:
        assert shell("send", recording, "--to", server.url, "--junit", tmp_path / "r.xml") == 4
    assert "the server stopped listening during exchange 1" in shell.out
    assert b'errors="2"' in (tmp_path / "r.xml").read_bytes()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://192.0.2.1:9000", id="another machine"),
        pytest.param("https://127.0.0.1", id="TLS"),
        pytest.param("127.0.0.1:9000", id="no URL"),
    ],
)
def test_send_to_a_bad_target_is_2(shell: Shell, recording: str, url: str) -> None:
    assert shell("send", recording, "--to", url) == 2
    assert shell.err.startswith("replay.py send: ")


# -- audit


def test_audit_writes_one_private_page(shell: Shell, recording: str, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    assert shell("audit", recording, "-o", page) == 0
    assert b"x-fc-request-id" in page.read_bytes()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_audit_needs_a_place_that_can_be_written(shell: Shell, recording: str, tmp_path: Path) -> None:
    assert shell("audit", recording, "-o", tmp_path / "no" / "audit.html") == 2
    assert shell.err.startswith("replay.py: cannot write ")


# -- what every verb shares

READING = ("list", "show", "check", "send", "serve", "audit")


def reading(verb: str, recording: str | Path, tmp_path: Path) -> list[str | Path]:
    more: dict[str, list[str | Path]] = {"show": ["1"], "audit": ["-o", tmp_path / "x.html"]}
    return [verb, recording, *more.get(verb, [])]


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


# -- noise


def minted() -> Callable[[bytes], bytes]:
    """A server that answers with another number each time."""
    counter = iter(range(1000, 9999))
    return lambda _: answer(b'{"id": %d, "name": "x"}' % next(counter), b"Content-Type: application/json")


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


# -- sealed values


def test_sealed_values_that_are_not_here_are_named_before_the_first_request(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = record([(get(b"/", (b"Authorization", b"Bearer canarycanary")), lambda _: ok(b"hello"))])
    place = keep(str(tmp_path / "fc.db"), calls)
    (tmp_path / "fc.db.key").unlink()
    with serving(lambda _: answer(b"hello")) as server:
        assert shell("send", place, "--to", server.url) == 2
        assert server.got == []
        name = shell.err.partition("not here: ")[2].split()[0]
        assert shell("noise", "learn", place, "--to", server.url, "-o", tmp_path / "n.toml") == 2
        monkeypatch.setenv("FC_TOKEN", "canarycanary")
        assert shell("send", place, "--to", server.url, "--secret", f"{name}=env:FC_TOKEN") == 0
    assert b"Authorization: Bearer canarycanary" in server.got[0]
    assert shell("send", place, "--secret", "x=y") == 2


# -- serve


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


# -- captures


def test_send_carries_captured_values_on(shell: Shell, tmp_path: Path) -> None:
    json_type = (b"Content-Type", b"application/json")
    calls = record(
        [
            (post(b"/items", b"{}", json_type), lambda _: ok(b'{"id": 7}', json_type)),
            (get(b"/items/7"), lambda _: ok(b'{"id": 7}', json_type)),
        ]
    )
    place, rules = keep(str(tmp_path / "fc.db"), calls), tmp_path / "captures.toml"
    rules.write_text('[[capture]]\nname = "id"\nsource = "body.id"\n[[capture]]\nname = "no"\nsource = "body.no"\n')
    with serving(lambda _: answer(b'{"id": 9}', b"Content-Type: application/json")) as server:
        assert shell("send", place, "--to", server.url, "--capture", rules) == 0
    assert server.got[1].startswith(b"GET /items/9 ")
    assert shell.out == "send fc.db: 2 same; rules that found nothing: no\n"
    assert shell("send", place, "--capture", tmp_path / "nope.toml") == 2


# -- pages of a replay


def test_check_and_send_write_a_page_of_what_they_found(shell: Shell, tmp_path: Path, recording: str) -> None:
    page = tmp_path / "replay.html"
    assert shell("check", drifted(tmp_path), "--html", page, "--filter", "id:3") == 1
    assert b"error_code" in page.read_bytes()
    with serving(lambda _: answer(b"an-answer-of-now")) as server:
        assert shell("send", recording, "--to", server.url, "--html", page, "--filter", "id:1") == 1
    assert b"an-answer-of-now" in page.read_bytes()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert shell("check", recording, "--html", tmp_path / "no" / "x.html") == 2


def test_audit_writes_a_folder_when_asked(shell: Shell, tmp_path: Path, recording: str) -> None:
    (tmp_path / "pages").mkdir()
    assert shell("audit", recording, "-o", tmp_path / "pages") == 0
    assert sorted(path.name for path in (tmp_path / "pages" / "e").iterdir()) == [f"{n}.html" for n in range(1, 5)]
    assert shell("audit", recording, "-o", tmp_path / "pages") == 0
    assert shell.out.endswith("up to date\n")


# -- export and import

SECRET = b"canarySECRETcanary"


@pytest.fixture
def sealed(tmp_path: Path) -> str:
    body = b'{"password": "' + SECRET + b'", "pad": "' + b"x" * 400_000 + b'"}'
    login = post(b"/login?token=" + SECRET, body, (b"Authorization", b"Bearer " + SECRET))
    large = BodyRef(hashlib.sha256(body).digest(), len(body))
    calls = record([(replace(login, body=large), lambda _: ok(b"hello")), (get(b"/hello"), lambda _: ok(b"hello"))])
    return keep(str(tmp_path / "fc.db"), calls, bodies=[body])


def all_members(bundle: Path) -> bytes:
    with zipfile.ZipFile(bundle) as opened:
        return b"\n".join(opened.read(name) for name in opened.namelist() if name != "README.txt")


def test_a_bundle_replays_on_another_desk_without_the_secrets(
    shell: Shell, tmp_path: Path, sealed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = tmp_path / "other desk"
    desk.mkdir()
    bundle = desk / "bug.fcz"
    assert shell("export", sealed, "-o", bundle) == 0
    assert shell.out.endswith("2 exchanges, without secrets\n")
    assert SECRET not in all_members(bundle)
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    assert shell("list", bundle) == 0
    assert len(shell.out.splitlines()) == 2
    assert shell("check", bundle) == 0
    assert shell("audit", bundle, "-o", desk / "audit.html") == 0
    with serving(lambda _: answer(b"hello")) as server:
        assert shell("send", bundle, "--to", server.url) == 2
        name = shell.err.partition("not here: ")[2].split()[0]
        monkeypatch.setenv("FC_TOKEN", SECRET.decode())
        assert shell("send", bundle, "--to", server.url, "--secret", f"{name}=env:FC_TOKEN") == 0
        assert shell("send", bundle, "--to", server.url, "--filter", "path:/hello") == 0
    assert b"Authorization: Bearer " + SECRET in server.got[0]
    assert sorted(path.name for path in desk.iterdir()) == ["audit.html", "bug.fcz"]


def test_the_same_export_is_the_same_bytes(shell: Shell, tmp_path: Path, sealed: str) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        assert shell("export", sealed, "-o", tmp_path / folder / "bug.fcz") == 0
    assert (tmp_path / "a" / "bug.fcz").read_bytes() == (tmp_path / "b" / "bug.fcz").read_bytes()


def test_two_exports_and_the_recording_share_no_pseudonym(shell: Shell, tmp_path: Path, sealed: str) -> None:
    assert shell("export", sealed, "-o", tmp_path / "a.fcz") == 0
    assert shell("export", sealed, "-o", tmp_path / "b.fcz", "--filter", "id:1") == 0
    assert shell("show", sealed, "1") == 0
    texts = [all_members(tmp_path / "a.fcz"), all_members(tmp_path / "b.fcz"), shell.out.encode()]
    tags = [set(TAG.findall(text)) for text in texts]
    assert all(tags)
    assert not tags[0] & tags[1]
    assert not tags[0] & tags[2]


def test_an_export_without_sealing_is_sealed_all_the_same(shell: Shell, tmp_path: Path) -> None:
    calls = record([(get(b"/", (b"Authorization", b"Bearer " + SECRET)), lambda _: ok())])
    place = keep(str(tmp_path / "fc.db"), calls, seal="off")
    assert shell("export", place, "-o", tmp_path / "bug.fcz") == 0
    assert SECRET not in all_members(tmp_path / "bug.fcz")


def test_secrets_leave_only_when_asked(shell: Shell, tmp_path: Path, sealed: str) -> None:
    bundle = tmp_path / "bug.fcz"
    assert shell("export", sealed, "-o", bundle, "--with-secrets") == 0
    assert "SECRETS IN THE CLEAR" in shell.out
    assert SECRET in all_members(bundle)
    with serving(lambda _: answer(b"hello")) as server:
        assert shell("send", bundle, "--to", server.url) == 0
    assert b"Authorization: Bearer " + SECRET in server.got[0]


def test_a_leak_stops_the_export_and_leaves_no_file(
    shell: Shell, tmp_path: Path, sealed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should sealing ever miss a value that it once found, the self-scan notices."""
    monkeypatch.setattr("playback.exported.seal", lambda exchange, *_: SimpleNamespace(exchange=exchange, made=[]))
    assert shell("export", sealed, "-o", tmp_path / "bug.fcz") == 4
    assert "a sealed value would leave with exchange 1" in shell.err
    assert not (tmp_path / "bug.fcz").exists()


def test_noise_rules_travel_with_a_bundle(shell: Shell, tmp_path: Path) -> None:
    json_type = (b"Content-Type", b"application/json")
    place = keep(str(tmp_path / "fc.db"), record([(get(b"/a"), lambda _: ok(b'{"id": 7, "name": "x"}', json_type))]))
    rules, bundle = tmp_path / "noise.toml", tmp_path / "bug.fcz"
    rules.write_text('[[rule]]\nid = "n"\npath = "body.id"\nshape = "integer"\n')
    assert shell("export", place, "-o", bundle, "--noise", rules) == 0
    with serving(minted()) as server:
        assert shell("send", place, "--to", server.url) == 1
        assert shell("send", bundle, "--to", server.url) == 0
    rules.write_text("x")
    assert shell("export", place, "-o", bundle, "--noise", rules) == 2


def test_a_bundle_becomes_a_recording(shell: Shell, tmp_path: Path, sealed: str) -> None:
    bundle, place = tmp_path / "bug.fcz", tmp_path / "imported.db"
    assert shell("export", sealed, "-o", bundle) == 0
    assert shell("import", bundle, "-o", place) == 0
    assert shell("check", place) == 0
    assert shell("verify", place) == 0
    assert shell("import", bundle, "-o", place) == 2
    again = tmp_path / "again.fcz"
    assert shell("export", place, "-o", again) == 0
    assert SECRET not in all_members(again)


@pytest.mark.parametrize("verb", READING)
def test_a_damaged_bundle_is_3(shell: Shell, tmp_path: Path, recording: str, verb: str) -> None:
    bundle = tmp_path / "bug.fcz"
    assert shell("export", recording, "-o", bundle) == 0
    data = bytearray(bundle.read_bytes())
    data[len(data) // 3] ^= 1
    bundle.write_bytes(data)
    assert shell(*reading(verb, bundle, tmp_path)) == 3
    assert len(shell.err.splitlines()) == 1
    assert shell("import", bundle, "-o", tmp_path / "x.db") == 3
    assert not (tmp_path / "x.db").exists()


def test_export_fails_with_its_code(shell: Shell, tmp_path: Path, recording: str) -> None:
    assert shell("export", recording, "-o", tmp_path / "no" / "bug.fcz") == 3
    assert shell("export", recording, "-o", tmp_path / "bug.fcz", "--filter", "id:99") == 5
    assert shell("export", tmp_path / "nope.db", "-o", tmp_path / "bug.fcz") == 3
    assert shell("import", tmp_path / "nope.fcz", "-o", tmp_path / "y.db") == 3
    assert not (tmp_path / "bug.fcz").exists()


# -- other forms of export


def test_a_har_leaves_without_secrets(shell: Shell, tmp_path: Path, sealed: str) -> None:
    assert shell("export", sealed, "-o", tmp_path / "calls.har") == 0
    told = (tmp_path / "calls.har").read_bytes()
    assert SECRET not in told
    assert [entry["request"]["method"] for entry in json.loads(told)["log"]["entries"]] == ["POST", "GET"]
    assert shell("export", sealed, "-o", tmp_path / "no" / "calls.har") == 2


@pytest.mark.parametrize("side", ["client", "server"])
def test_curl_commands_send_what_was_recorded(shell: Shell, tmp_path: Path, side: str) -> None:
    calls = record(
        [
            (get(b"/a/../b//%2f?q=[1]&{x}", (b"X-Empty", b""), (b"A", b"'$(id)"), (b"A", b"2")), lambda _: ok()),
            (post(b"/binary", b"\xff\0@\r\n", (b"Content-Type", b"x/y")), lambda _: ok()),
            (post(b"/at", b"@/etc/hostname", (b"Content-Type", b"text/plain")), lambda _: ok()),
        ]
    )
    place, folder = keep(str(tmp_path / "fc.db"), calls), tmp_path / "curl"
    folder.mkdir()
    # Sealing covers a binary body whole, so only an export with secrets holds its bytes.
    assert shell("export", place, "-o", folder / "calls.sh", "--side", side, "--with-secrets") == 0
    with serving(lambda _: answer(b"hello")) as server:
        script = (folder / "calls.sh").read_text().replace("127.0.0.1:8080", f"127.0.0.1:{server.port}")
        script = script.replace("127.0.0.1:9000", f"127.0.0.1:{server.port}")
        done = subprocess.run(["/bin/sh", "-e"], input=script.encode(), cwd=folder, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    views = [call.client if side == "client" else call.server for call in calls]
    for got, view in zip(server.got, views, strict=True):
        assert view is not None
        assert view.request is not None
        raw_request = b"".join(render_raw(view.request, lambda _: []))
        # An empty value may follow its colon without a space: the same field to every reader (RFC 9112 5).
        lines = [sorted(line.rstrip(b" ") for line in message.split(b"\r\n")) for message in (got, raw_request)]
        assert lines[0] == lines[1]


def test_raw_messages_are_files_by_id(shell: Shell, tmp_path: Path, recording: str) -> None:
    folder = tmp_path / "raw"
    assert shell("export", recording, "-o", folder, "--format", "raw", "--filter", "id:1") == 0
    names = [f"1-{side}-{what}.http" for side in ("client", "server") for what in ("request", "response")]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert (folder / names[0]).read_bytes() == b"GET /hello HTTP/1.1\r\nHost: example.test\r\nX-Fc-A: 1\r\n\r\n"
    assert (folder / names[3]).read_bytes() == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    (tmp_path / "file").write_text("")
    assert shell("export", recording, "-o", tmp_path / "file", "--format", "raw") == 2
