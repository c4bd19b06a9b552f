"""The page in use: filter, keys, links that hold a place, both languages, copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.audit import sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page

    from tests.audit.conftest import OpenPage

pytestmark = pytest.mark.browser

expect = pytest.importorskip("playwright.sync_api").expect

LAST = len(sample.CALLS)

FILTERS = [
    pytest.param("", range(1, LAST + 1), id="empty-is-everything"),
    pytest.param("status:>=400", [2, 3, 10, 12, 13], id="status-at-least"),
    pytest.param("status:4xx", [2, 10, 12], id="status-class"),
    pytest.param("server:200 status:502", [3], id="server-and-client-differ"),
    pytest.param("method:post -mode:api", [2, 6, 7, 11, 13], id="negation"),
    pytest.param("path:/api/*", [1, 10], id="path-glob"),
    pytest.param("rule:req.strip.*", [1], id="rule-glob"),
    pytest.param("mode:api", [4, 5], id="api"),
    pytest.param("method:GE* path:/api", [1, 10], id="method-glob-without-regard-to-case"),
    pytest.param("header:accept:*json", [1], id="header-glob"),
    pytest.param("header:x-fc-request-id -id:>1", [1], id="header"),
    pytest.param("is:delivery", [7], id="delivery"),
    pytest.param("is:passed -is:changed", [], id="passed-untouched"),
    pytest.param("is:unexplained", [], id="unexplained"),
    pytest.param("state:server-failed", [12, 13], id="state"),
    pytest.param("function:HELLO id:<3", [1, 2], id="function"),
    pytest.param("path:/api/?rders", [], id="a-question-mark-is-text"),
    pytest.param("status:<100", [], id="no-status-is-no-number"),
    pytest.param("mode:async", [6, 7], id="async"),
    pytest.param("mode:domain", [8, 9, 11], id="custom-domain"),
    pytest.param("is:rejected", [2, 3, 10], id="rejected"),
    pytest.param("is:differs", [3, 5], id="status-differs"),
    pytest.param("is:failed", [12, 13], id="failed"),
    pytest.param("time:>200 time:<1000", [2, 11], id="duration-range"),
    pytest.param("id:3-5", [3, 4, 5], id="id-range"),
    pytest.param("body:韩梅梅", [1], id="body"),
    pytest.param("韩梅梅", [], id="free-text-does-not-search-bodies"),
    pytest.param("BadResponse", [3], id="free-text-ignores-case"),
    pytest.param("res.limit", [3], id="free-text-finds-rules"),
    pytest.param("status:teapot", [], id="a-value-that-means-nothing-matches-nothing"),
    pytest.param('path:"(["', [], id="regex-characters-are-text"),
]


def shown(page: Page) -> list[int]:
    return [int(item.get_attribute("data-id") or "") for item in page.locator(".item >> visible=true").all()]


@pytest.fixture(scope="module")
def browsing(chromium: Browser, sample_page: str) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.set_content(sample_page)
    page.wait_for_selector("html.ready")
    yield page
    page.close()


@pytest.mark.parametrize(("expression", "expected"), FILTERS)
def test_the_filter_shows_exactly(browsing: Page, expression: str, expected: Sequence[int]) -> None:
    page = browsing
    page.fill("#filter", expression)
    expect(page.locator("#shown")).to_have_text(str(len(expected)))
    assert shown(page) == list(expected)


def test_the_list_can_be_sorted_and_stays_filtered(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page).page
    page.fill("#filter", "status:>=400")
    expect(page.locator("#shown")).to_have_text("5")
    page.select_option("#sort", "slowest")
    assert shown(page) == [2, 3, 13, 12, 10]
    page.select_option("#sort", "status")
    assert shown(page) == [3, 13, 12, 2, 10]
    page.select_option("#sort", "arrival")
    assert shown(page) == [2, 3, 10, 12, 13]


def test_an_empty_result_says_so_and_offers_to_clear(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page).page
    page.fill("#filter", "path:/nowhere")
    page.locator("#clear").click()
    assert shown(page) == list(range(1, LAST + 1))


def test_a_click_on_a_rule_filters_by_it(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, "e3").page
    page.locator("#e3").get_by_role("button", name="res.limit.headers").first.click()
    assert page.input_value("#filter") == "rule:res.limit.headers"
    assert shown(page) == [3]


def test_keys_move_fold_switch_and_help(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, "e1&lang=en").page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator("#e2").is_visible()
    assert page.locator(".row[aria-current]").get_attribute("href") == "#e2"
    page.keyboard.press("k")
    unchanged = page.locator("#e1 tbody.same").first
    assert not unchanged.is_visible()
    page.keyboard.press("u")
    assert unchanged.is_visible()
    page.keyboard.press("l")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.keyboard.press("t")
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("jkult?")
    assert page.input_value("#filter") == "jkult?"
    page.keyboard.press("Escape")
    assert page.input_value("#filter") == ""


def test_the_address_holds_exchange_filter_language_and_theme(opened: OpenPage, sample_page: str) -> None:
    first = opened(sample_page, "e1&lang=en").page
    first.fill("#filter", "status:>=400")
    expect(first.locator("#shown")).to_have_text("5")
    first.keyboard.press("Escape")
    first.fill("#filter", "mode:api")
    expect(first.locator("#shown")).to_have_text("2")
    first.locator('.row[href="#e5"]').click()
    first.keyboard.press("t")
    first.keyboard.press("t")
    first.keyboard.press("l")
    held = first.evaluate("location.hash").removeprefix("#")
    again = opened(sample_page, held).page
    assert shown(again) == [4, 5]
    assert again.locator("#e5").is_visible()
    assert again.locator("html").get_attribute("data-theme") == "dark"
    assert again.locator("html").get_attribute("data-lang") == "zh"


def test_a_link_to_a_line_opens_its_exchange_and_unfolds_it(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, "e8-q-1").page
    assert page.locator("#e8-q-1").is_visible()
    assert page.locator("#e8-q-1.aimed").count() == 1


def test_each_language_hides_the_other(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, "e1&lang=zh").page
    assert page.locator("#e1 .sentence").inner_text().startswith("请求与响应都成功到达")
    page.locator("#language").click()
    assert page.locator("#e1 .sentence").inner_text().startswith("Delivered both ways")


def test_a_copy_button_copies_what_the_page_shows(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, "e1", permissions=["clipboard-read", "clipboard-write"]).page
    page.keyboard.press("c")
    expect(page.locator("#said")).not_to_be_empty()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator('#e1 pre[data-key="client"]').text_content()
    assert copied.startswith("curl --path-as-is --globoff")


def test_json_is_coloured_without_an_element_more(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, "e1").page
    assert page.evaluate("CSS.highlights.get('json-key').size") > 5
    assert page.locator("#e1 pre.json *").count() == 0


def test_on_a_phone_one_pane_is_shown_at_a_time(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, width=390).page
    assert page.locator("nav.list").is_visible()
    page.locator('.row[href="#e3"]').click()
    assert not page.locator("nav.list").is_visible()
    page.locator("#e3 .back").click()
    assert page.locator("nav.list").is_visible()
