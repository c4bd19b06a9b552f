"""`replay.py export` and `import`: a recording for another desk."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from formats.bundle import Contents, write_bundle
from formats.raw import render as render_raw
from gateway.conversation import Message, MessageKind
from gateway.messages import BodyRef
from store.secret_shapes import TAG
from tests.playback.recorded import get, keep, ok, post, record
from tests.playback.servers import answer, serving
from tests.store.conversations import CLIENT, SERVER, frame, handshake, messages
from tests.store.conversations import record as record_talk
from tests.verbs.cli import (
    READING,
    SECRET,
    Shell,
    all_members,
    minted,
    reading,
)

if TYPE_CHECKING:
    from pathlib import Path


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


def test_a_conversation_is_the_same_on_another_desk(shell: Shell, tmp_path: Path) -> None:
    """A bundle carries the messages without their secrets, and importing it makes rows of them again."""
    place, bundle, there = str(tmp_path / "fc.db"), tmp_path / "bug.fcz", tmp_path / "there.db"
    opened = handshake(1, (b"Cookie", b"sid=" + SECRET))
    large = b"large " * 1000
    record_talk(
        place, opened, [(CLIENT, frame(b"sid is " + SECRET)), (SERVER, frame(large) + frame(b"", 0x88))], seal="on"
    )
    assert shell("export", place, "-o", bundle) == 0
    assert SECRET not in all_members(bundle)
    assert shell("import", bundle, "-o", there) == 0
    found = messages(str(there))
    assert [(one.seq, one.sender, one.kind.value) for one in found] == [
        (1, CLIENT, "text"),
        (2, SERVER, "text"),
        (3, SERVER, "close"),
    ]
    assert isinstance(found[0].content, bytes)
    assert found[0].content.startswith(b"sid is *")
    assert isinstance(found[1].content, BodyRef)
    assert shell("verify", there) == 0


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([(1, 1), (1, 1)], id="twice"),
        pytest.param([(1, 2), (1, 1)], id="backwards"),
        pytest.param([(2, 1)], id="of-no-exchange"),
    ],
)
def test_messages_that_do_not_fit_are_refused(shell: Shell, tmp_path: Path, lines: list[tuple[int, int]]) -> None:
    bundle = tmp_path / "bug.fcz"
    exchange = replace(handshake(1), messages=2)
    said = [(ident, Message(seq, CLIENT, MessageKind.TEXT, 0)) for ident, seq in lines]
    write_bundle(bundle, Contents([exchange], dict, dict, {}, messages=lambda: said), os.open)
    assert shell("import", bundle, "-o", tmp_path / "there.db") == 3
    assert "in their order" in shell.err


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
