"""Recorded text cannot act on a terminal or hide in it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain 中文 é", "plain 中文 é", id="text stays"),
        pytest.param("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07", id="clipboard escape"),
        pytest.param("\x9b31m", "\\x9b31m", id="C1 escape"),
        pytest.param("a\rb\x7f\0", "a\\x0db\\x7f\\x00", id="CR, DEL, NUL"),
        pytest.param("a\tb\nc", "a\\x09b\\x0ac", id="TAB and LF in a line"),
        pytest.param("a\u202eb", "a<RIGHT-TO-LEFT OVERRIDE>b", id="bidi override"),
        pytest.param("\u2028", "<LINE SEPARATOR>", id="line separator"),
        pytest.param("\ufeff", "<ZERO WIDTH NO-BREAK SPACE>", id="byte order mark"),
        pytest.param("\ud800", "<U+D800>", id="lone surrogate"),
        pytest.param("\U000e0041", "<TAG LATIN CAPITAL LETTER A>", id="tag character"),
        pytest.param(b"\xff ok \xe4\xb8\xad", "\\xff ok 中", id="bytes that are no text"),
    ],
)
def test_what_acts_or_hides_is_written_out(text: str | bytes, shown: str) -> None:
    assert visible(text) == shown


def test_line_feeds_and_tabs_stay_where_lines_are_shown() -> None:
    assert visible("a\tb\nc\r", lines=True) == "a\tb\nc\\x0d"


@given(st.text() | st.binary())
def test_nothing_that_acts_is_left(text: str | bytes) -> None:
    shown = visible(text)
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}]
    assert "\u202e" not in shown
    shown.encode("utf-8")
