"""Each difference beside the rule that claims it.

A claim is exact: a transform claims a line that went when its `before` holds that very line, and a line that
came when its `after` does; each line of a transform claims once. A rule that replaced the whole message
(a refusal, a discarded answer) claims what nobody claims by name. What is left is unexplained and red.
Must not know: HTML. Read next: catalogue.py (what a rule says), detail.py (builds the cards).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from audit import catalogue
from gateway.changes import Part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.headers import Pair
    from audit.words import Claim
    from gateway.changes import Leg, Transform
    from gateway.messages import Header


def on_leg(transforms: Iterable[Transform], leg: Leg) -> tuple[Transform, ...]:
    """The transforms of one leg, in the order in which the rules worked."""
    return tuple(transform for transform in transforms if transform.leg is leg)


def by_part(transforms: Iterable[Transform], *parts: Part) -> tuple[Claim, ...]:
    """The claims of every rule that touched one of the parts, each rule once."""
    return claims(transform.rule_id for transform in transforms if transform.part in parts)


def claims(rule_ids: Iterable[str]) -> tuple[Claim, ...]:
    """What the page says of these rules, each once."""
    return tuple(catalogue.claim(rule_id) for rule_id in dict.fromkeys(rule_ids))


class Ledger:
    """The field lines that the rules of a leg took and put, to be claimed one by one."""

    def __init__(self, transforms: Iterable[Transform], part: Part, answered: Iterable[str] = ()) -> None:
        """Open the books of one leg (`on_leg`) for its headers or its trailers.

        `answered`: the rules that spoke in the server's place; they claim what nobody claims by name.
        """
        self._took: dict[Header, list[str]] = defaultdict(list)
        self._put: dict[Header, list[str]] = defaultdict(list)
        self._answered = tuple(answered)
        for transform in transforms:
            if transform.part is part:
                _enter(self._took, transform.before, transform.rule_id)
                _enter(self._put, transform.after, transform.rule_id)

    def claims(self, pair: Pair) -> tuple[Claim, ...]:
        """Who changed this pair; `catalogue.UNEXPLAINED` alone when nobody says so."""
        rules = [
            *(_claim_once(self._took, pair.before) if pair.before is not None else ()),
            *(_claim_once(self._put, pair.after) if pair.after is not None else ()),
        ]
        return claims(rules or self._answered) or (catalogue.UNEXPLAINED,)


def _enter(book: dict[Header, list[str]], lines: object, rule_id: str) -> None:
    """Note each line of a transform under the rule that made it."""
    if isinstance(lines, tuple):
        for line in lines:
            book[line].append(rule_id)


def _claim_once(book: dict[Header, list[str]], line: Header) -> list[str]:
    """The rule of a line, taken out of the book so that a repeat needs a claim of its own."""
    return [book[line].pop(0)] if book.get(line) else []


def body_claims(transforms: Iterable[Transform], answered: Iterable[str]) -> tuple[Claim, ...]:
    """Who changed a body that did not arrive as it left."""
    return by_part(transforms, Part.BODY) or claims(answered) or (catalogue.UNEXPLAINED,)


def answering(transforms: Iterable[Transform]) -> tuple[str, ...]:
    """The rule that answered in the server's place, on whichever leg it spoke; the last one was heard."""
    return tuple(transform.rule_id for transform in transforms if transform.part is Part.MESSAGE)[-1:]
