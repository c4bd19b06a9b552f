"""The recordings that benchmarks are run on are what they say: every exchange checks, some hold secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.recordings import main
from playback.check import check
from playback.vault import Unsealed, open_vault
from playback.verdict import Verdict
from store.reader import Reader
from store.recording import open_for_reading
from verbs.recordings import config_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_recording_of_the_benchmarks_checks_as_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["600", str(tmp_path / "fc.db")]) == 0
    recording = open_for_reading(str(tmp_path / "fc.db"))
    reader = Reader(recording)
    vault = open_vault(recording, reader, {})
    config = config_of(reader)
    outcomes = [check(one, config(one.config_digest), vault) for one in reader.exchanges()]
    recording.close()
    assert not isinstance(vault, Unsealed)
    assert len(outcomes) == 600
    assert {(one.verdict, one.findings, one.skipped) for one in outcomes} == {(Verdict.SAME, (), "")}
