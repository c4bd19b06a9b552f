"""`replay.py send`: a recording to a live server."""

from __future__ import annotations

import json
import stat
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from tests.playback.recorded import get, keep, ok, post, record
from tests.playback.servers import answer, serving
from tests.verbs.cli import (
    Shell,
    drifted,
)

if TYPE_CHECKING:
    from pathlib import Path


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


def test_shards_share_the_work(shell: Shell, recording: str) -> None:
    with serving(lambda _: answer(b"hello")) as server:
        for part in ("1/2", "2/2"):
            shell("send", recording, "--to", server.url, "--shard", part)
    assert len(server.got) == 3
    numbers = []
    for part in ("1/2", "2/2"):
        assert shell("check", recording, "--shard", part) == 0
        numbers.append(int(shell.out.split()[2]))
    assert sum(numbers) == 4
    assert shell("check", recording, "--shard", "3/2") == 2


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
