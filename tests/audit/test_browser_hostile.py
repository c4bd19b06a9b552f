"""Hostile payloads in a real browser: nothing runs, nothing is asked for, the document is that of harmless words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit import detail, render, render_page
from tests.audit import hostile
from tests.audit.conftest import META, SOURCES

if TYPE_CHECKING:
    from tests.audit.conftest import OpenPage

pytestmark = pytest.mark.browser

# What an article is made of, without the text and the escapes that recorded data may bring.
SHAPE = """(root) => [...root.querySelectorAll("*")]
  .filter((node) => !node.matches(".esc, .seal, mark"))
  .map((node) => node.localName + [...node.attributes].map((a) => a.name + (a.name === "class" ? a.value : "")).join())
  .join("\\n")"""


def test_no_payload_runs_or_changes_the_document(opened: OpenPage) -> None:
    # The first is open and carries the state of that; the second is the baseline.
    payloads = (hostile.HARMLESS, hostile.HARMLESS, *hostile.PAYLOADS)
    exchanges = [hostile.carrier(number, data) for number, data in enumerate(payloads, 1)]
    page = opened(render_page(exchanges, META, sources=SOURCES)).page
    shapes = page.evaluate(f"[...document.querySelectorAll('article.x:not(.summary)')].map({SHAPE})")
    rows = page.evaluate(f"[...document.querySelectorAll('.item')].map({SHAPE})")
    assert len(shapes) == len(exchanges)
    assert {payload for payload, found in zip(payloads[1:], shapes[1:], strict=True) if found != shapes[1]} == set()
    assert set(rows[1:]) == {rows[1]}
    for number in range(1, len(exchanges) + 1, 7):
        page.evaluate(f"location.hash = 'e{number}'")
        page.wait_for_selector(f"#e{number}.shown", state="visible")
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('script').length") == 3


def test_hundreds_of_glued_payloads_in_every_place_keep_the_parsed_document(opened: OpenPage) -> None:
    page = opened(render_page([hostile.carrier(1, hostile.HARMLESS)], META, sources=SOURCES)).page
    parse = f"(html) => ({SHAPE})(new DOMParser().parseFromString(html, 'text/html').body)"
    glued = [first + second for first in hostile.PAYLOADS for second in hostile.PAYLOADS[::4]]
    expected = page.evaluate(parse, _article(hostile.HARMLESS))
    wrong = []
    for start in range(0, len(glued), 100):
        batch = glued[start : start + 100]
        found = page.evaluate(f"(all) => all.map({parse})", [_article(payload) for payload in batch])
        wrong += [payload for payload, shape in zip(batch, found, strict=True) if shape != expected]
    assert wrong == []


def _article(payload: bytes) -> str:
    return render.detail(detail.page(hostile.carrier(1, payload), META, SOURCES))
