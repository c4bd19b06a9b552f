"""Which fields belong to one connection and never travel further (RFC 9110 section 7.6.1).

Must not know: rules. Read next: rules/request.py, rules/response.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.messages import get_all

if TYPE_CHECKING:
    from gateway.messages import Headers

# Trailer goes with the trailers, which are dropped.
ALWAYS = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"upgrade"})
# The message's own: RFC 9110 forbids naming such fields, and a request without them would be another one.
NEVER = frozenset({b"host", b"content-length", b"transfer-encoding"})


def hop_fields(headers: Headers) -> frozenset[bytes]:
    """Names, in lower case, of the fields that stay on their connection; Connection names some."""
    values = get_all(headers, b"connection")
    return _with_named(b",".join(values)) if values else ALWAYS


@lru_cache(maxsize=64)
def _with_named(value: bytes) -> frozenset[bytes]:
    return (ALWAYS | {token.strip() for token in value.lower().split(b",")}) - NEVER
