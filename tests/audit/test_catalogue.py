"""Rules as the page tells them."""

from __future__ import annotations

import pytest

from audit import catalogue
from gateway.rules import RULES


@pytest.mark.parametrize("rule_id", RULES)
def test_every_rule_has_its_words_in_both_languages_and_links_only_officially(rule_id: str) -> None:
    claim = catalogue.claim(rule_id)
    assert (claim.rule_id, claim.evidence) == (rule_id, RULES[rule_id].evidence.value)
    assert claim.summary.zh
    assert claim.summary.en
    assert claim.docs is None or (catalogue.official(claim.docs.zh) and catalogue.official(claim.docs.en))


def test_the_product_page_is_linked_in_the_readers_language() -> None:
    docs = catalogue.claim("req.strip.x-fc").docs
    assert docs is not None
    assert docs.zh.startswith("https://help.aliyun.com/zh/")
    assert docs.en.startswith("https://www.alibabacloud.com/help/en/")
