"""`replay.py show`: one exchange with every reason."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.playback.recorded import get, keep, ok, record
from tests.verbs.cli import (
    Shell,
    all_members,
    calls,
)
from verbs.page_text import LONGEST_LINE, MOST_LINES, _indented


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


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        pytest.param("short", ["    | short"], id="short"),
        pytest.param("x" * LONGEST_LINE, [f"    | {'x' * LONGEST_LINE}"], id="longest"),
        pytest.param(
            "x" * (LONGEST_LINE + 7), [f"    | {'x' * LONGEST_LINE} … 7 more characters"], id="one line too long"
        ),
        pytest.param("a\n" * MOST_LINES + "b", [*["    | a"] * MOST_LINES, "    … 1 more lines"], id="too many lines"),
    ],
)
def test_a_body_does_not_fill_the_screen(text: str, printed: list[str]) -> None:
    assert list(_indented(text)) == printed


PAGE = b'{"city": "Hangzhou", "password": "canarySECRETcanarySECRET"}'


@pytest.fixture
def packed(tmp_path: Path) -> str:
    """A recording of an answer that came compressed and holds a secret."""
    answer = ok(gzip.compress(PAGE), (b"Content-Encoding", b"gzip"), (b"Content-Type", b"application/json"))
    return keep(str(tmp_path / "packed.db"), record([(get(b"/packed"), lambda _: answer)]))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "decoded copy, secrets sealed"), ("zh", "解码后的副本，其中的敏感值已封存")]
)
def test_a_sealed_compressed_body_is_shown_as_its_decoded_copy(
    shell: Shell, packed: str, language: str, words: str
) -> None:
    assert shell("show", packed, "1", "--language", language) == 0
    assert words in shell.out
    assert '"city": "Hangzhou"' in shell.out
    assert "secret:" in shell.out
    assert "canarySECRET" not in shell.out


@pytest.mark.parametrize("key", [True, False], ids=["with the key", "without the key"])
def test_the_decoded_copy_is_found_and_leaves_with_its_exchange(
    shell: Shell, packed: str, tmp_path: Path, key: bool
) -> None:
    if not key:
        Path(f"{packed}.key").unlink()
    bundle, rescued = str(tmp_path / "a.zip"), str(tmp_path / "rescued.db")
    assert shell("verify", packed) == 0
    assert shell("export", packed, "-o", bundle) == 0
    assert shell("salvage", packed, "-o", rescued) == 0
    assert b"canarySECRET" not in all_members(Path(bundle))
    for place in (packed, bundle, rescued):
        assert shell("list", place, "--filter", "body:hangzhou") == 0
        assert "/packed" in shell.out
        assert shell("show", place, "1") == 0
        assert "decoded copy, secrets sealed" in shell.out
