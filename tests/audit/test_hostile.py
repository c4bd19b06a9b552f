"""Recorded data is an attacker's: whatever it says, the page keeps the shape it has for harmless words."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit import PageMeta, detail, listing, render, render_page
from audit.glance import glance
from tests.audit import hostile
from tests.audit.conftest import META, SOURCES

_OURS = {("span", "esc"), ("span", "seal"), ("mark", None)}


class Shape(HTMLParser):
    """Tags with their attributes, without text and without the escapes that text may bring."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (tag, dict(attrs).get("class")) not in _OURS:
            self.found.append((tag, tuple(f"{name}={value}" if name in _FIXED else name for name, value in attrs)))


_FIXED = ("class", "id", "href", "type", "src")


def shape(payload: bytes) -> list[tuple[str, tuple[str, ...]]]:
    exchange = hostile.carrier(1, payload)
    page = detail.page(exchange, META, SOURCES)
    parser = Shape()
    parser.feed(render.detail(page) + render.row(listing.row(glance(exchange, SOURCES))))
    parser.close()
    return parser.found


BASELINE = shape(hostile.HARMLESS)


@pytest.mark.parametrize("payload", hostile.PAYLOADS)
def test_a_payload_leaves_the_shape_of_harmless_words(payload: bytes) -> None:
    assert shape(payload) == BASELINE


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=60).filter(bytes.isascii))
@example(b"<")
@example(b"'\"`&")
def test_any_ascii_leaves_the_shape_of_harmless_words(payload: bytes) -> None:
    assert shape(payload) == BASELINE


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_become_elements_of_ours_alone(payload: bytes) -> None:
    tags = {tag for tag, _ in shape(payload)}
    assert tags <= {tag for tag, _ in BASELINE} | {"details", "summary", "figure", "figcaption", "span"}


@pytest.mark.parametrize("payload", hostile.PAYLOADS)
def test_data_blocks_end_where_we_end_them(payload: bytes) -> None:
    page = render_page([hostile.carrier(1, payload)], PageMeta(payload.decode("utf-8", "replace")), sources=SOURCES)
    parser = Shape()
    parser.feed(page)
    scripts = [attributes for tag, attributes in parser.found if tag == "script"]
    assert scripts == [(), ("type=application/octet-stream", "id=data-index"), ()]
