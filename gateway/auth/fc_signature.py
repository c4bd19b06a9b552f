"""`Authorization: FC <key id>:<signature>`: the HMAC-SHA256 scheme of FC's own SDKs (contract section 10).

SDKs differ in what exactly they sign; a verifier has to accept each of them, and can say which it was.
Must not know: which keys are good, clocks. Read next: check.py.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from gateway.messages import get

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway.messages import Headers, Request

DOCUMENTED = "documented"
"""The name of the way of signing that is published; all others are an SDK's own."""

type Pair = tuple[bytes, bytes | None]
"""A query parameter; the value is None when it has no `=`."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one SDK writes what it signs."""

    name: str
    resource: Callable[[Request], bytes]
    content_type: Callable[[Headers], bytes]


@dataclass(frozen=True, slots=True)
class Claim:
    """What an Authorization field of this scheme says, or a signed URL.

    `expires`: the URL's own time in seconds since the epoch as it was written, None when there is no such URL.
    """

    key_id: str
    signature: bytes
    expires: bytes | None = None


def read(authorization: bytes) -> Claim | None:
    """The parts of the field, None when it is not of this scheme."""
    key_id, _, given = authorization.removeprefix(b"FC ").partition(b":")
    readable = authorization.startswith(b"FC ") and given
    return Claim(key_id.decode("latin-1"), given) if readable else None


def signed_url(request: Request) -> Claim | None:
    """The parts of a URL that carries its signature itself (contract section 10), None when it does not."""
    query = request.target.partition(b"?")[2]
    found = {key: unquote_to_bytes(value) for key, _, value in (text.partition(b"=") for text in query.split(b"&"))}
    given = found.get(b"x-fc-signature")
    if not given:
        return None
    return Claim(found.get(b"x-fc-access-key-id", b"").decode("latin-1"), given, found.get(b"x-fc-expires", b""))


def signature(secret: bytes, text: bytes) -> bytes:
    """The value after the colon."""
    return b64encode(hmac.digest(secret, text, sha256))


def string_to_sign(request: Request, dialect: Dialect) -> bytes:
    """Method, Content-MD5, Content-Type, Date, the x-fc-* fields and the resource; a signed URL has its own date."""
    headers = request.headers
    date = _expires(request) or get(headers, b"date") or b""
    lines = (
        request.method,
        get(headers, b"content-md5") or b"",
        dialect.content_type(headers),
        date,
        b"".join(_fc_lines(headers)) + dialect.resource(request),
    )
    return b"\n".join(lines)


def matching(request: Request, secret: bytes, given: bytes, dialects: tuple[Dialect, ...]) -> str | None:
    """The name of the SDK whose way of signing gives this signature; None when none does."""
    for dialect in dialects:
        if hmac.compare_digest(signature(secret, string_to_sign(request, dialect)), given):
            return dialect.name
    return None


def pairs(request: Request) -> list[Pair]:
    """The query's parameters as sent; the signature itself is not signed."""
    query = request.target.partition(b"?")[2]
    found: list[Pair] = []
    for text in filter(None, query.split(b"&")):
        key, mark, value = text.partition(b"=")
        found.append((key, value if mark else None))
    return [pair for pair in found if pair[0] != b"x-fc-signature"]


def _expires(request: Request) -> bytes | None:
    return next((value for key, value in pairs(request) if key == b"x-fc-expires"), None)


def _fc_lines(headers: Headers) -> Iterator[bytes]:
    ours = sorted((name.lower(), value) for name, value in headers if name.lower().startswith(b"x-fc-"))
    for name, value in ours:
        yield b"%b:%b\n" % (name, value)


def _path(request: Request) -> bytes:
    return unquote_to_bytes(request.target.partition(b"?")[0])


def _raw_path(request: Request) -> bytes:
    return request.target.partition(b"?")[0]


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _shown(pair: Pair, decode: Callable[[bytes], bytes]) -> bytes:
    key, value = pair
    return decode(key) if value is None else decode(key) + b"=" + decode(value)


def _sorted_query(request: Request) -> bytes:
    """Path, then each parameter on a line, sorted; the line feed stays when there is none."""
    return _path(request) + b"\n" + b"\n".join(sorted(_shown(pair, _decoded) for pair in pairs(request)))


def _raw_path_query(request: Request) -> bytes:
    return _raw_path(request) + b"\n" + b"\n".join(sorted(_shown(pair, _decoded) for pair in pairs(request)))


def _raw_path_no_numbers(request: Request) -> bytes:
    kept = [pair for pair in pairs(request) if pair[1] is None or not pair[1].isdigit()]
    return _raw_path(request) + b"\n" + b"\n".join(sorted(_shown(pair, _decoded) for pair in kept))


def _unsorted_query(request: Request) -> bytes:
    query = unquote_to_bytes(request.target.partition(b"?")[2])
    return _path(request) + b"\n" + query.replace(b"&", b"\n")


def _type_sent(headers: Headers) -> bytes:
    return get(headers, b"content-type") or b""


def _type_in_small_letters(headers: Headers) -> bytes:
    return next((value for name, value in headers if name == b"content-type"), b"")


def _json_type(_headers: Headers) -> bytes:
    return b"application/json"


API_DIALECTS = (
    Dialect(DOCUMENTED, _path, _type_sent),
    Dialect("path-as-written", _raw_path, _type_sent),
    Dialect("json-type", _path, _json_type),
)
"""API calls: the path alone is signed (clients: aliyun-fc2 of Python, @alicloud/fc2 of node)."""

TRIGGER_DIALECTS = (
    Dialect(DOCUMENTED, _sorted_query, _type_sent),
    Dialect("json-type", _sorted_query, _json_type),
    Dialect("gateway-fc-util", _unsorted_query, _type_in_small_letters),
    Dialect("path-as-written", _raw_path_query, _type_sent),
    Dialect("no-numbers", _raw_path_no_numbers, _type_sent),
)
"""HTTP triggers: path and query are signed (clients: the same, and gateway_fc_util)."""
