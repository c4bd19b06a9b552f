"""No silent change: whatever differs between the two views of an exchange must be claimed by a transform.

`unexplained` trusts no rule. It takes the client's message, applies what the transforms say went and came, and
compares with what the server got; the same for the way back. Must not know: any rule. Read next: recompute.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from gateway.changes import Leg, Part
from gateway.engine import interim_lines, minus, status_line
from gateway.exchange import State
from gateway.messages import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.changes import Transform
    from gateway.exchange import Exchange
    from gateway.messages import Body, Headers
    from gateway.rule import Message


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of one leg that no transform explains.

    `expected`: what the transforms lead to. `found`: what the other side's view holds. For HEADERS and TRAILERS
    only the lines that one has and the other lacks; when those are none, all lines, because their order differs.
    For INTERIM all lines of what the server sent, and all of what is claimed.
    """

    leg: Leg
    part: Part
    expected: Headers | Body
    found: Headers | Body


def unexplained(exchange: Exchange) -> tuple[Difference, ...]:
    """Every difference between the client view and the server view that no transform claims; () is the promise."""
    return (*_request_leg(exchange), *_interim(exchange), *_response_leg(exchange))


def _request_leg(exchange: Exchange) -> Iterator[Difference]:
    sent = exchange.client.request
    got = exchange.server.request if exchange.server else None
    if sent is None or got is None:
        return
    changes = [one for one in exchange.transforms if one.leg is Leg.REQUEST]
    for one in changes:
        if one.part is Part.MESSAGE:
            # Answered by the gateway, and yet the server got it.
            yield Difference(Leg.REQUEST, Part.MESSAGE, _bytes(one.after), b"%b %b" % (got.method, got.target))
    yield from _parts(Leg.REQUEST, sent, got, changes)
    yield from _value(Leg.REQUEST, Part.BODY, sent.body, got.body, changes)


def _interim(exchange: Exchange) -> Iterator[Difference]:
    """What came before the answer: no view of a client holds any, so each head must be claimed, whole and in order."""
    told = [one for one in exchange.transforms if one.part is Part.INTERIM]
    if not told and not exchange.interim:
        return
    heads = [interim_lines(each.head) for each in exchange.interim]
    if heads != [one.before for one in told] or any(one.after for one in told):
        expected = tuple(line for head in heads for line in head)
        claimed = tuple(line for one in told for line in cast("Headers", one.before))
        yield Difference(Leg.RESPONSE, Part.INTERIM, expected, claimed)


def _response_leg(exchange: Exchange) -> Iterator[Difference]:
    sent = exchange.server.response if exchange.server else None
    got = exchange.client.response
    if got is None:
        return
    told = status_line(got.status, got.reason)
    answers = [_bytes(one.after) for one in exchange.transforms if one.part is Part.MESSAGE]
    if answers:
        # The gateway spoke: its transform names the status that the client must have got.
        if answers[-1].partition(b" ")[0] != b"%d" % got.status:
            yield Difference(Leg.RESPONSE, Part.MESSAGE, answers[-1], told)
    elif sent is None:
        # A reply that neither the server nor a rule made.
        yield Difference(Leg.RESPONSE, Part.MESSAGE, b"", told)
    else:
        changes = [one for one in exchange.transforms if one.leg is Leg.RESPONSE]
        yield from _parts(Leg.RESPONSE, sent, got, changes)
        if exchange.state is State.COMPLETE or not _is_cut(got.body, sent.body):
            yield from _value(Leg.RESPONSE, Part.BODY, sent.body, got.body, changes)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _parts(leg: Leg, before: Message, after: Message, changes: list[Transform]) -> Iterator[Difference]:
    found = _start_line(after)
    for part, value in _start_line(before).items():
        yield from _value(leg, part, value, found[part], changes)
    yield from _lines(leg, Part.HEADERS, before.headers, after.headers, changes)
    yield from _lines(leg, Part.TRAILERS, before.trailers, after.trailers, changes)


def _start_line(message: Message) -> dict[Part, bytes]:
    if isinstance(message, Request):
        return {Part.METHOD: message.method, Part.TARGET: message.target, Part.VERSION: message.version}
    return {Part.VERSION: message.version, Part.STATUS: status_line(message.status, message.reason)}


def _value(leg: Leg, part: Part, value: Body, found: Body, changes: list[Transform]) -> Iterator[Difference]:
    """Follow the transforms of a part, each of which must start where the one before it ended."""
    for change in changes:
        if change.part is part and change.before == value:
            value = cast("Body", change.after)
        elif change.part is part:
            yield Difference(leg, part, cast("Body", change.before), value)
    if value != found:
        yield Difference(leg, part, value, found)


def _is_cut(got: Body, sent: Body) -> bool:
    """Whether the client got only a part of the body: the exchange ended early, and its state says so."""
    if isinstance(got, bytes) and isinstance(sent, bytes):
        return sent.startswith(got)
    return got != sent


def _lines(leg: Leg, part: Part, before: Headers, after: Headers, changes: list[Transform]) -> Iterator[Difference]:
    went, came = _balance([one for one in changes if one.part is part])
    expected = (*minus(before, went), *came)
    if expected == after and (not went or not minus(went, before)):
        return  # line by line the same, which settles order too: the usual case, four times as fast
    if Counter(expected) != Counter(after) or minus(went, before):
        yield Difference(leg, part, (*minus(expected, after), *minus(went, before)), minus(after, expected))
    elif _untouched(before, went, came) != _untouched(after, went, came):
        yield Difference(leg, part, expected, after)


def _balance(changes: list[Transform]) -> tuple[Headers, Headers]:
    """What went and came in all: a line that one rule added and a later one dropped never got through."""
    went: Headers = ()
    came: Headers = ()
    for change in changes:
        old, new = cast("Headers", change.before), cast("Headers", change.after)
        went, came = (*went, *minus(old, came)), (*minus(came, old), *new)
    return went, came


def _untouched(lines: Headers, went: Headers, came: Headers) -> Headers:
    """The lines that no rule named. Of equal lines of which one went or came, which one it was cannot be told."""
    named = {*went, *came}
    return tuple(line for line in lines if line not in named)
