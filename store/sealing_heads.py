"""Secrets in heads: which part of a header's value, of a target, of a raw head is one.

Authorization keeps its scheme, cookies are taken one by one, so that what remains can still be read.
Must not know: keys, bodies. Read next: sealing.py.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from store import secret_names
from store.secret_shapes import shapes
from store.secret_spans import Span, merged, query_spans

LOG_RESULT = b"x-fc-log-result"
"""The one header whose value is base64 of a text that may hold secrets (contract CTL-2)."""

_TRIVIAL = frozenset({b"", b"true", b"false", b"null", b"none", b"*"})
_COOKIE = re.compile(rb"(?:^|;)[ \t]*[^=;]*=\"?([^;\"]*)")
_FIRST_COOKIE = re.compile(rb"^[^=;]*=\"?([^;\"]*)")
_PARAMETER = re.compile(rb"\b(?:Signature|Credential|response|opaque|nonce|cnonce)=\"?([^,;\"\s]+)")
_SCHEME = re.compile(rb"^(?:FC|acs|OSS|OSS4-HMAC-SHA256|[A-Za-z][A-Za-z0-9-]*)[ ]+(\S.*)$")
_ACCESS_KEY = re.compile(rb"^(?:FC|acs|OSS) +([^:\s]+):(\S+)$")
_LINE = re.compile(rb"(?m)^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([^\r\n]*)")


@lru_cache(maxsize=16_384)
def header_spans(name: bytes, value: bytes) -> tuple[Span, ...]:
    """The secrets in one header's value. Lines repeat from call to call, so answers are remembered."""
    lowered = name.lower()
    if value.lower() in _TRIVIAL or lowered.startswith(b"access-control-"):
        return ()
    if lowered == LOG_RESULT:  # its text is looked at by itself; here it only must not go unnoticed
        return ((0, len(value)),)
    if lowered in _BY_NAME:
        return tuple(merged(_BY_NAME[lowered](value)))
    if lowered in secret_names.HEADERS or secret_names.is_secret(lowered):
        return ((0, len(value)),)
    return tuple(query_spans(value) if b"=" in value else merged(list(shapes(value))))


@lru_cache(maxsize=4096)
def target_spans(target: bytes) -> tuple[Span, ...]:
    """The secrets in a request target; both views and the changes between them ask for the same one."""
    return tuple(query_spans(target))


def raw_spans(raw: bytes) -> list[Span]:
    """The secrets in bytes that could not be parsed as a head, line by line."""
    if not raw:
        return []
    found = query_spans(raw)
    for line in _LINE.finditer(raw):
        at = line.start(2)
        found += [(start + at, end + at) for start, end in header_spans(line.group(1), line.group(2))]
    return merged(found)


def log_text(value: bytes) -> bytes | None:
    """The text inside X-Fc-Log-Result; None when it is not base64 that comes back as it was."""
    try:
        text = base64.b64decode(value, validate=True)
    except binascii.Error:
        return None
    return text if base64.b64encode(text) == value else None


def _authorization(value: bytes) -> list[Span]:
    if keys := _ACCESS_KEY.match(value):
        return [keys.span(1), keys.span(2)]
    if named := [found.span(1) for found in _PARAMETER.finditer(value)]:
        return named
    scheme = _SCHEME.match(value)
    return [scheme.span(1) if scheme else (0, len(value))]


def _cookies(value: bytes) -> list[Span]:
    return [found.span(1) for found in _COOKIE.finditer(value)] or [(0, len(value))]


def _set_cookie(value: bytes) -> list[Span]:
    found = _FIRST_COOKIE.match(value)
    return [found.span(1)] if found else [(0, len(value))]


_BY_NAME = {
    b"authorization": _authorization,
    b"proxy-authorization": _authorization,
    b"cookie": _cookies,
    b"set-cookie": _set_cookie,
}
