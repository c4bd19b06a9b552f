from __future__ import annotations

from gateway.messages import BodyRef, body_size, get, get_all, headers_size

LINES = ((b"Set-Cookie", b"a"), (b"X", b"\xff"), (b"set-cookie", b"b"))


def test_fields_are_found_whatever_their_spelling() -> None:
    assert get(LINES, b"set-cookie") == b"a"
    assert get_all(LINES, b"set-cookie") == [b"a", b"b"]
    assert get(LINES, b"y") is None
    assert get_all(LINES, b"y") == []


def test_sizes_count_names_and_values_alone() -> None:
    assert headers_size(LINES) == 2 * (10 + 1) + 2
    assert body_size(b"abc") == body_size(BodyRef(b"", 3)) == 3
