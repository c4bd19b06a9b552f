"""The few things a rule can do to a message. Each maker returns an op; what cannot apply gives the same object back.

Must not know: when a rule speaks, or why. Read next: rule.py (the row an op sits in), engine.py (who runs it).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.messages import Header, Headers
    from gateway.rule import Answer, Call, Message, Op


def drop(*names: bytes) -> Op:
    """Remove every line of these fields. Names in lower case."""
    unwanted = frozenset(names)

    def op[M: (Request, Response)](message: M, _call: Call) -> M:
        return without_fields(message, unwanted)

    return op


def drop_prefix(prefix: bytes) -> Op:
    """Remove every field whose name starts so. Prefix in lower case."""
    return drop_lines(lambda line: line[0].lower().startswith(prefix))


def keep_only(*names: bytes) -> Op:
    """Remove every field but these. Names in lower case."""
    wanted = frozenset(names)
    return drop_lines(lambda line: line[0].lower() not in wanted)


def without_fields[M: (Request, Response)](message: M, names: frozenset[bytes]) -> M:
    """The message without these fields: the same object when it has none of them."""
    headers = message.headers
    for name, _ in headers:
        if name.lower() in names:
            return with_headers(message, tuple([line for line in headers if line[0].lower() not in names]))
    return message


def drop_lines(unwanted: Callable[[Header], bool]) -> Op:
    """Remove the field lines that a predicate names; the others keep their order."""

    def op[M: (Request, Response)](message: M, _call: Call) -> M:
        headers = message.headers
        for line in headers:
            if unwanted(line):
                return with_headers(message, tuple(line for line in headers if not unwanted(line)))
        return message

    return op


def drop_trailers[M: (Request, Response)](message: M, _call: Call) -> M:
    """Remove what follows a chunked body."""
    return replace(message, trailers=()) if message.trailers else message


def set_header(name: bytes, value: Callable[[Call], bytes]) -> Op:
    """Make a field have this one value: in the place of its first line, else at the end."""

    def op[M: (Request, Response)](message: M, call: Call) -> M:
        headers = with_field(message.headers, name, value(call))
        return message if headers is message.headers else with_headers(message, headers)

    return op


def add_headers(lines: Callable[[Call], Headers]) -> Op:
    """Append field lines."""

    def op[M: (Request, Response)](message: M, call: Call) -> M:
        added = lines(call)
        return with_headers(message, message.headers + added) if added else message

    return op


def limit[M: Message](
    measure: Callable[[M], int], largest: Callable[[Call], int], answer: Callable[[Call, int], Answer]
) -> Op:
    """Answer when a size is over its limit; the limit itself is legal (contract REQ-LIM-5)."""

    def op(message: M, call: Call) -> M | Answer:
        size = measure(message)
        return answer(call, size) if size > largest(call) else message

    return op


def answer(make: Callable[[Call], Answer]) -> Op:
    """Answer, whatever the message is."""

    def op(_message: Message, call: Call) -> Answer:
        return make(call)

    return op


def with_headers[M: (Request, Response)](message: M, headers: Headers) -> M:
    """The message with other field lines. Spelled out because dataclasses.replace costs three times as much."""
    if isinstance(message, Request):
        return Request(message.method, message.target, headers, message.body, message.version, message.trailers)
    return Response(message.status, message.reason, headers, message.body, message.version, message.trailers)


def with_field(headers: Headers, name: bytes, value: bytes) -> Headers:
    """The lines with a field set to one value: the same object when it has just that already."""
    low = name.lower()
    places = [place for place, line in enumerate(headers) if line[0].lower() == low]
    if not places:
        return (*headers, (name, value))
    first, *more = places
    if not more and headers[first][1] == value:
        return headers
    return tuple(
        (name, value) if place == first else line
        for place, line in enumerate(headers)
        if place == first or line[0].lower() != low
    )
