"""Which call made the function call out: the calls under way and those that ended lately, by the ids they carry.

An id that the function passed on names its call. Without one, a lone call under way is the cause; of several
nobody can tell which. Must not know: flows, storage. Read next: outgoing.py.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.facts import Link
from gateway.messages import get

if TYPE_CHECKING:
    from gateway.messages import Headers

REMEMBERED = 4096
"""Calls whose ids are known after their end: a function may go on working after it answered."""

_TRACE_ID = slice(3, 35)
"""Where a traceparent holds its trace id: `00-<32 hex>-<16 hex>-01` (W3C Trace Context 3.2.2)."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A call that reached the function. `recorded`: it is in the recording (fc_filter may leave it out)."""

    id: int
    request_id: str
    function: str
    recorded: bool = True


@dataclass(slots=True)
class Causes:
    """The calls under way. `begin` and `end` frame the time that the function has a call for."""

    _under_way: dict[int, Cause] = field(default_factory=dict)
    _by_request_id: OrderedDict[bytes, Cause] = field(default_factory=OrderedDict)
    _by_trace: OrderedDict[bytes, Cause] = field(default_factory=OrderedDict)

    def begin(self, cause: Cause, headers: Headers) -> None:
        """The function is about to get this call; `headers` are those of the server's view."""
        self._under_way[cause.id] = cause
        _remember(self._by_request_id, cause.request_id.encode(), cause)
        trace = trace_id(headers)
        if trace:
            _remember(self._by_trace, trace, cause)

    def end(self, ident: int) -> None:
        """The function has answered, or will not."""
        self._under_way.pop(ident, None)

    def behind(self, headers: Headers) -> tuple[Cause | None, Link]:
        """The call behind an outgoing request with these headers, and how that is known."""
        named = self._by_request_id.get(get(headers, b"x-fc-request-id") or b"")
        if named is not None:
            return named, Link.REQUEST_ID
        traced = self._by_trace.get(trace_id(headers))
        if traced is not None:
            return traced, Link.TRACEPARENT
        if len(self._under_way) == 1:
            return next(iter(self._under_way.values())), Link.TIME
        return None, Link.NONE


def trace_id(headers: Headers) -> bytes:
    """The trace id of a traceparent, b"" without one."""
    return (get(headers, b"traceparent") or b"")[_TRACE_ID].lower()


def _remember(known: OrderedDict[bytes, Cause], name: bytes, cause: Cause) -> None:
    """The newest call of a name counts: the attempts of an asynchronous call share theirs."""
    known[name] = cause
    known.move_to_end(name)
    if len(known) > REMEMBERED:
        known.popitem(last=False)
