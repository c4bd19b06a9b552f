"""Every rule cites pages that somebody can open."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from gateway.rules import RULES

LEDGER = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+|TMO-\d+")


def test_every_source_has_a_page_a_section_and_ledger_ids() -> None:
    for rule in RULES.values():
        url = urlsplit(rule.source.url)
        assert (url.scheme, bool(url.hostname), bool(rule.source.section)) == ("https", True, True), rule.id
        assert all(LEDGER.fullmatch(one) for one in rule.source.contract), rule.id
