"""Which exchanges a verb works on: the filter language of `--filter`, the same words as on the audit page.

`status:>=400 -method:GET rule:req.strip.*`: every term must hold, `-` in front negates, a bare word is looked
for in method, target, host, request id and rule ids. Must not know: how exchanges are kept.
Read next: the verbs of replay.py.
"""

from __future__ import annotations

import re
import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING

from gateway.exchange import State
from gateway.messages import get
from gateway.traits import MODES, TRAITS
from playback.decoding import decoded
from playback.errors import BadOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange
    from gateway.messages import Request, Response

type Predicate = Callable[[Exchange], bool]

_COMPARISON = re.compile(r"(>=|<=|>|<|=)?(\d+(?:\.\d+)?)\Z")
_CLASS = re.compile(r"([1-9])xx\Z")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_RANGE = re.compile(r"(\d+)-(\d+)\Z")
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda value, bound: value >= bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    "<": lambda value, bound: value < bound,
    "=": lambda value, bound: value == bound,
}


class BadFilter(BadOption):
    """A term of a filter means nothing; the message names the nearest that does."""


def parse_filter(text: str) -> Predicate:
    """The filter as a predicate. Raises BadFilter; the empty filter holds for every exchange."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise BadFilter(f"the filter {text!r} has an open quote") from error
    terms = [_term(word) for word in words]
    return lambda exchange: all(term(exchange) for term in terms)


def _term(word: str) -> Predicate:
    if word.startswith("-") and len(word) > 1:
        wanted = _term(word[1:])
        return lambda exchange: not wanted(exchange)
    key, colon, value = word.partition(":")
    if not colon or not key.isalpha() or value.startswith("//"):
        return _free_text(word)
    if key not in KEYS:
        raise BadFilter(_unknown("filter term", f"{key}:", [f"{known}:" for known in KEYS]))
    return KEYS[key](value)


def _unknown(what: str, word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1, 0.5)
    return f"no {what} {word!r}; " + (f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}")


def _free_text(word: str) -> Predicate:
    wanted = word.lower()
    return lambda exchange: wanted in _searched(exchange)


def _searched(exchange: Exchange) -> str:
    request = exchange.client.request
    parts = [f"#{exchange.id}", exchange.facts.seed.request_id, exchange.error_code, exchange.facts.function]
    parts += [str(status) for status in (client_status(exchange), server_status(exchange)) if status]
    parts += [exchange.failure.value] if exchange.failure else []
    if request is not None:
        host = get(request.headers, b"host") or b""
        parts += [part.decode("utf-8", "backslashreplace") for part in (request.method, exchange.address, host)]
    parts += _rules(exchange)
    return "\n".join(parts).lower()


def _number(read: Callable[[Exchange], float | None]) -> Callable[[str], Predicate]:
    def term(value: str) -> Predicate:
        test = _numeric_test(value)

        def holds(exchange: Exchange) -> bool:
            number = read(exchange)
            return number is not None and test(number)

        return holds

    return term


def _numeric_test(value: str) -> Callable[[float], bool]:
    """`404`, `>=400`, `4xx` or `10-20`."""
    if match := _CLASS.match(value):
        hundred = int(match[1])
        return lambda number: number // 100 == hundred
    if match := _RANGE.match(value):
        low, high = int(match[1]), int(match[2])
        return lambda number: low <= number <= high
    if match := _COMPARISON.match(value):
        operator, bound = _OPERATORS[match[1] or "="], float(match[2])
        return lambda number: operator(number, bound)
    raise BadFilter(f"{value!r} is no number; write 404, >=400, 4xx or 10-20")


def _text(read: Callable[[Exchange], list[str]]) -> Callable[[str], Predicate]:
    """A text is looked for anywhere; with a `*` in it, it is the whole. Case says nothing."""

    def term(value: str) -> Predicate:
        pieces = [re.escape(piece) for piece in value.lower().split("*")]
        found = re.compile(".*".join(pieces), re.DOTALL)
        test = found.fullmatch if len(pieces) > 1 else found.search
        return lambda exchange: any(test(text.lower()) for text in read(exchange))

    return term


def _named(what: str, table: dict[str, Predicate]) -> Callable[[str], Predicate]:
    def term(value: str) -> Predicate:
        if value not in table:
            raise BadFilter(_unknown(f"value of {what}:", value, list(table)))
        return table[value]

    return term


def client_status(exchange: Exchange) -> int | None:
    """What the client got, None when nothing."""
    return exchange.client.response.status if exchange.client.response else None


def server_status(exchange: Exchange) -> int | None:
    """What the server answered, None when it did not or was not asked."""
    return exchange.server.response.status if exchange.server and exchange.server.response else None


def _method(exchange: Exchange) -> list[str]:
    request = exchange.client.request
    return [request.method.decode("latin-1")] if request else []


def _target(exchange: Exchange) -> list[str]:
    request = exchange.client.request
    return [exchange.address.decode("utf-8", "backslashreplace")] if request else []


def _messages(exchange: Exchange) -> list[Request | Response]:
    """All that is recorded of a call: what each side sent and got."""
    views = [exchange.client, *([exchange.server] if exchange.server else [])]
    return [message for view in views for message in (view.request, view.response) if message is not None]


def _header_lines(exchange: Exchange) -> list[str]:
    lines = {field for message in _messages(exchange) for field in message.headers}
    return [b": ".join(field).decode("utf-8", "backslashreplace").lower() for field in lines]


def _bodies(exchange: Exchange) -> list[str]:
    """The texts of bodies, decompressed; those over 256 KiB are kept apart and are not searched."""
    found = {(message.body, message.headers) for message in _messages(exchange) if isinstance(message.body, bytes)}
    texts = {decoded(body, headers) or body for body, headers in found if body}
    texts |= {body for _, body in exchange.readable if isinstance(body, bytes)}
    return [_as_read(text.decode("utf-8", "backslashreplace")) for text in texts]


def _as_read(text: str) -> str:
    """With characters in place of JSON's escapes, as people write what they look for."""
    if "\\u" not in text:
        return text
    found = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _rules(exchange: Exchange) -> list[str]:
    acted, advised = exchange.transforms, exchange.advice
    return [*(change.rule_id for change in acted), *(advice.rule_id for advice in advised)]


def _duration_ms(exchange: Exchange) -> float | None:
    return exchange.timings.done / 1000 if exchange.timings.done >= 0 else None


def _state(wanted: State) -> Predicate:
    return lambda exchange: exchange.state is wanted


KEYS: dict[str, Callable[[str], Predicate]] = {
    "id": _number(lambda exchange: exchange.id),
    "status": _number(client_status),
    "server": _number(server_status),
    "time": _number(_duration_ms),
    "method": _text(_method),
    "path": _text(_target),
    "rule": _text(_rules),
    "header": _text(_header_lines),
    "body": _text(_bodies),
    "function": _text(lambda exchange: [exchange.facts.function]),
    "mode": _named("mode", MODES),
    "is": _named("is", TRAITS),
    "state": _named("state", {state.value: _state(state) for state in State}),
}
"""Every `key:` of the language; docs/audit.md says what each means."""
