from __future__ import annotations

import pytest

from gateway.log_text import log_text

RID = "1-6a741c76-12daeaae-4f6364a4eb6a"
START = f"FC Invoke Start RequestId: {RID}\n".encode()
END = f"FC Invoke End RequestId: {RID}\n".encode()
SUMMARY = b"\nDuration: 3.87 ms, Billed Duration: 4 ms, Memory Size: 128 MB\n"


@pytest.mark.parametrize(
    ("lines", "error", "expected"),
    [
        pytest.param(b"", "", START + END + SUMMARY, id="nothing-printed"),
        pytest.param(b"a\nb\n", "", START + b"a\nb\n" + END + SUMMARY, id="own-lines-between-the-markers"),
        pytest.param(b"half", "", START + b"half\n" + END + SUMMARY, id="an-open-line-is-ended"),
        pytest.param(START + b"a\n" + END, "", START + b"a\n" + END + SUMMARY, id="the-programs-own-markers-once"),
        pytest.param(
            b"", "boom", START + END.rstrip() + b", Error: boom\n" + SUMMARY, id="a-failure-ends-the-end-marker"
        ),
    ],
)
def test_a_log_has_markers_lines_and_summary(lines: bytes, error: str, expected: bytes) -> None:
    assert log_text(lines, RID, 3870, 128, error) == expected
