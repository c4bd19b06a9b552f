"""No silent change: whatever differs between the two views of an exchange must be claimed by a transform.

`unexplained` trusts no rule. It takes the client's message, applies what the transforms say went and came, and
compares with what the server got; the same for the way back. Must not know: any rule. Read next: recompute.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.changes import Leg, Part
from gateway.engine import minus, status_line
from gateway.exchange import State
from gateway.messages import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gateway.changes import Transform
    from gateway.exchange import Exchange
    from gateway.messages import Body, Headers, Response


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of one leg that no transform explains.

    `expected`: what the transforms lead to. `found`: what the other side's view holds. For HEADERS and TRAILERS
    only the lines that one has and the other lacks; when those are none, all lines, because their order differs.
    """

    leg: Leg
    part: Part
    expected: Headers | Body
    found: Headers | Body


def unexplained(exchange: Exchange) -> tuple[Difference, ...]:
    """Every difference between the client view and the server view that no transform claims; () is the promise."""
    return (*_request_leg(exchange), *_response_leg(exchange))


def _request_leg(exchange: Exchange) -> Iterator[Difference]:
    sent = exchange.client.request
    got = exchange.server.request if exchange.server else None
    if sent is None or got is None:
        return
    changes = [one for one in exchange.transforms if one.leg is Leg.REQUEST]
    yield from _parts(Leg.REQUEST, sent, got, changes)
    yield from _body(Leg.REQUEST, sent.body, got.body, changes)


def _response_leg(exchange: Exchange) -> Iterator[Difference]:
    sent = exchange.server.response if exchange.server else None
    got = exchange.client.response
    if got is None:
        return
    answered = [one for one in exchange.transforms if one.part is Part.MESSAGE]
    if answered:
        yield from _answer(answered[-1], got)
        return
    if sent is None:
        # A reply that neither the server nor a rule made.
        yield Difference(Leg.RESPONSE, Part.MESSAGE, b"", status_line(got.status, got.reason))
        return
    changes = [one for one in exchange.transforms if one.leg is Leg.RESPONSE]
    yield from _parts(Leg.RESPONSE, sent, got, changes)
    if exchange.state is State.COMPLETE or not _is_cut(got.body, sent.body):
        yield from _body(Leg.RESPONSE, sent.body, got.body, changes)


def _answer(transform: Transform, got: Response) -> Iterator[Difference]:
    """The gateway spoke: its transform names the status that the client must have got."""
    name = transform.after if isinstance(transform.after, bytes) else b""
    if name.partition(b" ")[0] != b"%d" % got.status:
        yield Difference(Leg.RESPONSE, Part.MESSAGE, name, status_line(got.status, got.reason))


def _parts(
    leg: Leg, before: Request | Response, after: Request | Response, changes: list[Transform]
) -> Iterator[Difference]:
    for part, old, new in _start_line(before, after):
        expected = _last(part, old, changes)
        if expected != new:
            yield Difference(leg, part, expected, new)
    for part, lines, found in (
        (Part.HEADERS, before.headers, after.headers),
        (Part.TRAILERS, before.trailers, after.trailers),
    ):
        yield from _lines(leg, part, lines, found, changes)


def _start_line(before: Request | Response, after: Request | Response) -> Iterator[tuple[Part, bytes, bytes]]:
    yield Part.VERSION, before.version, after.version
    if isinstance(before, Request) and isinstance(after, Request):
        yield Part.METHOD, before.method, after.method
        yield Part.TARGET, before.target, after.target
    elif not isinstance(before, Request) and not isinstance(after, Request):
        yield Part.STATUS, status_line(before.status, before.reason), status_line(after.status, after.reason)


def _last(part: Part, value: Body, changes: Iterable[Transform]) -> Body:
    """The value after every transform of a part, each of which must start where the one before it ended."""
    for change in changes:
        if change.part is part and change.before == value and not isinstance(change.after, tuple | None):
            value = change.after
    return value


def _body(leg: Leg, before: Body, after: Body, changes: list[Transform]) -> Iterator[Difference]:
    expected = _last(Part.BODY, before, changes)
    if expected != after:
        yield Difference(leg, Part.BODY, expected, after)


def _is_cut(got: Body, sent: Body) -> bool:
    """Whether the client got only a part of the body: the exchange ended early, and its state says so."""
    if isinstance(got, bytes) and isinstance(sent, bytes):
        return sent.startswith(got)
    return got != sent


def _lines(leg: Leg, part: Part, before: Headers, after: Headers, changes: list[Transform]) -> Iterator[Difference]:
    went: Headers = ()
    came: Headers = ()
    for change in changes:
        if change.part is part and isinstance(change.before, tuple) and isinstance(change.after, tuple):
            # A line that one rule added and a later one dropped never got through.
            went, came = (*went, *minus(change.before, came)), (*minus(came, change.before), *change.after)
    expected = (*minus(before, went), *came)
    if Counter(expected) != Counter(after) or minus(went, before):
        yield Difference(leg, part, minus(expected, after), minus(after, expected))
    elif _kept(before, went, came) != _kept(after, went, came):
        yield Difference(leg, part, expected, after)


def _kept(lines: Headers, went: Headers, came: Headers) -> Headers:
    """The lines that no rule touched. Equal lines of which one went or came are left out: which one cannot be told."""
    touched = {*went, *came}
    return tuple(line for line in lines if line not in touched)
