"""What a replay found is kept in the recording and told by list, show and audit."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from store.lock import Lock
from tests.playback.servers import answer, serving
from tests.verbs.cli import drifted

if TYPE_CHECKING:
    from tests.verbs.cli import Shell


def digest(place: str) -> str:
    return hashlib.sha256(Path(place).read_bytes()).hexdigest()


def send_wrong(shell: Shell, recording: str, *more: str) -> str:
    """Send exchange 1 to a server that answers otherwise; returns its URL."""
    with serving(lambda _: answer(b"bye", status=b"500 No")) as server:
        assert shell("send", recording, "--to", server.url, "--filter", "id:1", *more) == 1
    return server.url


def test_list_tells_a_verdict_that_was_not_same(shell: Shell, recording: str) -> None:
    assert shell("check", recording) == 0
    assert shell("list", recording) == 0
    assert "check" not in shell.out
    send_wrong(shell, recording)
    assert shell("list", recording) == 0
    lines = shell.out.splitlines()
    assert lines[0].endswith("  4.0 ms  send: different")
    assert "send" not in lines[1]


def test_show_and_audit_tell_the_last_replay(shell: Shell, recording: str, tmp_path: Path) -> None:
    url = send_wrong(shell, recording)
    assert shell("show", recording, "1") == 0
    assert f"Replay comparison: different  (send to {url}, 20" in shell.out
    assert "  ~ status  status  200  |  500" in shell.out
    assert shell("audit", recording, "-o", tmp_path / "a.html") == 0
    assert f"send to {url}" in (tmp_path / "a.html").read_text("utf-8")


def test_a_drift_is_kept_with_the_rules_behind_it(shell: Shell, tmp_path: Path) -> None:
    place = drifted(tmp_path)
    assert shell("check", place) == 1
    assert shell("show", place, "3") == 0
    assert "  ~ gateway-drift  error_code  Other  |  InvalidArgument" in shell.out


@pytest.mark.parametrize("verb", ["check", "send"])
def test_no_keep_leaves_every_byte(shell: Shell, recording: str, verb: str) -> None:
    before = digest(recording)
    if verb == "check":
        assert shell("check", recording, "--no-keep") == 0
    else:
        send_wrong(shell, recording, "--no-keep")
    assert digest(recording) == before
    assert shell.err == ""


def test_a_recording_at_work_is_a_note_and_no_failure(shell: Shell, recording: str) -> None:
    lock = Lock(Path(recording + "-lock"), Path(recording))
    before = digest(recording)
    assert shell("check", recording) == 0
    lock.release()
    assert shell.err.startswith("note: what was found is not kept in the recording: process ")
    assert len(shell.err.splitlines()) == 1
    assert digest(recording) == before


def test_a_recording_is_sound_after_a_check(shell: Shell, recording: str) -> None:
    assert shell("check", recording) == 0
    assert shell("verify", recording) == 0


def test_a_bundle_is_checked_without_a_word_about_keeping(shell: Shell, recording: str, tmp_path: Path) -> None:
    bundle = tmp_path / "bug.fcz"
    assert shell("export", recording, "-o", bundle) == 0
    before = digest(str(bundle))
    assert shell("check", bundle) == 0
    assert (shell.err, digest(str(bundle))) == ("", before)
