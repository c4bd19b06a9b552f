"""A recording too large for the document: rows drawn as they are seen, articles unfolded when opened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit import render_page
from tests.audit import sample
from tests.audit.conftest import META, SOURCES

if TYPE_CHECKING:
    from tests.audit.conftest import OpenPage

pytestmark = pytest.mark.browser

expect = pytest.importorskip("playwright.sync_api").expect
COUNT = 600


@pytest.fixture(scope="module")
def large_page() -> str:
    base = sample.exchanges()
    kinds = (base[0], base[2], base[7])
    return render_page([replace(kinds[n % 3], id=n) for n in range(1, COUNT + 1)], META, sources=SOURCES)


def test_only_the_rows_in_sight_are_in_the_document(opened: OpenPage, large_page: str) -> None:
    page = opened(large_page).page
    assert page.locator(".item").count() < 60
    page.locator(".scroll").evaluate("(scroll) => { scroll.scrollTop = scroll.scrollHeight; }")
    expect(page.locator(f'.item[data-id="{COUNT}"]')).to_be_visible()
    assert page.locator(".item").count() < 60


def test_a_link_to_an_exchange_far_down_opens_it_and_shows_its_row(opened: OpenPage, large_page: str) -> None:
    page = opened(large_page, "e555").page
    expect(page.locator("#e555 h2")).to_be_visible()
    expect(page.locator('.item[data-id="555"] a[aria-current]')).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("#e556 h2")).to_be_visible()
    assert page.locator("article.x.shown").count() == 1


def test_the_filter_works_on_all_of_them(opened: OpenPage, large_page: str) -> None:
    page = opened(large_page).page
    page.fill("#filter", "status:502")
    expect(page.locator("#shown")).to_have_text(str(COUNT // 3))
    page.fill("#filter", "id:599-600")
    expect(page.locator("#shown")).to_have_text("2")
    expect(page.locator("#e599 h2")).to_be_visible()


def test_a_line_inside_a_packed_article_can_be_linked(opened: OpenPage, large_page: str) -> None:
    page = opened(large_page, "e444-s-2").page
    expect(page.locator("#e444-s-2.aimed")).to_be_visible()


def test_without_script_it_says_what_is_missing(opened: OpenPage, large_page: str) -> None:
    page = opened(large_page, java_script_enabled=False).page
    assert page.get_by_text("need scripting to unfold").is_visible()
    assert page.locator("#summary").is_visible()
