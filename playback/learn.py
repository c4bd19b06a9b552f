"""Propose noise rules from several replays of one recording to one build of a server.

What differs between runs of the same build is noise; what differs from the recording in the same way in every
run is a real difference and is not proposed. A person accepts the rules (noise_file.py).
Must not know: sockets, files. Read next: shapes.py, noise.py.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playback.findings import Kind
from playback.noise import UNORDERED, NoiseRule, normal_path
from playback.shapes import ANY, common_frame, shape_of
from playback.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from playback.verdict import Outcome

_EXAMPLES = 3
_ID_SEGMENT = re.compile(r"(?i)/(?:\d+|[0-9a-f-]{8,})(?=/|$)")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule for a person to accept, and why: lines of text."""

    rule: NoiseRule
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Where:
    """A place in the answers to one sort of call."""

    method: str
    route: str
    path: str


@dataclass(slots=True)
class _Seen:
    """What the runs showed at one place: all values, and in how many runs something differed."""

    texts: set[str] = field(default_factory=set)
    runs: set[int] = field(default_factory=set)
    places: int = 0
    permuted: bool = True
    orders: bool = False


def learn(runs: Sequence[Sequence[Outcome]]) -> tuple[Proposal, ...]:
    """Rules for everything that differed between the runs. Each run: its outcomes against the recording."""
    seen: dict[_Where, _Seen] = defaultdict(_Seen)
    for outcomes in _by_exchange(runs):
        for where, found in _noisy_places(outcomes):
            _add(seen[where], found)
    return tuple(_proposals(seen, len(runs)))


def _by_exchange(runs: Sequence[Sequence[Outcome]]) -> Iterator[list[Outcome]]:
    """The outcomes of one exchange in every run, for those that every run judged."""
    numbered = [{outcome.number: outcome for outcome in run if not outcome.skipped} for run in runs]
    for number in sorted(set.intersection(*(set(run) for run in numbered))):
        yield [run[number] for run in numbered]


def _noisy_places(outcomes: list[Outcome]) -> Iterator[tuple[_Where, _Seen]]:
    """The places of one exchange whose values were not the same in every run."""
    values: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    kinds: dict[str, Kind] = {}
    for run, outcome in enumerate(outcomes):
        for finding in outcome.findings:
            if finding.kind in {Kind.VALUE, Kind.ORDER} and finding.recorded is not None and finding.now is not None:
                values[finding.path][run] = finding.recorded, finding.now
                kinds[finding.path] = finding.kind
    grouped: dict[str, list[str]] = defaultdict(list)
    for path, sides in values.items():
        if path.startswith(("headers.", "trailers.", "body")) and _moves(sides, len(outcomes)):
            grouped[normal_path(path)].append(path)
    for path, places in grouped.items():
        where = _Where(outcomes[0].method, route_of(outcomes[0].target), path)
        yield where, _gather([values[place] for place in places], kinds[places[0]], len(outcomes))


def _moves(sides: dict[int, tuple[str, str]], runs: int) -> bool:
    """Whether the value was not the same in every run; a run without a finding had the recorded one."""
    nows = {now for _, now in sides.values()}
    return len(sides) < runs or len(nows) > 1


def _gather(places: list[dict[int, tuple[str, str]]], kind: Kind, runs: int) -> _Seen:
    seen = _Seen(places=len(places), orders=kind is Kind.ORDER)
    for sides in places:
        seen.runs |= set(sides)
        seen.texts |= {text for pair in sides.values() for text in pair}
    for run in range(runs):
        pairs = [sides[run] for sides in places if run in sides]
        seen.permuted = seen.permuted and Counter(old for old, _ in pairs) == Counter(new for _, new in pairs)
    return seen


def _add(seen: _Seen, more: _Seen) -> None:
    seen.texts |= more.texts
    seen.runs |= more.runs
    seen.places += more.places
    seen.permuted = seen.permuted and more.permuted
    seen.orders = seen.orders or more.orders


def _proposals(seen: dict[_Where, _Seen], runs: int) -> Iterator[Proposal]:
    """One rule per place; a list whose elements only moved becomes one rule for the list."""
    lists: dict[_Where, _Seen] = {}
    for where, found in seen.items():
        owner = _list_of(where.path)
        if found.orders:
            lists.setdefault(where, found)
        elif owner and found.permuted and found.places > 1:
            lists.setdefault(_Where(where.method, where.route, owner), found)
        else:
            yield _value_rule(where, found, runs)
    for where, found in lists.items():
        rule = NoiseRule(_name(where, UNORDERED), where.path, UNORDERED, where.method, where.route)
        yield Proposal(rule, (f"the same elements in another order, in {len(found.runs)} of {runs} runs",))


def _list_of(path: str) -> str:
    """The innermost list that a place lies in, "" for none."""
    return path.rpartition("[]")[0]


def _value_rule(where: _Where, found: _Seen, runs: int) -> Proposal:
    before, after = common_frame(found.texts)
    inner = [text[len(before) : len(text) - len(after)] for text in found.texts]
    shape = shape_of(inner)
    rule = NoiseRule(_name(where, shape), where.path, shape, where.method, where.route, before, after)
    examples = ", ".join(repr(visible(text)[:80]) for text in sorted(found.texts)[:_EXAMPLES])
    lines = [f"differed in {len(found.runs)} of {runs} runs, {len(found.texts)} values, such as {examples}"]
    if shape == ANY:
        lines.append("CAREFUL: no shape fits, so this rule forgives every text here")
    return Proposal(rule, tuple(lines))


def _name(where: _Where, shape: str) -> str:
    """A name that is the same whenever the same noise is learnt again."""
    told = f"{where.method}\n{where.route}\n{where.path}\n{shape}"
    return f"{shape}-{hashlib.sha256(told.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"


def route_of(target: str) -> str:
    """The path without its query, segments that look like ids as `*`, other glob characters escaped."""
    path = target.partition("?")[0]
    literal = re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", path)
    return _ID_SEGMENT.sub("/*", literal)


def unused(rules: Iterable[NoiseRule], outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """The ids of rules that forgave nothing in a run: stale, or for calls that were not made."""
    used = {finding.rule for outcome in outcomes for finding in outcome.findings if finding.kind is Kind.NOISE}
    return tuple(rule.id for rule in rules if rule.id not in used)
