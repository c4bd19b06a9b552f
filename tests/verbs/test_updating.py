"""`send --update`, `--skip`, `--rhythm`: new expectations on purpose, and what is beside a call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.exchange import Failure, Piece
from store.reader import Reader
from store.recording import open_for_reading
from tests.playback.recorded import get, keep, ok, record
from tests.playback.servers import answer, serving
from tests.verbs.cli import SECRET

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from tests.verbs.cli import Shell

NEW = answer(b"new", b"Content-Type: text/plain")


def exchanges(place: str | Path) -> list[Exchange]:
    recording = open_for_reading(str(place))
    try:
        return list(Reader(recording).exchanges())
    finally:
        recording.close()


def test_an_update_makes_the_answers_of_now_the_expectation(shell: Shell, recording: str, tmp_path: Path) -> None:
    before = Path(recording).read_bytes()
    with serving(lambda _: NEW) as server:
        url = ("--to", server.url)
        assert shell("send", recording, *url, "--update", tmp_path / "new.db", "--no-keep") == 1
        assert f"{tmp_path / 'new.db'}: 4 exchanges, 3 with a new answer" in shell.out
        assert shell("send", tmp_path / "new.db", *url) == 0
    assert Path(recording).read_bytes() == before
    assert shell("check", tmp_path / "new.db") == 0
    assert shell("verify", tmp_path / "new.db") == 0
    old, new = exchanges(recording), exchanges(tmp_path / "new.db")
    assert [one.server and one.server.request for one in new] == [one.server and one.server.request for one in old]
    assert [one.facts for one in new] == [one.facts for one in old]
    assert new[0].client.response is not None
    assert new[0].client.response.body == b"new"
    assert new[2] == old[2]  # the gateway refused it: nothing was sent


def test_two_updates_from_equal_answers_are_equal(shell: Shell, recording: str, tmp_path: Path) -> None:
    with serving(lambda _: NEW) as server:
        for name in ("a.db", "b.db"):
            shell("send", recording, "--to", server.url, "--update", tmp_path / name)
    assert exchanges(tmp_path / "a.db") == exchanges(tmp_path / "b.db")


def test_what_is_not_sent_stays_as_it_was(shell: Shell, recording: str, tmp_path: Path) -> None:
    with serving(lambda _: NEW) as server:
        shell("send", recording, "--to", server.url, "--update", tmp_path / "new.db", "--filter", "id:1")
    assert "4 exchanges, 1 with a new answer" in shell.out
    assert exchanges(tmp_path / "new.db")[1:] == exchanges(recording)[1:]


def test_a_call_that_fails_now_keeps_its_answer(shell: Shell, recording: str, tmp_path: Path) -> None:
    with serving(lambda _: b"no HTTP at all\r\n\r\n") as server:
        shell("send", recording, "--to", server.url, "--update", tmp_path / "new.db", "--filter", "id:1")
    assert "0 with a new answer" in shell.out
    assert exchanges(tmp_path / "new.db") == exchanges(recording)


def test_an_update_seals_again(shell: Shell, sealed: str, tmp_path: Path) -> None:
    with serving(lambda _: answer(b'{"token": "' + SECRET + b'"}', b"Content-Type: application/json")) as server:
        shell("send", sealed, "--to", server.url, "--update", tmp_path / "new.db")
        assert shell("send", tmp_path / "new.db", "--to", server.url) == 0
    assert SECRET not in (tmp_path / "new.db").read_bytes()
    assert SECRET in server.got[-2]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        pytest.param(["--as-client", "http://127.0.0.1:1"], "use --to", id="as a client"),
        pytest.param(["--capture", "{folder}/c.toml"], "exclude each other", id="with captures"),
    ],
)
def test_an_update_that_means_nothing_is_refused(
    shell: Shell, recording: str, tmp_path: Path, args: list[str], told: str
) -> None:
    (tmp_path / "c.toml").write_text('[[capture]]\nname = "a"\nsource = "body.a"\n')
    words = [word.format(folder=tmp_path) for word in args]
    assert shell("send", recording, *words, "--update", tmp_path / "new.db") == 2
    assert told in shell.err


def test_an_update_overwrites_nothing(shell: Shell, recording: str) -> None:
    before = Path(recording).read_bytes()
    assert shell("send", recording, "--update", recording) == 2
    assert "already there" in shell.err
    assert Path(recording).read_bytes() == before


def test_a_bundle_without_its_key_is_not_updated(shell: Shell, sealed: str, tmp_path: Path) -> None:
    assert shell("export", sealed, "-o", tmp_path / "bug.fcz") == 0
    assert shell("send", tmp_path / "bug.fcz", "--update", tmp_path / "new.db") == 2
    assert "needs the recording's key" in shell.err


def test_an_update_of_a_server_that_is_not_there_writes_nothing(shell: Shell, recording: str, tmp_path: Path) -> None:
    assert shell("send", recording, "--to", "http://127.0.0.1:1", "--update", tmp_path / "new.db") == 4
    assert not (tmp_path / "new.db").exists()


@pytest.fixture
def retried(tmp_path: Path) -> str:
    calls = record([(get(b"/a"), lambda _: ok()), (get(b"/a"), lambda _: ok()), (get(b"/healthz"), lambda _: ok())])
    return keep(str(tmp_path / "retried.db"), [replace(calls[0], failure=Failure.CLIENT_GONE), *calls[1:]])


def test_retries_and_health_checks_are_marked(shell: Shell, retried: str, tmp_path: Path) -> None:
    with serving(lambda _: answer(b"other")) as server:
        args = ("--to", server.url, "--health-path", "/healthz", "--json", tmp_path / "r.json")
        assert shell("send", retried, *args) == 1
    assert "different  #2  GET /a  (a retry of #1)" in shell.out
    assert "different  #3  GET /healthz  (a health check)" in shell.out
    assert '"mark": "a retry of #1"' in (tmp_path / "r.json").read_text()


def test_marked_calls_are_skipped_when_asked(shell: Shell, retried: str) -> None:
    with serving(lambda _: answer()) as server:
        args = ("--to", server.url, "--health-path", "/healthz", "--skip", "retry,health")
        assert shell("send", retried, *args) == 5  # the first one's client did not wait for its answer
    assert len(server.got) == 1
    assert "3 skipped" in shell.out


def test_an_unknown_mark_is_refused(shell: Shell, retried: str) -> None:
    assert shell("send", retried, "--skip", "retries") == 2
    assert "there are retry, health" in shell.err


def test_a_stream_that_comes_at_once_is_told_when_rhythm_matters(shell: Shell, tmp_path: Path) -> None:
    (call,) = record([(get(b"/"), lambda _: ok(b"onetwo"))])
    place = keep(str(tmp_path / "stream.db"), [replace(call, pieces=(Piece(3, 0), Piece(6, 2_000_000)))])
    with serving(lambda _: answer(b"onetwo")) as server:
        assert shell("send", place, "--to", server.url, "--fail-on", "low") == 0
        assert shell("send", place, "--to", server.url, "--fail-on", "low", "--rhythm") == 1
    assert "timing  rhythm  2 s -> 0 s" in shell.out
