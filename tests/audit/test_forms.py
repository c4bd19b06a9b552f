"""Bodies made of named parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import forms
from gateway.exchange import Piece
from tests.audit import sample

if TYPE_CHECKING:
    from audit.model import Field


def plain(fields: tuple[Field, ...]) -> list[tuple[str, str, str]]:
    return [("".join(s.text for s in f.name), "".join(s.text for s in f.value), f.note) for f in fields]


URLENCODED = [
    pytest.param(b"a=1&b=2&a=3", [("a", "1", ""), ("b", "2", ""), ("a", "3", "")], id="repeats-in-order"),
    pytest.param(b"n=%E7%8C%AB+x", [("n", "猫 x", "")], id="percent-and-plus"),
    pytest.param(b"a", [("a", "", "")], id="no-value"),
    pytest.param(b"a=b=c", [("a", "b=c", "")], id="equals-in-the-value"),
    pytest.param(b"&&", [], id="nothing-between"),
    pytest.param(b"x=%00%zz", [("x", "\\x00%zz", "")], id="nul-and-broken-escape"),
]


@pytest.mark.parametrize(("body", "expected"), URLENCODED)
def test_urlencoded(body: bytes, expected: list[tuple[str, str, str]]) -> None:
    assert plain(forms.urlencoded(body)) == expected


def test_multipart_names_files_types_and_sizes() -> None:
    found = plain(forms.multipart(sample.FORM, b"multipart/form-data; boundary=XYZ"))
    assert found == [("title", "报告", "6 B"), ("file", "—", f"a.png · image/png · {len(sample.png())} B")]


@pytest.mark.parametrize(
    "content_type",
    [b"multipart/form-data", b"multipart/form-data; boundary=", b"multipart/form-data; boundary=other"],
)
def test_multipart_without_its_boundary_has_no_parts(content_type: bytes) -> None:
    assert forms.multipart(sample.FORM, content_type) == ()


def test_events_have_the_time_of_their_last_byte() -> None:
    pieces = (Piece(20, 130_000), Piece(len(sample.SSE), 730_000))
    found = plain(forms.events(sample.SSE, pieces))
    assert found == [
        ("token", "Hello", "730 ms · id: 1"),
        ("token", ",", "730 ms · id: 2"),
        ("token", " world", "730 ms · id: 3"),
    ]


EVENTS = [
    pytest.param(b"data: a\ndata: b\n\n", [("message", "a\nb", "")], id="two-data-lines"),
    pytest.param(b"data:a\r\n\r\ndata:b\r\n\r\n", [("message", "a", ""), ("message", "b", "")], id="crlf"),
    pytest.param(b": ping\n\n", [("message", "", ": ping")], id="a-comment"),
    pytest.param(b"data: cut", [("message", "cut", "")], id="no-end"),
    pytest.param(b"", [], id="empty"),
]


@pytest.mark.parametrize(("body", "expected"), EVENTS)
def test_events(body: bytes, expected: list[tuple[str, str, str]]) -> None:
    assert plain(forms.events(body, ())) == expected


@given(st.binary(max_size=200))
def test_no_bytes_make_any_of_them_raise(body: bytes) -> None:
    forms.urlencoded(body)
    forms.multipart(b"--X" + body, b"multipart/x; boundary=X")
    forms.events(body, (Piece(3, 1),))


def test_a_body_of_a_million_fields_is_cut() -> None:
    assert len(forms.urlencoded(b"a&" * 100_000)) == forms.FIELD_LIMIT
