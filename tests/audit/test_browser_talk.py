"""WebSocket messages in a real browser: accessible in both languages and themes, as wide as the screen, harmless."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit import Sources, render_page
from gateway.conversation import Coding, Message, MessageKind, Sender
from tests.audit import hostile, sample
from tests.audit.conftest import META, OpenPage
from tests.audit.test_browser_look import LOOKS, SHOW_ALL, violations

pytestmark = pytest.mark.browser

WORDS = (b"hello", b'{"user": "alice", "tags": [1, 2, 3], "more": "' + b"x" * 300 + b'"}', b"\0\1\2" * 50, b"w" * 500)


def page_of(contents: tuple[bytes, ...]) -> str:
    kinds = (MessageKind.TEXT, MessageKind.BINARY, MessageKind.PING, MessageKind.CLOSE)
    messages = [
        Message(number, sender, kind, 2_000 * number, content, coding)
        for number, (content, kind, sender, coding) in enumerate(
            ((c, k, s, q) for c in contents for k in kinds for s in Sender for q in Coding), 1
        )
    ]
    exchange = replace(sample.exchanges()[0], messages=len(messages) + 1000)
    sources = Sources(config=lambda _: sample.CONFIG, messages=lambda _: messages)
    return render_page([exchange], META, sources=sources)


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_no_accessibility_rule_is_broken(opened: OpenPage, lang: str, theme: str, width: int) -> None:
    page = opened(page_of(WORDS), f"e1&lang={lang}&theme={theme}", width).page
    page.evaluate(SHOW_ALL)
    assert page.locator("table.said tbody tr").count() > 100
    assert violations(page) == []


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_messages_are_no_wider_than_the_screen(opened: OpenPage, width: int) -> None:
    page = opened(page_of(WORDS), "e1", width).page
    page.evaluate(SHOW_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_messages_do_nothing(opened: OpenPage) -> None:
    page = opened(page_of(hostile.PAYLOADS[:12]), "e1").page
    page.evaluate(SHOW_ALL)
    assert page.evaluate("window.ran") is None
    assert page.locator("table.said img, table.said iframe, table.said base").count() == 0
