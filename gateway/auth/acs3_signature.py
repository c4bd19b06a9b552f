"""`Authorization: ACS3-HMAC-SHA256 ...`: the scheme of Alibaba Cloud's OpenAPI, for API calls and FC3 triggers.

Which fields are signed differs from SDK to SDK, so the list in the request decides. Contract AUTH-8.
Must not know: which keys are good, clocks. Read next: check.py.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from gateway.messages import get, get_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.messages import Request

_PARTS = re.compile(rb"ACS3-HMAC-SHA256 +Credential=([^, ]+), *SignedHeaders=([^, ]*), *Signature=([0-9a-f]+)")


@dataclass(frozen=True, slots=True)
class Claim:
    """What an Authorization field of this scheme says. `signed`: names in lower case, in the order given."""

    key_id: str
    signed: tuple[bytes, ...]
    signature: bytes


def read(authorization: bytes) -> Claim | None:
    """The parts of the field, None when it is not of this scheme."""
    found = _PARTS.fullmatch(authorization.strip())
    if found is None:
        return None
    key_id, signed, signature = found.groups()
    return Claim(key_id.decode("latin-1"), tuple(filter(None, signed.lower().split(b";"))), signature)


def is_signed(request: Request, claim: Claim, secret: bytes) -> bool:
    """Whether the claim holds under a secret, in one of the ways in which SDKs write the canonical request."""
    return any(
        hmac.compare_digest(signature(secret, canonical), claim.signature)
        for canonical in canonical_requests(request, claim.signed)
    )


def signature(secret: bytes, canonical: bytes) -> bytes:
    """Hex HMAC of the algorithm's name and the canonical request's hash."""
    text = b"ACS3-HMAC-SHA256\n" + sha256(canonical).hexdigest().encode()
    return hmac.digest(secret, text, sha256).hex().encode()


def canonical_requests(request: Request, signed: tuple[bytes, ...]) -> Iterator[bytes]:
    """The canonical request, by path as sent and as node's SDK rewrites it, with the first or last of equal keys."""
    path, _, query = request.target.partition(b"?")
    fields = b"".join(_field(request, name) for name in signed)
    payload = get(request.headers, b"x-acs-content-sha256") or b""
    for written in dict.fromkeys((path, _node_path(path))):
        for parameters in dict.fromkeys((_query(query, first=False), _query(query, first=True))):
            lines = (request.method, written, parameters, fields, b";".join(signed), payload)
            yield b"\n".join(lines)


def _field(request: Request, name: bytes) -> bytes:
    values = sorted(value.strip() for value in get_all(request.headers, name))
    return b"%b:%b\n" % (name, b",".join(values))


def _node_path(path: bytes) -> bytes:
    return path.replace(b"+", b"%20").replace(b"*", b"%2A").replace(b"%7E", b"~")


def _query(query: bytes, *, first: bool) -> bytes:
    """Keys sorted, values percent-encoded anew; SDKs hold them in a map, so one of equal keys is signed."""
    values: dict[bytes, bytes] = {}
    for text in filter(None, query.split(b"&")):
        key, _, value = text.partition(b"=")
        key = unquote_to_bytes(key)
        if not (first and key in values):
            values[key] = quote(unquote_to_bytes(value.replace(b"+", b" ")), safe="~").encode()
    return b"&".join(b"%b=%b" % pair for pair in sorted(values.items()))
