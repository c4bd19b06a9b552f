"""Which exchanges a verb works on: the filter language of `--filter`, the same words as on the audit page.

`status:>=400 -method:GET rule:req.strip.*`: every term must hold, `-` in front negates, a bare word is looked
for in method, target, host, request id and rule ids. Must not know: how exchanges are kept.
Read next: the verbs of replay.py.
"""

from __future__ import annotations

import re
import shlex
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gateway.exchange import State
from gateway.facts import Ingress, InvocationType
from gateway.messages import get
from playback.decoding import decoded
from playback.errors import BadOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange
    from gateway.messages import Request, Response

type Predicate = Callable[[Exchange], bool]

_COMPARISON = re.compile(r"(>=|<=|>|<|=)?(\d+(?:\.\d+)?)\Z")
_CLASS = re.compile(r"([1-9])xx\Z")
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
    if key not in _KEYS:
        raise BadFilter(_unknown("filter term", f"{key}:", [f"{known}:" for known in _KEYS]))
    return _KEYS[key](value)


def _unknown(what: str, word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1, 0.5)
    return f"no {what} {word!r}; " + (f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}")


def _free_text(word: str) -> Predicate:
    wanted = word.lower()
    return lambda exchange: wanted in _searched(exchange)


def _searched(exchange: Exchange) -> str:
    request = exchange.client.request
    parts = [exchange.facts.seed.request_id, exchange.error_code, exchange.facts.function]
    if request is not None:
        host = get(request.headers, b"host") or b""
        parts += [part.decode("utf-8", "backslashreplace") for part in (request.method, request.target, host)]
    parts += [transform.rule_id for transform in exchange.transforms]
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


def _glob(read: Callable[[Exchange], list[str]]) -> Callable[[str], Predicate]:
    def term(value: str) -> Predicate:
        pattern = value if "*" in value or "?" in value else f"*{value}*"
        return lambda exchange: any(fnmatchcase(text, pattern) for text in read(exchange))

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
    texts = (decoded(body, headers) or body for body, headers in found if body)
    return [text.decode("utf-8", "backslashreplace").lower() for text in texts]


def _lower_glob(read: Callable[[Exchange], list[str]]) -> Callable[[str], Predicate]:
    term = _glob(read)
    return lambda value: term(value.lower())


def _rules(exchange: Exchange) -> list[str]:
    return [transform.rule_id for transform in exchange.transforms]


def _duration_ms(exchange: Exchange) -> float | None:
    return exchange.timings.done / 1000 if exchange.timings.done >= 0 else None


def _ingress(wanted: Ingress) -> Predicate:
    return lambda exchange: exchange.facts.ingress is wanted


def _state(wanted: State) -> Predicate:
    return lambda exchange: exchange.state is wanted


_MODES: dict[str, Predicate] = {
    "http": lambda exchange: exchange.facts.ingress in {Ingress.HTTP_DEFAULT, Ingress.HTTP_CUSTOM},
    "api": _ingress(Ingress.API),
    "default": _ingress(Ingress.HTTP_DEFAULT),
    "domain": _ingress(Ingress.HTTP_CUSTOM),
    "egress": _ingress(Ingress.EGRESS),
    "async": lambda exchange: exchange.facts.invocation_type is InvocationType.ASYNC,
    "sync": lambda exchange: exchange.facts.invocation_type is InvocationType.SYNC,
}
_IS: dict[str, Predicate] = {
    "rejected": lambda exchange: exchange.state is State.REFUSED,
    "failed": lambda exchange: exchange.failure is not None,
    "changed": lambda exchange: bool(exchange.transforms),
    "differs": lambda exchange: server_status(exchange) not in {None, client_status(exchange)},
    "delivery": lambda exchange: exchange.is_delivery,
}
_KEYS: dict[str, Callable[[str], Predicate]] = {
    "id": _number(lambda exchange: exchange.id),
    "status": _number(client_status),
    "server": _number(server_status),
    "time": _number(_duration_ms),
    "method": _glob(_method),
    "path": _glob(_target),
    "rule": _glob(_rules),
    "header": _lower_glob(_header_lines),
    "body": _lower_glob(_bodies),
    "function": _glob(lambda exchange: [exchange.facts.function]),
    "mode": _named("mode", _MODES),
    "is": _named("is", _IS),
    "state": _named("state", {state.value: _state(state) for state in State}),
}
