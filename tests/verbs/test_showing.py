"""`replay.py show`: one exchange with every reason."""

from __future__ import annotations

from tests.verbs.cli import (
    Shell,
    calls,
)


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
