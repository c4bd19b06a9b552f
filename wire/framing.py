"""Where a message's body ends, and whether the connection lives on (RFC 9112 6 and 9).

Refuses whatever two readers could frame in two ways (threat T10, request smuggling): both lengths at once,
repeated lengths, anything but one `chunked`. Must not know: sockets. Read next: bodies.py (the decoders).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from wire.errors import Malformed
from wire.fields import USUAL

if TYPE_CHECKING:
    from gateway.messages import Headers, Request, Response

AMBIGUOUS = "ambiguous-framing"


class Kind(Enum):
    """How a body is delimited."""

    NONE = "none"
    LENGTH = "length"
    CHUNKED = "chunked"
    UNTIL_CLOSE = "until-close"


@dataclass(frozen=True, slots=True)
class Framing:
    """How a body is delimited; `length` in bytes counts only for LENGTH."""

    kind: Kind
    length: int = 0


NONE = Framing(Kind.NONE)
CHUNKED = Framing(Kind.CHUNKED)
UNTIL_CLOSE = Framing(Kind.UNTIL_CLOSE)

type Controls = dict[bytes, list[bytes]]
"""The fields that wire itself obeys: lower-case name to values in order."""

_OBEYED = frozenset((b"content-length", b"transfer-encoding", b"connection", b"expect", b"host"))
# Most names need not be put into lower case to be told: 1 us saved of each request that goes to a server.
_OTHERS = frozenset(name for name in USUAL if name.lower() not in _OBEYED)


def controls(headers: Headers) -> Controls:
    """The fields of a head that wire itself obeys."""
    found: Controls = {}
    for name, value in headers:
        if name in _OTHERS:
            continue
        lower = name.lower()
        if lower in _OBEYED:
            found.setdefault(lower, []).append(value)
    return found


def request_framing(version: bytes, fields: Controls) -> Framing:
    """The body of a request (RFC 9112 6.3). Raises Malformed of kind ambiguous-framing."""
    if b"transfer-encoding" in fields:
        if version == b"HTTP/1.0":
            raise Malformed("Transfer-Encoding in an HTTP/1.0 request (RFC 9112 6.1)", AMBIGUOUS)
        return _chunked(fields)
    if b"content-length" in fields:
        return _length(fields[b"content-length"])
    return NONE


def response_framing(response: Response, method: bytes, fields: Controls) -> Framing:
    """The body of an answer to a `method` request (RFC 9112 6.3). Raises Malformed."""
    status = response.status
    if method == b"HEAD" or status in (204, 304) or status < 200:
        return NONE
    if b"transfer-encoding" in fields:
        return _chunked(fields)
    if b"content-length" in fields:
        return _length(fields[b"content-length"])
    return UNTIL_CLOSE


def check_host(head: Request, fields: Controls) -> None:
    """Refuse a request without Host (HTTP/1.1) or with several (RFC 9112 3.2). Raises Malformed."""
    count = len(fields.get(b"host", ()))
    if count > 1:
        raise Malformed(f"{count} Host fields in one request (RFC 9112 3.2)")
    if count == 0 and head.version != b"HTTP/1.0":
        raise Malformed("an HTTP/1.1 request without Host (RFC 9112 3.2)")


def keeps_alive(version: bytes, fields: Controls) -> bool:
    """Whether the sender of this head means to use the connection again (RFC 9112 9.3)."""
    values = fields.get(b"connection")
    if values is None:
        return version != b"HTTP/1.0"
    tokens = {token.strip(b" \t").lower() for value in values for token in value.split(b",")}
    return b"close" not in tokens and (version != b"HTTP/1.0" or b"keep-alive" in tokens)


def expects_continue(version: bytes, fields: Controls) -> bool:
    """Whether the client waits for a 100 before it sends its body (RFC 9110 10.1.1)."""
    return version != b"HTTP/1.0" and any(value.lower() == b"100-continue" for value in fields.get(b"expect", ()))


def _chunked(fields: Controls) -> Framing:
    if b"content-length" in fields:
        raise Malformed("both Transfer-Encoding and Content-Length (RFC 9112 6.1)", AMBIGUOUS)
    values = fields[b"transfer-encoding"]
    if len(values) != 1 or values[0].lower() != b"chunked":
        shown = b", ".join(values)[:80].decode("latin-1")
        raise Malformed(f"Transfer-Encoding {shown!r}: only chunked, once, can be read", AMBIGUOUS)
    return CHUNKED


def _length(values: list[bytes]) -> Framing:
    if len(values) != 1:
        raise Malformed(f"{len(values)} Content-Length fields in one message (RFC 9112 6.3)", AMBIGUOUS)
    value = values[0]
    # 18 digits are beyond any disk and below every parser's overflow.
    if not value.isdigit() or len(value) > 18:
        raise Malformed(f"Content-Length is not a number of bytes: {value[:80].decode('latin-1')!r}", AMBIGUOUS)
    return Framing(Kind.LENGTH, int(value))
