"""Runs rules over a message, and tells what each of them did.

A rule cannot forget to report, because it does not report: the engine compares the message before and after it.
Must not know: any particular rule. Read next: core.py (which tables run when).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from gateway.changes import Advice, Leg, Part, Transform
from gateway.config import Evidence
from gateway.facts import Ingress
from gateway.messages import Body, Headers, Request
from gateway.rule import Answer, Call, Message, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = tuple(Evidence)


class Table:
    """Rules in their order of work, sorted at import by where and under which evidence line they speak.

    `rows[ingress, evidence]` holds (rule, enforced) for the rules that can apply there.
    """

    def __init__(self, leg: Leg, *rules: Rule) -> None:
        """`leg`: the half of the exchange that the transforms of these rules belong to."""
        self.leg = leg
        self.rules = rules
        self.rows = {
            (ingress, line): tuple((rule, is_enforced(rule, line)) for rule in rules if ingress in rule.when.ingresses)
            for ingress in Ingress
            for line in Evidence
        }


@dataclass(slots=True)
class Notes:
    """What the rules of one decision did, and what they would have done. Grows while tables run."""

    transforms: list[Transform] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)


def is_enforced(rule: Rule, line: Evidence) -> bool:
    """Whether a rule acts under an `fc_evidence` line, or only advises."""
    return rule.needed or _LINE.index(rule.evidence) <= _LINE.index(line)


def run[M: Message](table: Table, message: M, call: Call, notes: Notes) -> M | Answer:
    """Take a message through a table: the changed message, or the answer of the rule that ended the walk."""
    for rule, enforced in table.rows[call.facts.ingress, call.config.evidence]:
        test = rule.when.test
        if test is not None and not test(call):
            continue
        after = rule.op(message, call)
        if after is message:
            continue
        if not enforced:
            notes.advice.append(Advice(rule.id, table.leg, describe(message, after)))
        elif isinstance(after, Answer):
            notes.transforms.append(Transform(rule.id, table.leg, Part.MESSAGE, None, after.name))
            return after
        else:
            notes.transforms.extend(transforms(rule.id, table.leg, message, after))
            message = cast("M", after)
    return message


def transforms(rule_id: str, leg: Leg, before: Message, after: Message) -> Iterator[Transform]:
    """One transform for each part that differs."""
    for part, old, new in _parts(before, after):
        if part in _LINES:
            went, came = lines_between(cast("Headers", old), cast("Headers", new))
            if went or came:
                yield Transform(rule_id, leg, part, went, came)
        elif old != new:
            yield Transform(rule_id, leg, part, old, new)


def lines_between(before: Headers, after: Headers) -> tuple[Headers, Headers]:
    """The field lines that went and those that came, each in their order."""
    start, end_before, end_after = 0, len(before), len(after)
    shorter = min(end_before, end_after)
    while start < shorter and before[start] == after[start]:
        start += 1
    while end_before > start and end_after > start and before[end_before - 1] == after[end_after - 1]:
        end_before -= 1
        end_after -= 1
    old, new = before[start:end_before], after[start:end_after]
    return (minus(old, new), minus(new, old)) if old and new else (old, new)


def minus(lines: Headers, others: Headers) -> Headers:
    """The lines that are left when each of the others is taken away once, in their order."""
    pool = Counter(others)
    left = []
    for line in lines:
        if pool[line]:
            pool[line] -= 1
        else:
            left.append(line)
    return tuple(left)


def describe(before: Message, after: Message | Answer) -> str:
    """A change in signs that need no translation: `+Name: value`, `-Name: value`, `400 InvalidArgument`."""
    if isinstance(after, Answer):
        return after.name.decode()
    signs: list[str] = []
    for change in transforms("", Leg.REQUEST, before, after):
        if change.part in _LINES:
            signs += [f"-{_text(line)}" for line in cast("Headers", change.before)]
            signs += [f"+{_text(line)}" for line in cast("Headers", change.after)]
        else:
            signs.append(f"{change.part}: {change.before!r} -> {change.after!r}")
    return "; ".join(signs)


def _text(line: tuple[bytes, bytes]) -> str:
    return b": ".join(line).decode("utf-8", "backslashreplace")


_LINES = (Part.HEADERS, Part.TRAILERS)


def _parts(before: Message, after: Message) -> Iterator[tuple[Part, Headers | Body, Headers | Body]]:
    # Identity first: most parts are the very same object, and a large body must not be compared.
    if before.headers is not after.headers:
        yield Part.HEADERS, before.headers, after.headers
    if isinstance(before, Request) and isinstance(after, Request):
        yield Part.METHOD, before.method, after.method
        yield Part.TARGET, before.target, after.target
    elif not isinstance(before, Request) and not isinstance(after, Request):
        yield Part.STATUS, status_line(before.status, before.reason), status_line(after.status, after.reason)
    yield Part.VERSION, before.version, after.version
    if before.trailers is not after.trailers:
        yield Part.TRAILERS, before.trailers, after.trailers
    if before.body is not after.body:
        yield Part.BODY, before.body, after.body


def status_line(status: int, reason: bytes) -> bytes:
    """A status as transforms tell it, such as b"200 OK"."""
    return b"%d %s" % (status, reason) if reason else b"%d" % status
