"""A folder in a browser: the index finds, each row leads to a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit import write_audit
from tests.audit import sample
from tests.audit.conftest import META, SOURCES, Opened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from playwright.sync_api import Browser

    from gateway.exchange import Exchange

pytestmark = pytest.mark.browser

expect = pytest.importorskip("playwright.sync_api").expect


class Kept:
    def exchanges(self) -> Iterable[Exchange]:
        return sample.exchanges()[2:5]


def test_the_index_shows_the_totals_and_leads_to_each_exchange(chromium: Browser, tmp_path: Path) -> None:
    write_audit(Kept(), tmp_path, META, SOURCES)
    tab = Opened(chromium.new_page())
    page = tab.page
    page.goto((tmp_path / "index.html").as_uri())
    page.wait_for_selector("html.ready")
    expect(page.locator("#summary")).to_be_visible()
    page.fill("#filter", "mode:api")
    expect(page.locator("#shown")).to_have_text("2")
    page.locator('.row[href="e/5.html"]').click()
    expect(page.locator("#e5 h2")).to_be_visible()
    assert "/e/5.html" in page.url
    assert tab.complaints == []
    page.close()
