"""Runs rules over a message, and tells what each of them did.

A rule cannot forget to report, because it does not report: the engine compares the message before and after it.
Must not know: any particular rule. Read next: core.py (which tables run when).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, cast

from gateway.changes import Advice, Leg, Part, Transform
from gateway.config import Evidence
from gateway.messages import Header, Headers, Request, Response
from gateway.rule import DOORS, Answer, Call, Message, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway.messages import Body

    type Tell = Callable[[str, Leg, Message, Message], list[Transform]]

_LINE = tuple(Evidence)


class Table:
    """Rules in their order of work, sorted at import by where and under which evidence line they speak.

    `rows[ingress, evidence]` holds (test, op, enforced, rule) for the rules that can apply there, laid out for
    the loop in `run`: it is walked several times per call. `tell` says how a change is told.
    """

    def __init__(self, leg: Leg, *rules: Rule, tell: Tell | None = None) -> None:
        """`leg`: the half of the exchange that the transforms of these rules belong to. `tell`: `transforms`."""
        self.leg = leg
        self.tell = tell or transforms
        self.rules = rules
        self.rows = {
            (ingress, line): tuple(
                (rule.when.test, rule.op, is_enforced(rule, line), rule)
                for rule in rules
                if ingress in rule.when.ingresses
            )
            for ingress in DOORS
            for line in Evidence
        }


@dataclass(slots=True)
class Notes:
    """What the rules of one decision did, and what they would have done. Grows while tables run."""

    transforms: list[Transform] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)


def is_enforced(rule: Rule, line: Evidence) -> bool:
    """Whether a rule acts under an `fc_evidence` line, or only advises."""
    return not rule.advisory and (rule.needed or _LINE.index(rule.evidence) <= _LINE.index(line))


def run[M: Message](table: Table, message: M, call: Call, notes: Notes) -> M | Answer:
    """Take a message through a table: the changed message, or the answer of the rule that ended the walk."""
    for test, op, enforced, rule in table.rows[call.facts.ingress, call.config.evidence]:
        if test is not None and not test(call):
            continue
        after = op(message, call)
        if after is message:
            continue
        if not enforced:
            notes.advice.append(Advice(rule.id, table.leg, describe(message, after)))
        elif isinstance(after, Answer):
            notes.transforms.append(Transform(rule.id, table.leg, Part.MESSAGE, None, after.name))
            return after
        else:
            notes.transforms.extend(table.tell(rule.id, table.leg, message, after))
            message = cast("M", after)
    return message


def change[M: Message](table: Table, message: M, call: Call, notes: Notes) -> M:
    """Take a message through rules that only change it. Raises TypeError when one of them answers instead."""
    outcome = run(table, message, call, notes)
    if isinstance(outcome, Answer):
        raise TypeError(f"{notes.transforms[-1].rule_id} answered in a table whose rules only change messages")
    return outcome


def transforms(rule_id: str, leg: Leg, before: Message, after: Message) -> list[Transform]:
    """One transform for each part that differs. Most rules touch headers alone, so the rest is asked for at once."""
    found = _line_transform(rule_id, leg, Part.HEADERS, before.headers, after.headers)
    rest = _REST[type(before)]
    if rest(before) != rest(after):
        found += _line_transform(rule_id, leg, Part.TRAILERS, before.trailers, after.trailers)
        found += [Transform(rule_id, leg, part, old, new) for part, old, new in _values(before, after) if old != new]
    return found


def interim_transforms(rule_id: str, leg: Leg, before: Message, after: Message) -> list[Transform]:
    """The one transform of a 1xx head: all its lines went, and those of what is left came."""
    return [Transform(rule_id, leg, Part.INTERIM, interim_lines(before), interim_lines(after))]


def interim_lines(head: Message) -> Headers:
    """A 1xx head as transforms tell it, none for nothing. `:status` as in RFC 9113 8.3.2: no field has such a name."""
    if not isinstance(head, Response) or not head.status:
        return ()
    return ((b":status", status_line(head.status, head.reason)), *head.headers)


_REST = {
    Request: attrgetter("method", "target", "version", "body", "trailers"),
    Response: attrgetter("status", "version", "body", "trailers"),
}


def _values(before: Message, after: Message) -> Iterator[tuple[Part, Body, Body]]:
    if isinstance(before, Request) and isinstance(after, Request):
        yield Part.METHOD, before.method, after.method
        yield Part.TARGET, before.target, after.target
    elif isinstance(before, Response) and isinstance(after, Response) and before.status != after.status:
        yield Part.STATUS, status_line(before.status, before.reason), status_line(after.status, after.reason)
    yield Part.VERSION, before.version, after.version
    yield Part.BODY, before.body, after.body


def _line_transform(rule_id: str, leg: Leg, part: Part, before: Headers, after: Headers) -> list[Transform]:
    went, came = lines_between(before, after)
    return [Transform(rule_id, leg, part, went, came)] if went or came else []


def lines_between(before: Headers, after: Headers) -> tuple[Headers, Headers]:
    """The field lines that went and those that came, each in their order."""
    kept = len(before)
    if after[:kept] == before:
        return (), after[kept:]
    went = _dropped(before, after)
    return (went, ()) if went is not None else (minus(before, after), minus(after, before))


def _dropped(before: Headers, after: Headers) -> Headers | None:
    """What went when lines only went, as is most common; None otherwise."""
    left = iter(after)
    wanted = next(left, None)
    went = []
    for line in before:
        if line == wanted:
            wanted = next(left, None)
        else:
            went.append(line)
    return tuple(went) if wanted is None else None


def minus(lines: Headers, others: Headers) -> Headers:
    """The lines that are left when each of the others is taken away once, in their order."""
    pool: dict[Header, int] = {}
    for line in others:
        pool[line] = pool.get(line, 0) + 1
    left = []
    for line in lines:
        count = pool.get(line, 0)
        if count:
            pool[line] = count - 1
        else:
            left.append(line)
    return tuple(left)


def describe(before: Message, after: Message | Answer) -> str:
    """A change in signs that need no translation: `-Name: value`, `+Name: value`, `400 InvalidArgument`."""
    if isinstance(after, Answer):
        return after.name.decode()
    went, came = lines_between(before.headers, after.headers)
    return _signs(went, came)


@lru_cache(maxsize=256)
def _signs(went: Headers, came: Headers) -> str:
    """Cached, because most calls get the same advice."""
    signs = [b"-" + b": ".join(line) for line in went] + [b"+" + b": ".join(line) for line in came]
    return b"; ".join(signs).decode("utf-8", "backslashreplace")


def status_line(status: int, reason: bytes) -> bytes:
    """A status as transforms tell it, such as b"200 OK"."""
    return b"%d %s" % (status, reason) if reason else b"%d" % status
