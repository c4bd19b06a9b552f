from __future__ import annotations

import pytest

from gateway.log_text import Printed, log_text

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
    assert log_text(Printed(lines), RID, 3870, 128, error) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        pytest.param(
            Printed(b"mine\n", b"whose\n", 1),
            b"whose\n[fc-replay] The line above carries no request id; another call was under way, "
            b"so this may be theirs.\nmine\n",
            id="one-line-one-call",
        ),
        pytest.param(
            Printed(b"", b"a\nb", 3),
            b"a\nb\n[fc-replay] The 2 lines above carry no request id; 3 other calls were under way, "
            b"so this may be theirs.\n",
            id="several",
        ),
        pytest.param(Printed(b"mine\n", b"", 2), b"mine\n", id="all-attributed"),
    ],
)
def test_what_nobody_can_attribute_is_said_to_be_so(printed: Printed, expected: bytes) -> None:
    assert log_text(printed, RID, 3870, 128) == START + expected + END + SUMMARY


def test_a_hook_has_markers_of_its_own() -> None:
    text = log_text(Printed(b"a\n"), RID, 0, 128, what="Initialize")
    assert text.startswith(f"FC Initialize Start RequestId: {RID}\na\nFC Initialize End RequestId: {RID}\n".encode())
