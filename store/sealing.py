"""Sealing: the exchange that goes into the tables, with pseudonyms where secrets were.

A pseudonym is `kind:` and 12 hexadecimal characters of a keyed digest: equal secrets stay equal, and without
the key nothing can be guessed back. In bodies a filler of the same length begins with it. Values found once in
an exchange are looked for everywhere in it, also percent-, base64- and hex-coded, because servers echo.
Runs in the writer's thread. Must not know: tables. Read next: sealing_heads.py, sealing_bodies.py, unsealing.py.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from itertools import islice, starmap
from operator import is_
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from gateway.changes import Part, Transform
from gateway.exchange import Interim, View
from gateway.messages import Body, BodyRef, Header, Headers, Request, Response, body_size
from store import sealing_heads as heads
from store.body_slots import MESSAGES, body_slots, with_bodies
from store.fillers import TAG_DIGITS, Original, filled_body
from store.readable import readable_copy
from store.record import encode
from store.sealing_bodies import body_spans, literal_spans
from store.secret_shapes import kind_of
from store.secret_spans import Span, merged, spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gateway.exchange import Exchange
    from store.keys import Key
    from store.record import Encoded
    from store.spool import Spool

_ECHO = range(6, 4096)  # lengths looked for elsewhere: shorter values occur by chance, longer ones are whole bodies
_ECHOES, _ECHOES_IN_SPOOLS = 200, 20  # values looked for per exchange, and in its large bodies


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing made of an exchange.

    `secrets`: pseudonym -> value, of those in heads and texts. `originals`: of those in bodies. `spools`: what
    is to be stored; `made` are the new ones among them, for the caller to close.
    """

    exchange: Exchange
    encoded: Encoded
    spools: tuple[Spool, ...]
    made: list[Spool]
    secrets: dict[bytes, bytes]
    originals: list[Original]

    @property
    def count(self) -> int:
        """How many values are sealed in it."""
        return len(self.secrets) + sum(len(each.patches) or 1 for each in self.originals)


def seal(exchange: Exchange, key: Key, spools: Sequence[Spool] = (), encoded: Encoded | None = None) -> Sealed:
    """Replace every secret that names and shapes give away. Same exchange and key: same result.

    `encoded`: the record of the exchange as it is, for one without a secret.
    """
    first = _Pass(key, spools, ())
    sealed = first.seal(exchange, encoded)
    echoes = _echoes(sealed, first.values)
    if not echoes:
        return sealed
    for spool in sealed.made:
        spool.close()
    return _Pass(key, spools, echoes).seal(exchange)


def _echoes(sealed: Sealed, values: Iterable[bytes]) -> tuple[bytes, ...]:
    """Forms of the found values that still stand somewhere in the sealed exchange.

    The first values come from heads; bounds keep a body full of secrets from costing its square.
    """
    sought = list(islice((value for value in values if len(value) in _ECHO), _ECHOES))
    forms = {form for value in sought for form in forms_of(value)}
    found = {
        form for text in (sealed.encoded.record, *sealed.encoded.bodies.values()) for form in forms if form in text
    }
    forms = {form for value in sought[:_ECHOES_IN_SPOOLS] for form in forms_of(value)} - found
    for spool in sealed.spools:
        for piece in spool.pieces():
            found |= {form for form in forms if form in piece}
    return tuple(sorted(found))


def forms_of(value: bytes) -> Iterable[bytes]:
    """A value as it may come back: itself, percent-coded, base64, hexadecimal, JSON-escaped."""
    hexed = value.hex()
    yield value
    yield quote_from_bytes(value, safe="").encode()
    yield quote_from_bytes(value).encode()
    yield base64.b64encode(value).rstrip(b"=")
    yield base64.urlsafe_b64encode(value).rstrip(b"=")
    yield hexed.encode()
    yield hexed.upper().encode()
    yield value.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"/", b"\\/")


class _Pass:
    """One walk through one exchange with what is known so far."""

    def __init__(self, key: Key, spools: Sequence[Spool], known: tuple[bytes, ...]) -> None:
        self.values: dict[bytes, None] = {}
        self._key = key
        self._known = known
        self._spools = {ref.digest: spool for spool in spools if isinstance(ref := spool.body(), BodyRef)}
        self._secrets: dict[bytes, bytes] = {}
        self._copies: list[tuple[int, Body]] = []
        self._filled: list[Spool] = []
        self._ciphers: list[Spool] = []

    def seal(self, exchange: Exchange, encoded: Encoded | None = None) -> Sealed:
        """The sealed exchange; `values` holds what was found. `encoded`: the record of the exchange as it is."""
        told = self._told(exchange)
        bodies, originals = self._bodies(body_slots(exchange))
        if originals:
            told = with_bodies(told, bodies)
        if self._secrets or self._copies or exchange.readable or exchange.sealed_lengths:
            told = replace(told, readable=tuple(sorted(self._copies)), sealed_lengths=self._lengths(exchange))
        named = {body.digest for body in bodies if isinstance(body, BodyRef)}
        kept = [spool for digest, spool in self._spools.items() if digest in named]
        return Sealed(
            told,
            encoded if encoded and told is exchange else encode(told),
            (*kept, *self._filled, *self._ciphers),
            self._filled + self._ciphers,
            self._secrets,
            originals,
        )

    def _lengths(self, exchange: Exchange) -> tuple[tuple[bytes, int], ...]:
        """How long the sealed values are. A pseudonym that is sealed again stands for what it stood for."""
        known = dict(exchange.sealed_lengths)
        found = {tag: known.get(value, len(value)) for tag, value in self._secrets.items()}
        return tuple(sorted((tag, length) for tag, length in found.items() if length != len(tag)))

    # What has no secret stays the very same value all the way up: most of an exchange has none, and building it
    # again costs more than looking through it (52 us an exchange, 30 without).

    def _told(self, exchange: Exchange) -> Exchange:
        """The exchange with pseudonyms in its heads and texts."""
        facts = exchange.facts
        parts = {
            "client": self._view(exchange.client),
            "server": exchange.server and self._view(exchange.server),
            "transforms": self._transforms(exchange.transforms),
            "facts": replace(facts, log_tail=self._text(facts.log_tail)) if facts.log_tail else facts,
            "log": self._text(exchange.log),
            "raw": self._replaced(exchange.raw, heads.raw_spans(exchange.raw)) if exchange.raw else exchange.raw,
            "failure_text": self._words(exchange.failure_text),
            "interim": exchange.interim and self._interim(exchange.interim),
        }
        changed: dict[str, Any] = {name: part for name, part in parts.items() if part is not getattr(exchange, name)}
        return replace(exchange, **changed) if changed else exchange

    def _view(self, view: View) -> View:
        request, response = view.request, view.response
        told = request and self._request(request), response and self._response(response)
        return view if told[0] is request and told[1] is response else View(*told)

    def _request(self, request: Request) -> Request:
        target = self._replaced(request.target, heads.target_spans(request.target))
        headers, trailers = self._headers(request.headers), self._headers(request.trailers)
        if target is request.target and headers is request.headers and trailers is request.trailers:
            return request
        return Request(request.method, target, headers, request.body, request.version, trailers)

    def _response(self, response: Response) -> Response:
        headers, trailers = self._headers(response.headers), self._headers(response.trailers)
        if headers is response.headers and trailers is response.trailers:
            return response
        return Response(response.status, response.reason, headers, response.body, response.version, trailers)

    def _interim(self, interim: tuple[Interim, ...]) -> tuple[Interim, ...]:
        told = tuple(map(self._early, interim))
        return interim if all(map(is_, told, interim)) else told

    def _early(self, interim: Interim) -> Interim:
        # The reason too: it stands in the transform that claims this head.
        head, reason = self._response(interim.head), self._text(interim.head.reason)
        if head is interim.head and reason is head.reason:
            return interim
        return Interim(replace(head, reason=reason), interim.at_us)

    def _transforms(self, transforms: tuple[Transform, ...]) -> tuple[Transform, ...]:
        told = tuple(map(self._transform, transforms))
        return transforms if all(map(is_, told, transforms)) else told

    def _transform(self, transform: Transform) -> Transform:
        if transform.part is Part.BODY:
            return transform
        before, after = self._side(transform.before), self._side(transform.after)
        if before is transform.before and after is transform.after:
            return transform
        return Transform(transform.rule_id, transform.leg, transform.part, before, after)

    def _side(self, side: Headers | Body | None) -> Headers | Body | None:
        if isinstance(side, tuple):
            return self._headers(side)
        return self._replaced(side, heads.target_spans(side)) if isinstance(side, bytes) else side

    def _headers(self, headers: Headers) -> Headers:
        # Nearly every line was seen before: asking for all of them costs little, building a new tuple more.
        if not headers or (not self._known and not any(starmap(heads.header_spans, headers))):
            return headers
        return tuple(self._header(each) for each in headers)

    def _header(self, header: Header) -> Header:
        name, value = header
        if name.lower() == heads.LOG_RESULT and (text := heads.log_text(value)) is not None:
            return name, base64.b64encode(self._text(text))
        return name, self._replaced(value, heads.header_spans(name, value))

    def _text(self, text: bytes) -> bytes:
        return self._replaced(text, spans(text)) if text else text

    def _words(self, text: str) -> str:
        if not text:
            return text
        data = text.encode("utf-8", "surrogatepass")
        return self._text(data).decode("utf-8", "surrogatepass")

    def _replaced(self, data: bytes, found: Sequence[Span]) -> bytes:
        """The text with a pseudonym for each span; its length may change."""
        every = merged([*found, *literal_spans(data, self._known)]) if self._known else found
        if not every:
            return data
        parts, at = [], 0
        for start, end in every:
            parts += [data[at:start], self._tag(data[start:end])]
            at = end
        return b"".join([*parts, data[at:]])

    def _tag(self, value: bytes) -> bytes:
        self.values[value] = None
        tag = f"{kind_of(value)}:{self._key.tag(value)[:TAG_DIGITS]}".encode()
        self._secrets[tag] = value
        return tag

    def _bodies(self, slots: list[tuple[Headers, Body]]) -> tuple[list[Body], list[Original]]:
        bodies = [body for _, body in slots]
        places: dict[Body, list[int]] = {}
        for at, body in enumerate(bodies):
            if body_size(body):
                places.setdefault(body, []).append(at)
        originals = []
        for body, where in places.items():
            # A transform's body has no headers of its own: those of the message that carries it tell.
            headers = next((slots[at][0] for at in where if slots[at][0]), ())
            pieces = self._pieces(body)
            found = body_spans(headers, pieces, body_size(body), self._known) if pieces else []
            if not pieces or not found:
                continue
            sealed, original = self._body(body, pieces, found)
            originals.append(replace(original, slots=tuple(where)))
            if found == [(0, body_size(body))]:
                self._keep_copy(headers, pieces, where)
            for at in where:
                bodies[at] = sealed
        return bodies, originals

    def _keep_copy(self, headers: Headers, pieces: Callable[[], Iterable[bytes]], where: Sequence[int]) -> None:
        """What a compressed body says, with its secrets sealed; they are looked for elsewhere, too."""
        copy = readable_copy(headers, pieces, self._known, self._key)
        if copy is None:
            return
        self._copies += [(at, copy.body) for at in where if at < MESSAGES]
        self._filled += [copy.spool] if copy.spool else []
        self.values.update((value, None) for _, value in copy.original.patches)

    def _pieces(self, body: Body) -> Callable[[], Iterable[bytes]] | None:
        if isinstance(body, bytes):
            return lambda: (body,)
        spool = self._spools.get(body.digest)
        return spool.pieces if spool else None

    def _body(self, body: Body, pieces: Callable[[], Iterable[bytes]], found: list[Span]) -> tuple[Body, Original]:
        filled = filled_body(body, pieces, found, self._key)
        self._filled += [filled.spool] if filled.spool else []
        self._ciphers += [filled.cipher] if filled.cipher else []
        self.values.update((value, None) for _, value in filled.original.patches)
        return filled.body, filled.original
