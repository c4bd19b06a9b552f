"""The page as people meet it: accessible, as wide as the screen, on paper, and readable without script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.audit import sample

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.audit.conftest import OpenPage

pytestmark = pytest.mark.browser

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

WIDTHS = (390, 768, 1024, 1440)
LAST = len(sample.CALLS)
# Every pair of language, theme and width occurs.
LOOKS = [("zh", "light", 390), ("zh", "dark", 1440), ("en", "light", 1440), ("en", "dark", 390)]

# All exchanges at once, with everything unfolded: what a reader without script sees, in the colours of one theme.
SHOW_ALL = """() => {
  for (const article of document.querySelectorAll("article.x")) article.classList.add("shown");
  for (const body of document.querySelectorAll("tbody.same")) body.hidden = false;
  for (const details of document.querySelectorAll("details")) details.open = true;
}"""


def violations(page: Page) -> list[tuple[str, str, str]]:
    found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(each["id"], node["html"][:160], node["failureSummary"]) for each in found for node in each["nodes"]]


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_no_accessibility_rule_is_broken_on_any_exchange(
    opened: OpenPage, sample_page: str, lang: str, theme: str, width: int
) -> None:
    page = opened(sample_page, f"e1&lang={lang}&theme={theme}", width).page
    page.evaluate(SHOW_ALL)
    assert violations(page) == []


def test_no_accessibility_rule_is_broken_in_the_help_and_the_list(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, "e1", 390).page
    page.locator("#e1 .back").click()
    assert violations(page) == []
    page.keyboard.press("?")
    assert page.is_visible("#help")
    assert violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_exchange_is_wider_than_the_screen(opened: OpenPage, sample_page: str, width: int) -> None:
    page = opened(sample_page, "e1", width).page
    wide = []
    for ident in range(1, LAST + 1):
        page.evaluate(f"location.hash = 'e{ident}'")
        page.wait_for_selector(f"#e{ident}.shown", state="visible")
        page.keyboard.press("u")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(ident)
    assert wide == []


def test_everything_is_readable_without_script(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, java_script_enabled=False).page
    assert page.locator("article.x:not(.summary) >> visible=true").count() == LAST
    assert page.locator(".item >> visible=true").count() == LAST
    assert page.locator("#e1").get_by_text("req.strip.hop").is_visible()
    assert not page.locator("#filter").is_visible()


def test_paper_shows_the_exchange_whole_in_light_colours(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, "e1&theme=dark").page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(21, 24, 28)"
    assert not page.locator("nav.list").is_visible()
    assert page.locator("#e1 tbody.same").first.is_visible()
    cut = "[...document.querySelectorAll('#e1 pre')].filter((p) => p.scrollHeight > p.clientHeight + 2).length"
    assert page.evaluate(cut) == 0
