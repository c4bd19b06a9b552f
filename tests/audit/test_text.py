"""Bytes become text that hides nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import text
from audit.words import Span

SHOWN = [
    pytest.param(b"plain", (Span("plain"),), id="plain"),
    pytest.param(b"", (Span(""),), id="empty"),
    pytest.param("李雷".encode(), (Span("李雷"),), id="chinese"),
    pytest.param(b"a\x00b", (Span("a"), Span("\\x00", "esc"), Span("b")), id="nul"),
    pytest.param(b"\\x00", (Span("\\x00"),), id="text-that-looks-like-an-escape-is-no-escape"),
    pytest.param(b"a\tb\n", (Span("a"), Span("\\x09", "esc"), Span("b"), Span("\\x0a", "esc")), id="tab-and-new-line"),
    pytest.param(b"\xff\xc0", (Span("\\xff", "esc"), Span("\\xc0", "esc")), id="bytes-that-are-no-utf-8"),
    pytest.param("a\u202eb".encode(), (Span("a"), Span("U+202E", "esc"), Span("b")), id="bidi-override"),
    pytest.param("\u2028".encode(), (Span("U+2028", "esc"),), id="line-separator"),
    pytest.param("\U000e0041".encode(), (Span("U+E0041", "esc"),), id="tag-character"),
    pytest.param(b"Bearer secret:0123456789ab", (Span("Bearer "), Span("secret:0123456789ab", "seal")), id="sealed"),
    pytest.param(b"secret:0123", (Span("secret:0123"),), id="too-short-for-a-pseudonym"),
]


@pytest.mark.parametrize(("data", "expected"), SHOWN)
def test_bytes_show_as(data: bytes, expected: tuple[Span, ...]) -> None:
    assert text.show(data) == expected


@given(st.binary())
def test_every_byte_can_be_read_back(data: bytes) -> None:
    spans = text.show(data)
    assert b"".join(_back(span) for span in spans) == data


def _back(span: Span) -> bytes:
    if span.kind != "esc":
        return span.text.encode()
    if span.text.startswith("U+"):
        return chr(int(span.text.removeprefix("U+"), base=16)).encode()
    return bytes.fromhex(span.text.removeprefix("\\x"))


@given(st.text())
def test_no_unsafe_character_is_left(words: str) -> None:
    shown = "".join(span.text for span in text.visible(words))
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 or char in "\u202e\u2028\ufeff" for char in shown)
    shown.encode("utf-8")


def test_bodies_keep_their_lines() -> None:
    assert text.visible("a\n\tb\r", lines=True) == (Span("a\n\tb"), Span("\\x0d", "esc"))


MARKED = [
    pytest.param(b"15:42:07 GMT", b"15:42:06 GMT", ["7"], id="one-character"),
    pytest.param(b"application/json", b"application/octet-stream", ["json"], id="the-end"),
    pytest.param(b"abc", b"abcabc", [], id="a-beginning-of-the-other"),
    pytest.param(b"abcabc", b"abc", ["abc"], id="longer-than-the-other"),
    pytest.param(b"x", b"y", ["x"], id="nothing-in-common"),
    pytest.param(b"", b"y", [], id="empty"),
]


@pytest.mark.parametrize(("mine", "other", "expected"), MARKED)
def test_the_differing_stretch_is_marked(mine: bytes, other: bytes, expected: list[str]) -> None:
    assert [span.text for span in text.marked(mine, other) if span.kind == "mark"] == expected


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_marking_changes_no_text(mine: bytes, other: bytes) -> None:
    unmarked = "".join(span.text for span in text.show(mine))
    assert "".join(span.text for span in text.marked(mine, other)) == unmarked


@given(st.binary(max_size=60), st.integers(0, 40))
def test_splitting_loses_nothing(data: bytes, limit: int) -> None:
    spans = text.show(data)
    head, rest = text.split(spans, limit)
    assert "".join(span.text for span in head + rest) == "".join(span.text for span in spans)
    assert sum(len(span.text) for span in head) <= limit


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KB"), (9318, "9.1 KB"), (33554432, "32.0 MB")]
)
def test_sizes_read(count: int, expected: str) -> None:
    assert text.size(count) == expected


@pytest.mark.parametrize(
    ("us", "expected"), [(0, "0.0 ms"), (600, "0.6 ms"), (27_100, "27 ms"), (999_400, "999 ms"), (1_400_000, "1.40 s")]
)
def test_durations_read(us: int, expected: str) -> None:
    assert text.duration(us) == expected
