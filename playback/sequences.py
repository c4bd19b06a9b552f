"""Two recordings as sequences of calls: which are in both, in which order, and which say something else now.

Calls are paired by what their requests mean (keys.py), the n-th repeat with the n-th; what is left is paired by
method and path alone, so that a changed query or body is a change and not one call less and one more. Of the pairs
the longest run that stands in the same order on both sides stays, the others are reordered.
Must not know: how it is shown. Read next: compare.py (answers), audit/sequences.py (the page).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.exchange import Failure
from gateway.messages import BodyRef, Response
from playback import sides
from playback.allowance import Allowance
from playback.findings import Finding, Kind, Rank
from playback.keys import keys_of, parts_of
from playback.sendable import compare_endings
from store.secret_shapes import TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gateway.exchange import Exchange
    from gateway.messages import Headers, Request

type Pair = tuple[int, int]

_USUAL = Allowance(sides.CLIENT.volatile)
_NO_SECRET = b"sealed:000000000000"


class Came(StrEnum):
    """What became of a call between two recordings."""

    SAME = "same"
    CHANGED = "changed"
    REORDERED = "reordered"
    MISSING = "missing"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the comparison. `moved`: it stands in another place; a changed call may be moved too."""

    came: Came
    left: Exchange | None
    right: Exchange | None
    moved: bool = False
    findings: tuple[Finding, ...] = ()


def sequences(left: Sequence[Exchange], right: Sequence[Exchange]) -> tuple[Step, ...]:
    """Every call of both, in the left one's order; what only the right one has stands after its forerunner there."""
    pairs = _paired(left, right)
    steady = _longest_in_order(pairs)
    by_left, by_right = dict(pairs), {theirs: mine for mine, theirs in pairs}
    steps: list[Step] = []
    at = 0
    for mine, exchange in enumerate(left):
        theirs = by_left.get(mine)
        if theirs is not None and mine in steady:
            steps += _extras(right, range(at, theirs), by_right)
            at = theirs + 1
        steps.append(_step(exchange, None if theirs is None else right[theirs], moved=mine not in steady))
    return (*steps, *_extras(right, range(at, len(right)), by_right))


def _extras(right: Sequence[Exchange], places: Iterable[int], known: dict[int, int]) -> Iterator[Step]:
    return (Step(Came.EXTRA, None, right[place]) for place in places if place not in known)


def _step(left: Exchange, right: Exchange | None, *, moved: bool) -> Step:
    if right is None:
        return Step(Came.MISSING, left, None)
    findings = _findings(left, right)
    differs = any(finding.rank is not Rank.FORGIVEN for finding in findings)
    came = Came.CHANGED if differs else Came.REORDERED if moved else Came.SAME
    return Step(came, left, right, moved, findings)


def _paired(left: Sequence[Exchange], right: Sequence[Exchange]) -> list[Pair]:
    """Places that belong together, in the left one's order: equal bytes, equal meaning, then the same path."""
    pairs: list[Pair] = []
    mine, theirs = list(range(len(left))), list(range(len(right)))
    for key in (_exact, _meaning, _route):
        waiting: dict[bytes, list[int]] = defaultdict(list)
        for place in theirs:
            waiting[key(right[place])].append(place)
        for queue in waiting.values():
            queue.reverse()
        found = [(place, queued.pop()) for place in mine if (queued := waiting.get(key(left[place])))]
        pairs += found
        mine, theirs = _without(mine, (one for one, _ in found)), _without(theirs, (two for _, two in found))
    return sorted(pairs)


def _without(places: list[int], taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [place for place in places if place not in gone]


def _exact(exchange: Exchange) -> bytes:
    return _key(exchange, lambda request: keys_of(request).exact)


def _meaning(exchange: Exchange) -> bytes:
    return _key(exchange, lambda request: keys_of(request).lenient)


def _route(exchange: Exchange) -> bytes:
    return _key(exchange, lambda request: request.method + b" " + request.target.partition(b"?")[0])


def _key(exchange: Exchange, of: Callable[[Request], bytes]) -> bytes:
    """A delivery is another call than the accepted one with the same request; so is a call of the function's own."""
    request = exchange.client.request
    kind = b"%s%d" % (exchange.facts.ingress.value.encode(), exchange.is_delivery)
    return kind + (of(_unsealed(request)) if request is not None else exchange.raw)


def _longest_in_order(pairs: list[Pair]) -> frozenset[int]:
    """The left places of the longest run of pairs whose right places rise (patience sorting)."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, theirs) in enumerate(pairs):
        pile = bisect_left(tops, theirs)
        before.append(ends[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(theirs)
            ends.append(number)
        else:
            tops[pile], ends[pile] = theirs, number
    kept: set[int] = set()
    number = ends[-1] if ends else -1
    while number >= 0:
        kept.add(pairs[number][0])
        number = before[number]
    return frozenset(kept)


def _findings(left: Exchange, right: Exchange) -> tuple[Finding, ...]:
    """What the client sent and what it got, then and now."""
    asked, asks = left.client.request, right.client.request
    found: tuple[Finding, ...] = ()
    if asked is not None and asks is not None:
        found = tuple(_of_requests(_unsealed(asked), _unsealed(asks)))
    then, now = sides.CLIENT.ending(left), sides.CLIENT.ending(right)
    method = asked.method if asked is not None else b"GET"
    mine, theirs = _ended(then), _ended(now)
    return (*found, *compare_endings(mine, theirs, method, _USUAL))


def _ended(ending: Response | Failure | None) -> Response | Failure:
    """An answer that nobody waited for, or that never came, is compared as just that."""
    return Failure.CLIENT_GONE if ending is None else _unsealed(ending) if isinstance(ending, Response) else ending


def _of_requests(asked: Request, asks: Request) -> Iterator[Finding]:
    then, now = dict(parts_of(asked)), dict(parts_of(asks))
    for name in dict.fromkeys((*then, *now)):
        was, word = then.get(name), now.get(name)
        if was != word:
            kind = Kind.ADDED if was is None else Kind.REMOVED if word is None else Kind.VALUE
            yield Finding(kind, f"request.{name}", was, word)


def _unsealed[M: (Request, Response)](message: M) -> M:
    """Pseudonyms are another recording's for the same value, so here each says only that a secret stood there."""
    body = message.body if isinstance(message.body, BodyRef) else TAG.sub(_NO_SECRET, message.body)
    changed = replace(message, headers=_lines(message.headers), body=body)
    if isinstance(changed, Response):
        return changed
    return replace(changed, target=TAG.sub(_NO_SECRET, changed.target))


def _lines(headers: Headers) -> Headers:
    return tuple((name, TAG.sub(_NO_SECRET, value)) for name, value in headers)
