"""`replay.py import`: HARs and flow files come in, secrets sealed, and a failure leaves nothing behind."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from mitmproxy.io import tnetstring
from mitmproxy.test import tflow

from store.reader import Reader
from store.recording import open_for_reading
from tests.playback.servers import answer, serving
from tests.verbs.cli import SECRET

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.exchange import Exchange
    from tests.verbs.cli import Shell


def exchanges(place: str | Path) -> list[Exchange]:
    recording = open_for_reading(str(place))
    try:
        return list(Reader(recording).exchanges())
    finally:
        recording.close()


def har(**request: object) -> str:
    """A HAR of one call, as a browser writes it."""
    sent: dict[str, Any] = {"method": "GET", "url": "http://a.test/hello?x=1", "httpVersion": "HTTP/1.1", "headers": []}
    content = {"size": 5, "mimeType": "text/plain", "text": "hello"}
    got = {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [], "content": content}
    entry = {"startedDateTime": "2026-11-22T10:00:00Z", "time": 1, "request": {**sent, **request}, "response": got}
    return json.dumps({"log": {"version": "1.2", "entries": [entry]}})


def flows(*found: Any) -> bytes:
    out = io.BytesIO()
    for one in found:
        tnetstring.dump(one.get_state(), out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["calls.har", "calls.flow", "bug.fcz"])
@pytest.mark.parametrize("side", ["client", "server"])
def test_what_was_exported_is_imported_whole(
    shell: Shell, recording: str, tmp_path: Path, name: str, side: str
) -> None:
    expected = [one for one in exchanges(recording) if side == "client" or one.server or name == "bug.fcz"]
    assert shell("export", recording, "-o", tmp_path / name, "--side", side) == 0
    assert shell("import", tmp_path / name, "-o", tmp_path / "new.db") == 0
    assert (shell.out, shell.err) == (f"{tmp_path / 'new.db'}: {len(expected)} exchanges\n", "")
    assert exchanges(tmp_path / "new.db") == expected
    assert shell("check", tmp_path / "new.db") == 0
    assert shell("verify", tmp_path / "new.db") == 0


@pytest.mark.parametrize("name", ["calls.har", "calls.flow"])
def test_what_an_export_cannot_hold_is_said(shell: Shell, recording: str, tmp_path: Path, name: str) -> None:
    assert shell("export", recording, "-o", tmp_path / name, "--side", "server") == 0
    assert shell.err == "note: exchanges without a request on the server's side are left out: 1\n"
    assert shell("export", recording, "-o", tmp_path / name) == 0
    assert shell.err == ""


@pytest.mark.parametrize("name", ["calls.har", "calls.flow"])
def test_sealed_values_stay_pseudonyms_on_the_way(shell: Shell, sealed: str, tmp_path: Path, name: str) -> None:
    assert shell("export", sealed, "-o", tmp_path / name) == 0
    assert SECRET not in (tmp_path / name).read_bytes()
    assert shell("import", tmp_path / name, "-o", tmp_path / "new.db") == 0
    assert shell("check", tmp_path / "new.db") == 0
    with serving(lambda _: answer(b"hello")) as server:
        assert shell("send", tmp_path / "new.db", "--to", server.url) == 2
    assert "sealed values are not here: " in shell.err


@pytest.mark.parametrize("kind", ["har", "flow", "fcz"])
def test_secrets_of_a_file_are_sealed_when_it_comes_in(shell: Shell, tmp_path: Path, kind: str, sealed: str) -> None:
    token = f"Bearer {SECRET.decode()}"
    place = tmp_path / f"in.{kind}"
    if kind == "har":
        place.write_text(har(headers=[{"name": "Authorization", "value": token}]))
    elif kind == "flow":
        found = tflow.tflow(resp=True)
        found.request.headers["authorization"] = token
        place.write_bytes(flows(found))
    else:
        assert shell("export", sealed, "-o", place, "--with-secrets") == 0
    assert shell("import", place, "-o", tmp_path / "new.db") == 0
    assert SECRET not in (tmp_path / "new.db").read_bytes()
    with serving(lambda _: answer(b"hello")) as server:
        shell("send", tmp_path / "new.db", "--to", server.url, "--filter", "id:1")
    assert SECRET in server.got[0]


def test_a_browsers_har_is_sent_served_shown_and_not_checked(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "in.har").write_text(har())
    new = tmp_path / "new.db"
    assert shell("import", tmp_path / "in.har", "-o", new) == 0
    with serving(lambda _: answer(b"hello")) as server:
        for option in ("--to", "--as-client"):
            assert shell("send", new, option, server.url) == 0
    assert server.got[0].startswith(b"GET /hello?x=1 HTTP/1.1\r\nHost: a.test\r\n")
    assert shell("list", new) == 0
    assert shell.out == "1  GET /hello?x=1 200  0.0 ms\n"
    assert shell("show", new, "1") == 0
    assert "UNEXPLAINED" not in shell.out
    assert shell("check", new) == 5
    assert "1 skipped" in shell.out


def test_what_a_file_could_not_hold_is_said(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "in.flow").write_bytes(flows(tflow.tflow(resp=True), tflow.ttcpflow(), tflow.ttcpflow()))
    assert shell("import", tmp_path / "in.flow", "-o", tmp_path / "new.db") == 0
    assert shell.err == "note: flows that are no HTTP are left out: 2\n"


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        pytest.param(b"", 3, "no bundle, no HAR and no flow file", id="empty"),
        pytest.param(b"hello", 3, "no bundle, no HAR and no flow file", id="text"),
        pytest.param(b"{", 3, "no whole HAR", id="broken HAR"),
        pytest.param(b'{"a": 1}', 3, "no HAR", id="other JSON"),
        pytest.param(b'{"log": {"entries": [1]}}', 5, "nothing in it can be a recording; entry left out", id="odd HAR"),
        pytest.param(b"99:x", 3, "no whole flow file", id="broken flow"),
        pytest.param(flows(tflow.ttcpflow()), 5, "flows that are no HTTP", id="no HTTP"),
        pytest.param(b"PK\x03\x04 and nothing", 3, "no whole bundle", id="broken zip"),
    ],
)
def test_what_cannot_come_in_leaves_nothing_behind(
    shell: Shell, tmp_path: Path, content: bytes, code: int, told: str
) -> None:
    (tmp_path / "in").write_bytes(content)
    assert shell("import", tmp_path / "in", "-o", tmp_path / "new.db") == code
    assert told in shell.err
    assert len(shell.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_missing_file_is_3(shell: Shell, tmp_path: Path) -> None:
    assert shell("import", tmp_path / "none", "-o", tmp_path / "new.db") == 3
    assert "there is no such file" in shell.err


@pytest.mark.parametrize("there", ["new.db", "new.db.key"])
def test_nothing_that_is_there_is_overwritten(shell: Shell, tmp_path: Path, there: str) -> None:
    (tmp_path / "in.har").write_text(har())
    (tmp_path / there).write_text("mine")
    assert shell("import", tmp_path / "in.har", "-o", tmp_path / "new.db") == 2
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize(("content", "word"), [(har().encode(), "a HAR"), (flows(tflow.tflow()), "a mitmproxy flow")])
def test_a_verb_that_gets_such_a_file_says_to_import_it(
    shell: Shell, tmp_path: Path, content: bytes, word: str
) -> None:
    (tmp_path / "in").write_bytes(content)
    assert shell("list", tmp_path / "in") == 3
    assert word in shell.err
    assert "replay.py import" in shell.err


@pytest.mark.parametrize("words", [["import", "{folder}/in.har", "-o"], ["send", "{recording}", "--update"]])
def test_a_folder_that_is_not_there_is_said_before_anything_is_done(
    shell: Shell, recording: str, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "in.har").write_text(har())
    with serving(lambda _: answer()) as server:
        to = ["--to", server.url] if words[0] == "send" else []
        line = [word.format(folder=tmp_path, recording=recording) for word in words]
        assert shell(*line, tmp_path / "no" / "new.db", *to) == 2
    assert shell.err.endswith(f"the folder {tmp_path / 'no'} does not exist\n")
    assert server.got == []
