"""The live page in use: calls appear, the reader decides, nothing leaves its own address, nothing is out of reach."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gateway.exchange import State
from tests.audit import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Route

    from gateway.exchange import Exchange
    from tests.watch.conftest import Live, Recorder

pytestmark = pytest.mark.browser

expect = pytest.importorskip("playwright.sync_api").expect
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

LAST = len(sample.CALLS)
FIRST = sample.exchanges()[0]


@pytest.fixture
def entered(chromium: Browser, live: Live) -> Iterator[Callable[..., Page]]:
    """Opens the printed address; the test fails on a complaint, a broken policy, or a request to somewhere else."""
    complaints: list[str] = []
    tabs: list[Page] = []

    def enter(anchor: str = "lang=en", width: int = 1440, **context: Any) -> Page:
        page = chromium.new_context(viewport={"width": width, "height": 900}, **context).new_page()
        tabs.append(page)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if _is_own(asked.url, live.port) else complaints.append(asked.url))
        page.goto(f"{live.guard.url}#{anchor}")
        page.wait_for_selector("html.ready")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        return page

    yield enter
    for page in tabs:
        page.context.close()
    assert complaints == []


def _is_own(url: str, port: int) -> bool:
    return url.startswith((f"http://127.0.0.1:{port}/", "data:", f"blob:http://127.0.0.1:{port}/"))


def shown(page: Page) -> list[int]:
    return [int(item.get_attribute("data-id") or "") for item in page.locator(".item >> visible=true").all()]


def call(ident: int, target: bytes = b"/new") -> Exchange:
    request = FIRST.client.request
    assert request is not None
    return replace(FIRST, id=ident, client=replace(FIRST.client, request=replace(request, target=target)))


def test_the_token_leaves_the_address_and_no_script_can_read_the_cookie(entered: Callable[..., Page]) -> None:
    page = entered()
    assert re.search(r"/[0-9a-f]{24}/(#.*)?$", page.url)
    assert "token" not in page.evaluate("location.href + document.referrer + document.cookie")


def test_calls_appear_as_they_begin_and_change_as_they_end(entered: Callable[..., Page], recorder: Recorder) -> None:
    page = entered()
    assert shown(page)[0] == LAST
    begun = call(60)
    recorder.intent(replace(begun, state=State.OPEN, server=None, client=replace(begun.client, response=None)))
    row = page.locator('.item[data-id="60"]')
    expect(row).to_contain_text("/new")
    expect(row).to_contain_text("—")
    row.click()
    expect(page.locator("#e60 .sentence")).to_contain_text("has not ended")
    recorder.finish(begun)
    expect(row).to_contain_text("200")
    expect(page.locator("#e60 .sentence")).to_contain_text("Delivered both ways")
    expect(page.locator("#count")).to_have_text(str(LAST + 1))


def test_the_filter_holds_for_what_comes(entered: Callable[..., Page], recorder: Recorder) -> None:
    page = entered("f=path%3A%2Fwanted&lang=en")
    assert shown(page) == []
    recorder.finish(call(61, b"/wanted"), call(62, b"/other"))
    expect(page.locator("#count")).to_have_text(str(LAST + 2))
    expect(page.locator("#shown")).to_have_text("1")
    assert shown(page) == [61]


def test_a_pause_holds_still_and_going_on_catches_up(entered: Callable[..., Page], recorder: Recorder) -> None:
    page = entered()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#live")).to_have_attribute("data-state", "paused")
    recorder.finish(call(63))
    page.wait_for_timeout(600)
    assert shown(page)[0] == LAST
    page.get_by_role("button", name="Go on").click()
    expect(page.locator('.item[data-id="63"]')).to_contain_text("/new")


def test_a_replay_puts_its_verdict_beside_the_call(entered: Callable[..., Page], live: Live) -> None:
    page = entered("e1&lang=en")
    page.get_by_role("button", name="Replay to http://127.0.0.1:9000").click()
    expect(page.locator("#e1 .replay")).to_contain_text("different")
    page.get_by_role("button", name="Replay to http://127.0.0.1:9000").click()
    expect(page.locator("#e1 .replay")).to_have_count(1)
    assert live.actions.replayed[:1] == [1]


def test_what_is_shown_can_be_taken_away(entered: Callable[..., Page], live: Live) -> None:
    page = entered("f=mode%3Aapi&lang=en")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export what is shown").click()
    assert download.value.suggested_filename == "selection.fcz"
    assert live.actions.bundled == [[4, 5]]


def test_the_summary_and_the_reasons_are_a_key_away(entered: Callable[..., Page]) -> None:
    page = entered("e3&lang=en")
    page.locator('#e3 a[href="#rule-res.limit.headers"]').first.click()
    expect(page.locator("#rule-res\\.limit\\.headers.aimed")).to_be_visible()


def test_what_is_not_there_any_more_is_said(entered: Callable[..., Page], live: Live) -> None:
    page = entered()
    page.evaluate("window.addEventListener('error', () => 0)")
    answer = live.get("exchange/99")
    assert answer.text == "this exchange is not in the recording any more"
    assert page.locator("#live [role=alert]").inner_text() == ""


def test_a_thousand_rows_are_a_window_of_few(entered: Callable[..., Page], recorder: Recorder) -> None:
    recorder.finish(*(call(ident) for ident in range(100, 1100)))
    page = entered()
    expect(page.locator("#count")).to_have_text(str(LAST + 1000))
    assert page.locator(".item").count() < 80
    page.locator(".scroll").evaluate("node => node.scrollTo(0, node.scrollHeight)")
    expect(page.locator('.item[data-id="1"]')).to_contain_text("/api/users")
    before = page.locator(".item >> visible=true").first.get_attribute("data-id")
    recorder.finish(call(2000))
    expect(page.locator("#count")).to_have_text(str(LAST + 1001))
    assert page.locator(".item >> visible=true").first.get_attribute("data-id") == before


LOOKS = [("zh", "light", 390), ("en", "dark", 1440), ("zh", "dark", 390), ("en", "light", 1440)]


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_no_accessibility_rule_is_broken(entered: Callable[..., Page], lang: str, theme: str, width: int) -> None:
    page = entered(f"lang={lang}&theme={theme}", width)
    assert _violations(page) == []
    page.locator('.item[data-id="1"] a').click()
    expect(page.locator("#e1")).to_be_visible()
    page.locator("#e1 [data-act=replay]").click()
    expect(page.locator("#e1 .replay")).to_be_visible()
    assert _violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _violations(page: Page) -> list[tuple[str, str]]:
    found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(each["id"], node["html"][:160]) for each in found for node in each["nodes"]]


def test_an_answer_that_comes_late_does_not_take_a_later_one_s_place(entered: Callable[..., Page]) -> None:
    page = entered("e1&lang=en")
    held: list[Route] = []
    page.route("**/exchange/2", lambda route: held.append(route))  # noqa: PLW0108 - it wants a function of Python
    page.locator('.item[data-id="2"] a').click()
    page.locator('.item[data-id="3"] a').click()
    expect(page.locator("#e3")).to_be_visible()
    with page.expect_response("**/exchange/2"):
        held[0].continue_()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.locator("#e3")).to_be_visible()
    expect(page.locator("#e2")).to_have_count(0)
