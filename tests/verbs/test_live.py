"""`replay.py audit --live` as a user starts it, and as the proxy does."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.playback.servers import answer, serving
from tests.verbs.cli import ROOT, SECRET, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = [sys.executable, str(ROOT / "replay.py"), "audit"]


class Page:
    """A live page in a process of its own, and a browser that was let in."""

    def __init__(self, *args: str, told: bytes | None = None) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if told is not None:
            self.process.stdin.write(told)
            self.process.stdin.flush()
        self.url = self.process.stdout.readline().decode().strip()

    def enter(self) -> None:
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        self._place = (parts.hostname, parts.port)
        opened, _ = self.ask("GET", f"/?{parts.query}")
        self._cookie = opened.headers["set-cookie"].partition(";")[0]
        self._room = opened.headers["location"]

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection(*self._place, timeout=20)
        connection.request(method, path, body or None, headers)
        found = connection.getresponse()
        content = found.read()
        connection.close()
        return found, content

    def post(self, path: str, body: bytes = b"") -> tuple[int, bytes]:
        inside = {"Cookie": self._cookie, "Sec-Fetch-Site": "same-origin", "X-FC-Replay": "1"}
        found, content = self.ask("POST", self._room + path, body, **inside)
        return found.status, content

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said.decode()


@pytest.fixture
def pages() -> Iterator[list[Page]]:
    found: list[Page] = []
    yield found
    for page in found:
        if page.process.poll() is None:
            page.process.kill()
            page.process.communicate()


def test_it_serves_until_it_is_told_to_end_and_says_nothing_more(recording: str, pages: list[Page]) -> None:
    pages.append(page := Page(recording, "--live", "--port", "0"))
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", page.url)
    page.enter()
    assert page.end(signal.SIGINT) == (0, "")


def test_a_replay_goes_to_the_server_and_is_judged(recording: str, pages: list[Page]) -> None:
    with serving(lambda _: answer(b"changed")) as server:
        pages.append(page := Page(recording, "--live", "--port", "0", "--to", server.url))
        page.enter()
        status, card = page.post("replay/1")
        assert status == 200
        assert b"different" in card
        assert f"send to {server.url}".encode() in card
        assert len(server.got) == 1
    status, told = page.post("replay/1")
    assert (status, b"127.0.0.1" in told) == (409, True)


def test_a_replay_never_leaves_this_machine(recording: str, pages: list[Page]) -> None:
    pages.append(page := Page(recording, "--live", "--port", "0", "--to", "http://192.0.2.1"))
    page.enter()
    status, told = page.post("replay/1")
    assert (status, b"not on this machine" in told) == (409, True)


def test_what_leaves_holds_no_secret_and_is_a_recording_again(
    sealed: str, pages: list[Page], tmp_path: Path, shell: Shell
) -> None:
    pages.append(page := Page(sealed, "--live", "--port", "0"))
    page.enter()
    status, content = page.post("bundle", b"[1]")
    assert status == 200
    assert SECRET not in content
    (tmp_path / "selection.fcz").write_bytes(content)
    assert shell("list", tmp_path / "selection.fcz") == 0
    assert "/login" in shell.out
    assert SECRET.decode() not in shell.out


def test_attached_it_ends_with_the_one_who_asked(recording: str, pages: list[Page]) -> None:
    told = {"recording": recording, "gateway_url": "http://127.0.0.1:8080", "language": "zh"}
    pages.append(page := Page("-", "--attached", "--port", "0", told=json.dumps(told).encode() + b"\n"))
    page.enter()
    assert page.process.communicate(timeout=20) == (b"", b"")
    assert page.process.returncode == 0


def test_attached_it_does_not_start_for_nobody() -> None:
    done = subprocess.run(
        [*PROGRAM, "-", "--attached"], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)


def test_a_port_that_is_taken_is_one_line(recording: str, pages: list[Page], shell: Shell) -> None:
    pages.append(page := Page(recording, "--live", "--port", "0"))
    port = urlsplit(page.url).port
    assert shell("audit", recording, "--live", "--port", str(port)) == 2
    assert f"cannot listen on 127.0.0.1:{port}" in shell.err


def test_a_page_is_written_or_served(recording: str, tmp_path: Path, shell: Shell) -> None:
    assert shell("audit", recording) == 2
    assert "--output FILE" in shell.err
    assert shell("audit", recording, "--live", "-o", tmp_path / "x.html") == 2
    assert shell("audit", tmp_path / "none.db", "--live") == 3
    assert not (tmp_path / "x.html").exists()
