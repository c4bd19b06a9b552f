"""An address that holds a language or a filter and no exchange is heard too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.audit.conftest import OpenPage

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("anchor", ["lang=zh", "lang=zh&theme=dark", "e2&lang=zh", "&lang=zh", "f=mode%3Aapi&lang=zh"])
def test_the_language_of_the_address_is_heard(opened: OpenPage, sample_page: str, anchor: str) -> None:
    page = opened(sample_page, anchor).page
    assert page.locator("html").get_attribute("data-lang") == "zh"
    assert page.locator("article.shown .sentence").first.inner_text()


def test_a_filter_alone_is_heard(opened: OpenPage, sample_page: str) -> None:
    page = opened(sample_page, "f=mode%3Aapi&theme=dark").page
    assert page.locator("#shown").inner_text() == "2"
    assert page.locator("html").get_attribute("data-theme") == "dark"
