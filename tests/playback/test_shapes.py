"""Minted values have shapes; an error text in their place has none of the telling ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.shapes import ANY, SHAPES, common_frame, fits, shape_of


@pytest.mark.parametrize(
    ("texts", "shape"),
    [
        pytest.param(["123e4567-e89b-12d3-a456-426614174000", "FFFFFFFF-0000-0000-0000-000000000000"], "uuid", id="id"),
        pytest.param(["1-67890abc-1234567a-0123456789ab"], "fc-request-id", id="FC's request id"),
        pytest.param(["2026-11-22T10:00:00Z", "2026-11-22 10:00:00.5+08:00"], "rfc3339", id="RFC 3339"),
        pytest.param(["Sun, 22 Nov 2026 10:00:00 GMT"], "http-date", id="HTTP date"),
        pytest.param(["10:00:00.123"], "time", id="time"),
        pytest.param(["1795000000", "1795000000.123"], "epoch-s", id="seconds"),
        pytest.param(["1795000000123"], "epoch-ms", id="milliseconds"),
        pytest.param(["1795000000123456"], "epoch-us", id="microseconds"),
        pytest.param(["eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln"], "jwt", id="JWT"),
        pytest.param(["7", "-12"], "integer", id="counter"),
        pytest.param(["0.5", "12"], "number", id="number"),
        pytest.param(["deadbeef", "0xDEADBEEF01"], "hex", id="hex"),
        pytest.param(["dGhpcyBpcw==", "c29tZXRoaW5n"], "token", id="base64"),
        pytest.param(["hello", "world wide"], ANY, id="words"),
        pytest.param(["", "x"], ANY, id="empty"),
        pytest.param(["1795000000", "Error"], ANY, id="a number and an error text"),
    ],
)  # fmt: skip
def test_the_most_telling_shape_is_found(texts: list[str], shape: str) -> None:
    assert shape_of(texts) == shape


@given(st.lists(st.text(), min_size=1))
def test_every_text_has_some_shape(texts: list[str]) -> None:
    shape = shape_of(texts)
    assert all(fits(shape, text) for text in texts)
    assert shape in SHAPES


@pytest.mark.parametrize(
    ("texts", "frame"),
    [
        pytest.param(["at 12:01.", "at 12:07."], ("at 12:", "."), id="inside a sentence"),
        pytest.param(["sid=abc1; Path=/", "sid=abd2; Path=/"], ("sid=", "; Path=/"), id="words are not torn"),
        pytest.param(["abc", "abd"], ("", ""), id="one word"),
        pytest.param(["same", "same"], ("", ""), id="equal words"),
        pytest.param(["", "x"], ("", ""), id="empty"),
        pytest.param(["((", "((("], ("((", ""), id="one begins with the other"),
    ],
)
def test_what_stands_around_is_common(texts: list[str], frame: tuple[str, str]) -> None:
    assert common_frame(texts) == frame


@given(st.lists(st.text(alphabet="a1-; "), min_size=1, max_size=4))
def test_a_frame_fits_every_text_without_overlap(texts: list[str]) -> None:
    before, after = common_frame(texts)
    for text in texts:
        assert text.startswith(before)
        assert text.endswith(after)
        assert len(before) + len(after) <= len(text)
