"""Rewrite rules of a custom domain's route: another path and query for the server (contract DOM-RW-1..6).

Three lists are tried in this order, and the first hit ends (the order is not published: DOM-RW-2, inferred).
Must not know: which route. Read next: rules/route.py.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from gateway.config import Route


def rewritten(target: str, route: Route) -> str:
    """The target that the server gets; the same text when no rule of the route hits."""
    path, mark, query = target.partition("?")
    for rule in route.equal_rules:
        if rule.match == path:
            return _rooted(rule.replacement) + mark + query
    for rule in route.wildcard_rules:
        if found := wildcard(rule.match).search(target):
            return _rooted(filled(rule.replacement, found))
    for rule in route.regex_rules:
        if found := re.search(rule.match, target):
            return _rooted(filled(rule.replacement, found))
    return target


@lru_cache(maxsize=256)
def wildcard(match: str) -> re.Pattern[str]:
    """A wildcard rule as an expression: `*` is any text, a leading `^` the beginning, all else itself (DOM-RW-3).

    Without `^` the rule may hit in the middle, and the whole of the target is replaced then too: `/old` also
    catches `/test/old`.
    """
    anchor, text = ("^", match[1:]) if match.startswith("^") else ("", match)
    return re.compile(anchor + "(.*)".join(re.escape(piece) for piece in text.split("*")), re.DOTALL)


def filled(replacement: str, found: re.Match[str]) -> str:
    """The replacement with `$1`, `$2`... filled in; a number that was not captured is left out."""

    def captured(place: re.Match[str]) -> str:
        number = int(place[1])
        return (found[number] or "") if number <= found.re.groups else ""

    return re.sub(r"\$(\d)", captured, replacement)


def _rooted(target: str) -> str:
    # A request line needs a path that begins with a slash.
    rooted = target if target.startswith("/") else "/" + target
    # What a config writes beyond ASCII travels percent-encoded; what the client sent stays as it is.
    return "".join(sign if ord(sign) < 256 else quote(sign) for sign in rooted)
