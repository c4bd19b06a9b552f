"""Plain values and places have one text each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from playback.findings import MAX_KEPT
from playback.values import canonical, member_path, show


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("0", "0"),
        ("-0.0", "0"),
        ("100", "100"),
        ("1e2", "100"),
        ("1.50", "1.5"),
        ("-0.05", "-0.05"),
        ("12.25", "12.25"),
        ("1e999999", "1e999999"),
        ("1E-999", "1e-999"),
        ("12345678901234567890123456789012345678901234567890", "12345678901234567890123456789012345678901234567890"),
    ],
)
def test_a_number_has_one_text(spelling: str, text: str) -> None:
    assert canonical(Decimal(spelling)) == text


def test_a_long_value_is_cut_and_says_so() -> None:
    assert show("x" * (MAX_KEPT + 1)) == "x" * MAX_KEPT + f"… ({MAX_KEPT + 1} characters)"
    assert show("x" * MAX_KEPT) == "x" * MAX_KEPT


def test_bytes_are_shown_by_their_size() -> None:
    assert show(b"\0" * 7) == "7 bytes"


def test_paths_quote_what_is_no_name() -> None:
    assert member_path("body", "a-b_1") == "body.a-b_1"
    assert member_path("body", '名"') == 'body["名\\""]'
