"""An Exchange as bytes, and back: the compact record that a row carries.

msgpack over plain tuples, one tuple per dataclass, its fields in the order of FIELDS; header blocks go in and
out as they are. A body over INLINE bytes is left out and named by digest and size. The bytes hold everything
of the exchange, so that a row can be checked and rescued alone.
Must not know: tables, compression. Read next: packing.py, committer.py.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgpack  # type: ignore[import-untyped] # it ships no annotations

from gateway.changes import Advice, Leg, Part, Transform
from gateway.exchange import Exchange, Failure, Interim, Piece, State, Timings, View
from gateway.facts import ApiFamily, Facts, Ingress, InvocationType, Link, LogType, Seed
from gateway.messages import BodyRef, Request, Response
from store.errors import Damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from enum import StrEnum

    from gateway.messages import Body

INLINE = 512
"""Bodies up to this many bytes stay in the record, where the dictionary serves them too."""

FORMAT = 1
"""First number of every record. Fields may be added at the end of a row of FIELDS when they have defaults in
gateway/; any other change of FIELDS is a new format with a reader of its own. A row has the order of its dataclass."""

FIELDS: dict[type, tuple[str, ...]] = {
    Seed: ("request_id", "arrived_us", "client_ip", "secure", "attempt"),
    Facts: (
        *("seed", "ingress", "function", "qualifier", "invocation_type", "log_type", "api_family", "service"),
        *("route", "refusal", "close", "answered_us", "duration_us", "log_tail", "domain"),
        *("origin", "link", "found", "verified_by"),
    ),
    Request: ("method", "target", "headers", "body", "version", "trailers"),
    Response: ("status", "reason", "headers", "body", "version", "trailers"),
    Transform: ("rule_id", "leg", "part", "before", "after"),
    Advice: ("rule_id", "leg", "text"),
    Timings: ("request_end", "server_sent", "server_head", "server_end", "done", "asleep", "awake"),
    Piece: ("end", "at_us"),
    Interim: ("head", "at_us"),
    Exchange: (
        *("id", "facts", "client", "server", "transforms", "advice", "state", "failure", "failure_text", "error_code"),
        *("timings", "pieces", "log", "raw", "parent_id", "config_digest", "rules_version", "messages"),
        *("readable", "interim", "sealed_lengths"),
    ),
}

_GET: dict[type, Callable[[Any], tuple[Any, ...]]] = {kind: attrgetter(*names) for kind, names in FIELDS.items()}
_BODY_AT = {kind: FIELDS[kind].index("body") for kind in (Request, Response)}

_AT = {name: at for at, name in enumerate(FIELDS[Exchange])}
_LATER = _AT["readable"]  # from here on a field of an Exchange is left out when nothing but empty ones follow it
_FACT_ENUMS: tuple[tuple[int, type[StrEnum]], ...] = tuple(
    (FIELDS[Facts].index(name), kind)
    for name, kind in (
        ("ingress", Ingress),
        ("invocation_type", InvocationType),
        ("log_type", LogType),
        ("api_family", ApiFamily),
        ("link", Link),
    )
)

_REF, _KEPT = 1, 2  # msgpack extension codes: a BodyRef, and bytes that are kept apart


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes of a body that lie in the body tables, in place of the bytes themselves."""

    digest: bytes
    size: int


@dataclass(slots=True)
class Encoded:
    """A record, the bodies it leaves out, and the refs it only mentions."""

    record: bytes = b""
    bodies: dict[bytes, bytes] = field(default_factory=dict)
    refs: set[bytes] = field(default_factory=set)


def encode(exchange: Exchange) -> Encoded:
    """The record of an exchange. Same exchange, same bytes."""
    encoded = Encoded()
    seen: dict[int, Kept] = {}

    def keep(body: Body) -> Body | Kept:
        if isinstance(body, BodyRef):
            encoded.refs.add(body.digest)
            return body
        if len(body) <= INLINE:
            return body
        kept = seen.get(id(body))  # both views often hold the very same bytes
        if kept is None:
            kept = seen[id(body)] = Kept(hashlib.sha256(body).digest(), len(body))
            encoded.bodies[kept.digest] = body
        return kept

    encoded.record = _pack((FORMAT, *_exchange_values(exchange, keep)))
    return encoded


def decode(record: bytes, load: Callable[[Kept], bytes]) -> Exchange:
    """The exchange a record holds; `load` fetches bodies that lie apart. Raises Damaged."""
    try:
        form, *values = msgpack.unpackb(
            record, use_list=False, unicode_errors="surrogatepass", ext_hook=_unpack_body, strict_map_key=False
        )
        if form != FORMAT:
            raise Damaged(f"a record has format {form}, this program reads {FORMAT}")
        return _exchange(values, load)
    except (ValueError, TypeError, LookupError, msgpack.UnpackException) as error:
        raise Damaged(f"a record cannot be read ({error})") from None


def _pack(values: tuple[Any, ...]) -> bytes:
    packed: bytes = msgpack.packb(values, default=_pack_body, unicode_errors="surrogatepass")
    return packed


def _pack_body(body: object) -> msgpack.ExtType:
    if not isinstance(body, BodyRef | Kept):
        raise TypeError(f"{type(body).__name__} cannot be recorded")
    code = _REF if isinstance(body, BodyRef) else _KEPT
    return msgpack.ExtType(code, body.size.to_bytes(8, "big") + body.digest)


def _unpack_body(code: int, data: bytes) -> BodyRef | Kept:
    digest, size = data[8:], int.from_bytes(data[:8], "big")
    if code == _REF:
        return BodyRef(digest, size)
    if code == _KEPT:
        return Kept(digest, size)
    raise Damaged(f"a record holds a value of unknown kind {code}")


def _exchange_values(exchange: Exchange, keep: Callable[[Body], Body | Kept]) -> list[Any]:
    values = list(_GET[Exchange](exchange))
    at = FIELDS[Exchange].index
    seed, *facts = _GET[Facts](exchange.facts)
    values[at("facts")] = (_GET[Seed](seed), *facts)
    values[at("client")] = _view_values(exchange.client, keep)
    values[at("server")] = exchange.server and _view_values(exchange.server, keep)
    values[at("transforms")] = _transforms_values(exchange.transforms, keep)
    values[at("advice")] = list(map(_GET[Advice], exchange.advice))
    values[at("timings")] = _GET[Timings](exchange.timings)
    values[at("pieces")] = list(map(_GET[Piece], exchange.pieces))
    if exchange.readable:
        values[at("readable")] = [(place, keep(body)) for place, body in exchange.readable]
    if exchange.interim:
        values[at("interim")] = [(_message_values(each.head, keep), each.at_us) for each in exchange.interim]
    while len(values) > _LATER and not values[-1]:
        # Left out: few exchanges have any, and a program that does not know the field reads the records of the others.
        values.pop()
    return values


def _view_values(view: View, keep: Callable[[Body], Body | Kept]) -> tuple[Any, Any]:
    return _message_values(view.request, keep), _message_values(view.response, keep)


def _message_values(message: Request | Response | None, keep: Callable[[Body], Body | Kept]) -> tuple[Any, ...] | None:
    if message is None:
        return None
    values = list(_GET[type(message)](message))
    values[_BODY_AT[type(message)]] = keep(message.body)
    return tuple(values)


def _transforms_values(transforms: tuple[Transform, ...], keep: Callable[[Body], Body | Kept]) -> list[Any]:
    values = list(map(_GET[Transform], transforms))
    for at, (rule_id, leg, part, before, after) in enumerate(values):
        # Nearly all changes are of header lines, which go in as they are: this loop is the writer's hottest.
        if type(before) is not tuple or type(after) is not tuple:
            values[at] = rule_id, leg, part, _side(before, keep), _side(after, keep)
    return values


def _side(side: Any, keep: Callable[[Body], Body | Kept]) -> Any:  # noqa: ANN401 - headers, body or None
    return keep(side) if isinstance(side, bytes | BodyRef) else side


def _make(kind: type[Any], values: Any) -> Any:  # noqa: ANN401 - each dataclass of FIELDS
    """A value of `kind` from its recorded fields, which are in the order of the dataclass (twice as fast as by name).

    Those added since, at the end of FIELDS, are missing and take their defaults.
    """
    if len(values) > len(FIELDS[kind]):
        raise Damaged(f"a record has more fields of {kind.__name__} than this program knows")
    return kind(*values)


def _exchange(values: list[Any], load: Callable[[Kept], bytes]) -> Exchange:
    told = list(values)
    told[_AT["facts"]] = _facts(values[_AT["facts"]])
    told[_AT["client"]] = _view(values[_AT["client"]], load)
    told[_AT["server"]] = values[_AT["server"]] and _view(values[_AT["server"]], load)
    told[_AT["transforms"]] = tuple([_transform(each, load) for each in values[_AT["transforms"]]])
    told[_AT["advice"]] = tuple([Advice(rule_id, Leg(leg), text) for rule_id, leg, text in values[_AT["advice"]]])
    told[_AT["state"]] = State(values[_AT["state"]])
    told[_AT["failure"]] = values[_AT["failure"]] and Failure(values[_AT["failure"]])
    told[_AT["timings"]] = _make(Timings, values[_AT["timings"]])
    told[_AT["pieces"]] = tuple([_make(Piece, each) for each in values[_AT["pieces"]]])
    if len(told) > _AT["readable"]:
        told[_AT["readable"]] = tuple([(place, _loaded((body,), load)[0]) for place, body in told[_AT["readable"]]])
    if len(told) > _AT["interim"]:
        told[_AT["interim"]] = tuple([_interim(each, load) for each in told[_AT["interim"]]])
    exchange: Exchange = _make(Exchange, told)
    return exchange


def _interim(values: tuple[Any, ...], load: Callable[[Kept], bytes]) -> Interim:
    head, *rest = values
    interim: Interim = _make(Interim, (_make(Response, _loaded(head, load)), *rest))
    return interim


def _facts(values: tuple[Any, ...]) -> Facts:
    told = list(values)
    told[0] = _make(Seed, values[0])
    for at, kind in _FACT_ENUMS:
        if at < len(values):
            told[at] = kind(values[at])
    facts: Facts = _make(Facts, told)
    return facts


def _view(values: tuple[Any, Any], load: Callable[[Kept], bytes]) -> View:
    request, response = values
    return View(
        request and _make(Request, _loaded(request, load)),
        response and _make(Response, _loaded(response, load)),
    )


def _transform(values: tuple[Any, ...], load: Callable[[Kept], bytes]) -> Transform:
    rule_id, leg, part, before, after = _loaded(values, load)
    return Transform(rule_id, Leg(leg), Part(part), before, after)


def _loaded(values: tuple[Any, ...], load: Callable[[Kept], bytes]) -> Sequence[Any]:
    if Kept not in map(type, values):
        return values
    return [load(value) if isinstance(value, Kept) else value for value in values]
