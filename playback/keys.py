"""What makes two requests the same: byte for byte (exact), by meaning (canonical), or but for ignored parts.

A request is taken apart into named parts, `query.page` or `body.items[0].id`, so that what is ignored, what is
compared and what a near miss reports all use one set of names. Must not know: recordings, answers.
Read next: shelf.py (recorded requests by their keys), nearest.py.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gateway.messages import BodyRef, get
from playback.noise import normal_path
from playback.plain import read_body
from playback.values import canonical, leaf_text, member_path, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.messages import Body, Request
    from playback.values import Plain

SELECTED = (b"content-type", b"range", b"x-fc-invocation-type", b"x-fc-log-type")
"""Header fields that make a request another request; all others may differ."""

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class Keys:
    """Digests of one request: equal exact keys are equal bytes, equal lenient keys mean the same."""

    exact: bytes
    lenient: bytes


def keys_of(request: Request, ignored: tuple[str, ...] = ()) -> Keys:
    """Both keys of a request whose body is in memory, or too large for its meaning to be read."""
    lenient = [f"{name}={value}" for name, value in parts_of(request) if not is_ignored(name, ignored)]
    fields = [b"%b:%b" % (name, get(request.headers, name) or b"") for name in SELECTED]
    exact = [request.method, request.target, *fields, _digest(request.body)]
    return Keys(_hash(exact), _hash(sorted(text.encode("utf-8", "surrogatepass") for text in lenient)))


def parts_of(request: Request) -> Iterator[tuple[str, str]]:
    """The named parts that a request means something by, each with its value as text."""
    path, _, query = request.target.partition(b"?")
    yield "method", request.method.decode("latin-1")
    yield "path", normal_escapes(path).decode("utf-8", "backslashreplace")
    yield from _query_parts(query)
    for name in SELECTED:
        value = get(request.headers, name)
        if value is not None:
            yield f"headers.{name.decode()}", value.decode("utf-8", "backslashreplace")
    if isinstance(request.body, BodyRef):
        yield "body", request.body.digest.hex()
    elif request.body:
        yield from _body_parts(*read_body(request.body, request.headers))


def is_ignored(name: str, ignored: tuple[str, ...]) -> bool:
    """Whether a part is declared volatile: by its name, with `[]` for any index, or by a glob."""
    return any(fnmatchcase(normal_path(name), pattern.replace("[", "[[]")) for pattern in ignored)


def normal_escapes(text: bytes) -> bytes:
    """Percent-escapes in one spelling: unreserved characters bare, hexadecimal upper case (RFC 3986 6.2.2)."""

    def normal(found: re.Match[bytes]) -> bytes:
        value = int(found[1], 16)
        return bytes([value]) if value in _UNRESERVED else found[0].upper()

    return _ESCAPE.sub(normal, text)


def _query_parts(query: bytes) -> Iterator[tuple[str, str]]:
    """Parameters by name, in their order among equals; another order of names is the same query."""
    seen: dict[str, int] = {}
    for pair in query.split(b"&") if query else ():
        name_bytes, _, value = normal_escapes(pair).partition(b"=")
        name = member_path("query", name_bytes.decode("utf-8", "backslashreplace"))
        count = seen[name] = seen.get(name, 0) + 1
        yield name if count == 1 else f"{name}[{count - 1}]", value.decode("utf-8", "backslashreplace")


def _body_parts(word: str, value: Plain) -> Iterator[tuple[str, str]]:
    yield "body.type", word
    for path, leaf in leaves("body", value):
        text = leaf_text(leaf)
        # The type belongs to the value: 1 is not "1".
        yield path, f"{type_name(leaf)} {canonical(leaf) if text is None else text}"


def leaves(path: str, value: Plain) -> Iterator[tuple[str, Plain]]:
    """Every leaf of a value with its path; an empty list or object is a leaf."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(member_path(path, key), item)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(f"{path}[{index}]", item)
    else:
        yield path, value


def _digest(body: Body) -> bytes:
    return body.digest if isinstance(body, BodyRef) else hashlib.sha256(body).digest()


def _hash(parts: list[bytes]) -> bytes:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(b"%d:" % len(part))
        whole.update(part)
    return whole.digest()
