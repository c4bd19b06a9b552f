"""For people at home in mitmproxy's console and mitmweb: which rules acted on a flow, as a comment and as a view.

The comment is a column of mitmweb's list (web_columns) and a tab of a flow; the view "FC rules" is chosen like any
other way to look at a message. Both are mitmproxy's public interfaces; the whole story is on the audit page.
Must not know: how rules act. Read next: adapt.py (who makes flows), onlookers.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitmproxy import contentviews

from gateway.rules import RULES
from gateway.tally import tally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitmproxy.contentviews import Metadata

    from gateway.exchange import Exchange

NAME = "FC rules"
UNTOUCHED = {"en": "No rule acted on this call.", "zh": "没有规则作用于这次调用。"}
NOT_OURS = {"en": "This flow did not pass the FC gateway.", "zh": "这个流没有经过 FC 网关。"}
RETIRED = {"en": "(retired rule)", "zh": "（已停用的规则）"}


def comment(exchange: Exchange) -> str:
    """`#7 -2 +16 ~1 req.strip.hop req.add.context`: where it is in the recording, what changed, which rules."""
    counts = tally(exchange)
    signs = (("-", counts.removed), ("+", counts.added), ("~", counts.changed))
    words = [f"#{exchange.id}", *(f"{sign}{number}" for sign, number in signs if number)]
    return " ".join([*words, *dict.fromkeys(change.rule_id for change in exchange.transforms)])


class RulesView(contentviews.Contentview):
    """The rules that acted on a flow, each with its sentence. Never chosen unasked."""

    def __init__(self, language: str) -> None:
        self._language = language

    @property
    def name(self) -> str:
        """As it stands in the list of views."""
        return NAME

    def prettify(self, data: bytes, metadata: Metadata) -> str:
        """A line per rule, in the order in which they acted; the body itself says nothing here."""
        del data
        rules = metadata.flow.metadata.get("fc_rules") if metadata.flow else None
        if not isinstance(rules, list):
            return NOT_OURS[self._language]
        return "\n".join(self._lines(rules)) or UNTOUCHED[self._language]

    def _lines(self, rules: Iterable[object]) -> Iterable[str]:
        for rule_id in dict.fromkeys(map(str, rules)):
            rule = RULES.get(rule_id)
            told = RETIRED[self._language] if rule is None else getattr(rule.summary, self._language)
            yield f"{rule_id}  {told}"

    def render_priority(self, data: bytes, metadata: Metadata) -> float:
        """Below every other view."""
        del data, metadata
        return -1


def register(language: str) -> None:
    """Offer the view; a script that is loaded again replaces it."""
    contentviews.add(RulesView(language))
