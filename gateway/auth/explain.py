"""Why a signature was not accepted, for its author: the string to sign as computed here, how far the clock is off.

It needs no secret, so it goes into the recording; the client's answer stays as published. Must not know: credentials.
Read next: check.py (the verdict).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from gateway.auth import acs3_signature, fc_signature
from gateway.auth.check import MAX_SKEW_S, Denial, dialects, sent_s
from gateway.messages import get

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.facts import Facts
    from gateway.messages import Request

MOST_BYTES = 16 * 1024
"""Of an explanation; a string to sign is as long as the target and the x-fc-* fields together."""


def explanation(head: Request, facts: Facts) -> bytes:
    """Lines for the log of the refused call; b"" when it was not refused for who calls, or there is nothing to add."""
    tell = _TELLERS.get(facts.refusal)
    return tell(head, facts)[:MOST_BYTES] if tell is not None else b""


def _bad_signature(head: Request, facts: Facts) -> bytes:
    claim = acs3_signature.read(get(head.headers, b"authorization") or b"")
    if claim is not None:
        canonical = next(acs3_signature.canonical_requests(head, claim.signed))
        text = b"ACS3-HMAC-SHA256\n" + sha256(canonical).hexdigest().encode()
        return _told(b"canonical request", canonical) + _told(b"string to sign", text)
    first, *others = dialects(facts)
    tried = b"fc-replay: the ways of SDKs do not fit either: " + ", ".join(one.name for one in others).encode()
    return _told(b"string to sign", fc_signature.string_to_sign(head, first)) + tried + b"\n"


def _told(what: bytes, text: bytes) -> bytes:
    return b"fc-replay: %b, as computed here, %d bytes:\n%b\n" % (what, len(text), text)


def _skewed(head: Request, facts: Facts) -> bytes:
    field = b"date" if get(head.headers, b"x-acs-date") is None else b"x-acs-date"
    value = get(head.headers, field)
    sent = sent_s(value) if value is not None else None
    if sent is None:
        return b"fc-replay: the signature's date cannot be read, or its URL has expired\n"
    off_s = round(facts.seed.arrived_us / 1_000_000 - sent)
    side = b"behind" if off_s > 0 else b"ahead of"
    return b"fc-replay: %b is %d seconds %b this machine's clock; at most %d are allowed\n" % (
        field,
        abs(off_s),
        side,
        MAX_SKEW_S,
    )


def _unknown_key(_head: Request, _facts: Facts) -> bytes:
    return b"fc-replay: fc_credentials holds no secret for this access key id\n"


_TELLERS: dict[str, Callable[[Request, Facts], bytes]] = {
    Denial.BAD_SIGNATURE: _bad_signature,
    Denial.SKEWED: _skewed,
    Denial.UNKNOWN_KEY: _unknown_key,
}
