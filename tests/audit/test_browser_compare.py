"""Two recordings side by side in a real browser: for everybody, on every width, in both languages and themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.page import render_sequences
from tests.audit.conftest import META
from tests.audit.test_browser_look import SHOW_ALL, violations
from tests.audit.test_sequences import PAIRINGS, SIDES

if TYPE_CHECKING:
    from tests.audit.conftest import OpenPage

pytestmark = pytest.mark.browser

LOOKS = [("zh", "light", 390), ("zh", "dark", 1440), ("en", "light", 1440), ("en", "dark", 390)]


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_no_accessibility_rule_is_broken(opened: OpenPage, lang: str, theme: str, width: int) -> None:
    page = opened(render_sequences(PAIRINGS, SIDES, META), f"e2&lang={lang}&theme={theme}", width).page
    page.evaluate(SHOW_ALL)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_opens_with_the_totals_and_a_click_shows_one_kind(opened: OpenPage) -> None:
    page = opened(render_sequences(PAIRINGS, SIDES, META), "lang=en").page
    assert page.locator("#summary").is_visible()
    page.get_by_role("button", name="missing").first.click()
    assert page.locator("#shown").inner_text() == "1"
    page.locator(".item:visible a").click()
    assert page.locator("#e4").is_visible()
