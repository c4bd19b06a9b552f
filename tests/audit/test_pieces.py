"""Pieces are rendered once: what is remembered is what the macro says, and nothing recorded can pose as a piece."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from audit import catalogue, render
from audit.words import Counts, Line, Sign, Span, Spans, Text

ENVIRONMENT = render.environment()
MACROS = ENVIRONMENT.get_template("parts/macros.html.j2").module

KINDS = st.sampled_from(["", "mark", "esc", "seal"])
SPANS = st.lists(st.builds(Span, st.text(max_size=500), KINDS), max_size=3).map(tuple)


def made(name: str, value: object) -> str:
    """What the macro itself says."""
    return str(getattr(MACROS, name)(value))


def asked(name: str, value: object) -> str:
    """What the filter says, the second time it is asked."""
    ENVIRONMENT.filters[name](value)
    return str(ENVIRONMENT.filters[name](value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("tx", Text("中<b>", "en & co"), id="tx"),
        pytest.param("counts", Counts(1, 2, 3, 4), id="counts"),
        pytest.param("sign", Sign.ADDED, id="sign"),
        pytest.param("claim", catalogue.UNEXPLAINED, id="claim"),
        pytest.param("claims", (catalogue.UNEXPLAINED, catalogue.claim("res.strip.reserved")), id="claims"),
        pytest.param("docs", Text("https://help.aliyun.com/", "https://www.alibabacloud.com/"), id="docs"),
    ],
)
def test_a_filter_says_what_its_macro_says(name: str, value: object) -> None:
    assert asked(name, value) == made(name, value)


@given(SPANS)
def test_recorded_text_is_escaped_as_its_macro_escapes_it(spans: Spans) -> None:
    assert asked("spans", spans) == made("spans", spans)


@given(SPANS, SPANS, st.sampled_from(["", "e1-q-1", "e20-s-3"]))
def test_a_line_is_as_its_macro_has_it(name: Spans, value: Spans, anchor: str) -> None:
    assert asked("line", Line(name, value, anchor)) == made("line", Line(name, value, anchor))


def test_equal_lines_keep_their_own_anchors() -> None:
    line = Line((Span("Accept"),), (Span("*/*"),), "e1-q-1")
    two = (line, replace(line, anchor="e2-q-1"), replace(line, anchor=""))
    assert asked("lines", two) == "".join(made("line", each) for each in two)


@pytest.mark.parametrize("text", ["<anchor>", Markup("<anchor>").unescape(), "&lt;anchor&gt;", '"><script>'])
def test_a_recorded_text_cannot_pose_as_an_anchor(text: str) -> None:
    line = Line((Span(text),), (Span(text),), "e1-q-1")
    assert asked("line", line) == made("line", line)
    assert "<script" not in asked("line", line)
