"""Compare two answers: status, headers, body and trailers, each by what it means, with a path per difference.

Bytes first: equal bytes need no reading. Then by value, so that white space and key order in JSON are no
difference. Must not know: where the answers came from. Read next: fields.py, plain.py, trees.py, verdict.py.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from gateway.messages import BodyRef, body_size
from playback.allowance import USUAL, Allowance
from playback.fields import FRAMING, compare_fields
from playback.findings import Finding, Kind
from playback.noise import NO_NOISE, Noise
from playback.plain import read_body
from playback.trees import compare_values
from playback.values import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.messages import Request, Response

    type Message = Request | Response

MOST_FINDINGS = 200
"""Differences kept per exchange; a body that differs everywhere needs no more to be red."""


def compare_responses(
    recorded: Response,
    now: Response,
    *,
    method: bytes = b"GET",
    allowance: Allowance = USUAL,
) -> tuple[Finding, ...]:
    """Every difference between the recorded answer and the one of now; () when they say the same.

    `method` of the request: an answer to HEAD has no body, so there Content-Length is the message. `allowance`: what
    is forgiven.
    """
    findings = tuple(islice(_differences(recorded, now, method, allowance), MOST_FINDINGS + 1))
    if len(findings) <= MOST_FINDINGS:
        return findings
    return (*findings[:MOST_FINDINGS], Finding(Kind.VALUE, "", note=f"more than {MOST_FINDINGS} differences"))


def compare_bodies(old: Message, new: Message, path: str = "body", noise: Noise = NO_NOISE) -> Iterator[Finding]:
    """Every difference between the bodies of two messages, read as their headers say."""
    recorded, now = old.body, new.body
    if recorded == now:
        return
    if isinstance(recorded, BodyRef) or isinstance(now, BodyRef):
        note = "too large to compare by value" if body_size(recorded) != body_size(now) else "same size, other bytes"
        yield Finding(Kind.VALUE, path, f"{body_size(recorded)} bytes", f"{body_size(now)} bytes", note)
        return
    if not (recorded and now):
        kind = Kind.REMOVED if recorded else Kind.ADDED
        yield Finding(kind, path, f"{len(recorded)} bytes", f"{len(now)} bytes")
        return
    was, old_value = read_body(recorded, old.headers)
    word, new_value = read_body(now, new.headers)
    if was == word:
        yield from compare_values(path, old_value, new_value, noise)
    else:
        yield Finding(Kind.TYPE, path, show(old_value), show(new_value), f"was {was}, is {word}")


def _differences(recorded: Response, now: Response, method: bytes, allowance: Allowance) -> Iterator[Finding]:
    if recorded.status != now.status:
        yield Finding(Kind.STATUS, "status", str(recorded.status), str(now.status))
    elif recorded.reason != now.reason:
        yield Finding(Kind.VALUE, "reason", recorded.reason.decode("latin-1"), now.reason.decode("latin-1"))
    if recorded.version != now.version:
        yield Finding(Kind.VALUE, "version", recorded.version.decode("latin-1"), now.version.decode("latin-1"))
    bodyless = method == b"HEAD" or recorded.status == now.status == 304
    skip = frozenset[bytes]() if bodyless else FRAMING
    yield from compare_fields("headers", recorded.headers, now.headers, allowance, skip)
    yield from compare_bodies(recorded, now, noise=allowance.noise)
    yield from compare_fields("trailers", recorded.trailers, now.trailers, allowance)
