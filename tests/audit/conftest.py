"""The sample page, and a real headless Chromium to open it in."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from audit import PageMeta, Sources, render_page
from tests.audit import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

META = PageMeta("bug-1423", "2026.11")
SOURCES = Sources(config=lambda _: sample.CONFIG)


@pytest.fixture(scope="session")
def sample_page() -> str:
    """The sample recording as a page."""
    return render_page(sample.exchanges(), META, sources=SOURCES)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for one module: Playwright keeps an event loop running, which other modules' tests cannot bear."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=switches)
        yield browser
        browser.close()


class Opened:
    """A page in a tab that remembers everything it should not have done."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self._note("console", message.text, message.type in ("error", "warning")))
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.on("request", lambda request: self._note("request", request.url, not _is_own(request.url)))

    def _note(self, kind: str, what: str, counts: Any = True) -> None:
        if counts:
            self.complaints.append(f"{kind}: {what}")


type OpenPage = Callable[..., Opened]


def _is_own(url: str) -> bool:
    return url.startswith(("file:", "data:", "blob:"))


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[OpenPage]:
    """Opens a page from disk, waits until its script is done, and fails the test on any complaint."""
    tabs: list[Opened] = []

    def open_page(html: str, anchor: str = "", width: int = 1440, height: int = 900, **context: Any) -> Opened:
        place = tmp_path / f"audit-{len(tabs)}.html"
        place.write_text(html, "utf-8")
        tab = Opened(chromium.new_context(viewport={"width": width, "height": height}, **context).new_page())
        tabs.append(tab)
        tab.page.goto(f"{place.as_uri()}#{anchor}")
        if context.get("java_script_enabled", True):
            tab.page.wait_for_selector("html.ready")
        return tab

    yield open_page
    for tab in tabs:
        tab.page.context.close()
    assert [complaint for tab in tabs for complaint in tab.complaints] == []
