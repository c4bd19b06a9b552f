"""`replay.py show`: one exchange with every reason."""

from __future__ import annotations

import pytest

from tests.verbs.cli import (
    Shell,
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
