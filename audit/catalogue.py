"""Rule texts for the page: an id becomes its sentence, its reason and its official page.

A recording outlives rules, so an id that the table no longer holds is shown as a retired rule, with its
recorded change. Must not know: HTML. Read next: explain.py.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from audit import text
from audit.words import Claim, Text
from gateway.rules import RULES

UNEXPLAINED = Claim(
    "",
    Text(
        "没有任何规则声明这处差异。请连同录制文件报告此问题。",
        "No rule claims this difference. Please report it with the recording.",
    ),
)

_RETIRED = Text("已停用的规则：这个版本里没有它的说明。", "Retired rule: this version no longer describes it.")

# The page links to official documentation alone; anything else a rule may cite stays text.
_OFFICIAL = frozenset({"help.aliyun.com", "www.alibabacloud.com"})

# The product page exists in both languages; rules cite the Chinese one.
_PRODUCT_PAGE = Text(
    "https://help.aliyun.com/zh/functioncompute/fc/user-guide/web-functions",
    "https://www.alibabacloud.com/help/en/functioncompute/fc/web-functions",
)


def official(url: str) -> bool:
    """Whether a URL is a page of the official documentation."""
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.hostname in _OFFICIAL


@lru_cache(maxsize=1024)
def claim(rule_id: str) -> Claim:
    """What the page says of a rule."""
    rule = RULES.get(rule_id)
    if rule is None:
        return Claim(text.clean(rule_id), _RETIRED)
    return Claim(
        rule_id,
        Text(rule.summary.zh, rule.summary.en),
        Text(rule.why.zh, rule.why.en),
        _docs(rule.source.url),
        rule.evidence.value,
    )


def _docs(url: str) -> Text | None:
    """The official page of a rule in each language; None when what it cites is not official."""
    if url in (_PRODUCT_PAGE.zh, _PRODUCT_PAGE.en):
        return _PRODUCT_PAGE
    return Text(url, url) if official(url) else None
