"""Results of the rules with gaps in them: where a call's request id and the moment of its answer are filled in.

Must not know: any rule, or how often a result is used. Read next: plan.py (who keeps these).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.changes import Forward, Reply, Transform
from gateway.dates import http_date
from gateway.messages import Request, Response

if TYPE_CHECKING:
    from gateway.facts import Facts
    from gateway.messages import Body, Headers

# No field that was read from a connection holds LF, and the moment is one that nobody means. Should one come all the
# same, a result with it is not what the rules say to the call at hand, and is not kept.
_ID = "\n"
_MOMENT_US = 218_330_086_400_000_000
_GAPS = {_ID.encode(): 0, http_date(_MOMENT_US): 1}
_UNREAD: Any = object()
"""Stands for what a rule must not look at: it cannot be counted, cut, compared by size or joined."""

type _Places = tuple[tuple[int, int], ...]
"""Lines with a gap: their place, and which of the two values fills it."""

type _Values = tuple[bytes, bytes]


def unread(facts: Facts) -> Facts:
    """Facts with gaps: a rule that looks at anything else that differs from call to call fails with TypeError."""
    seed = replace(facts.seed, request_id=_ID, arrived_us=_UNREAD)
    tail = None if facts.log_tail is None else _UNREAD
    return replace(facts, seed=seed, answered_us=_MOMENT_US, duration_us=_UNREAD, log_tail=tail)


def bodyless[M: (Request, Response)](message: M) -> M:
    """The message with a body that no rule can look at."""
    return replace(message, body=_UNREAD)


class GappedForward:
    """A request to the server, but for the body and the gaps."""

    __slots__ = ("_advice", "_places", "_request", "_told")

    def __init__(self, told: Forward) -> None:
        self._request = told.request
        self._places = _places(told.request.headers)
        self._told = _Told(told.transforms)
        self._advice = told.advice

    def filled(self, body: Body, facts: Facts) -> Forward:
        """What the rules say to a call with these facts."""
        values = _values(facts)
        was = self._request
        headers = _fill(was.headers, self._places, values)
        request = Request(was.method, was.target, headers, body, was.version, was.trailers)
        return Forward(request, self._told.filled(values), self._advice)


class GappedReply:
    """A reply to the client, but for the body and the gaps."""

    __slots__ = ("_advice", "_places", "_response", "_told")

    def __init__(self, told: Reply) -> None:
        self._response = told.response
        self._places = _places(told.response.headers)
        self._told = _Told(told.transforms)
        self._advice = told.advice

    def filled(self, body: Body, facts: Facts) -> Reply:
        """What the rules say to a call with these facts."""
        values = _values(facts)
        was = self._response
        headers = _fill(was.headers, self._places, values)
        response = Response(was.status, was.reason, headers, body, was.version, was.trailers)
        return Reply(response, self._told.filled(values), self._advice)


class _Told:
    """Transforms, those with a gap known by their place."""

    __slots__ = ("_open", "_transforms")

    def __init__(self, transforms: tuple[Transform, ...]) -> None:
        self._transforms = transforms
        self._open: list[tuple[int, Transform, Headers, _Places]] = [
            (at, change, change.after, places)
            for at, change in enumerate(transforms)
            if isinstance(change.after, tuple) and (places := _places(change.after))
        ]

    def filled(self, values: _Values) -> tuple[Transform, ...]:
        """What the rules did to a call with these values."""
        told = list(self._transforms)
        for at, was, after, places in self._open:
            told[at] = Transform(was.rule_id, was.leg, was.part, was.before, _fill(after, places, values))
        return tuple(told)


def _values(facts: Facts) -> _Values:
    return facts.seed.request_id.encode(), http_date(facts.answered_us)


def _places(lines: Headers) -> _Places:
    return tuple((at, _GAPS[value]) for at, (_, value) in enumerate(lines) if value in _GAPS)


def _fill(lines: Headers, places: _Places, values: _Values) -> Headers:
    filled = list(lines)
    for at, which in places:
        filled[at] = (lines[at][0], values[which])
    return tuple(filled)
