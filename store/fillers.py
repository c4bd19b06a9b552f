"""What stands in a body where a secret was: bytes of the same length, so that offsets and Content-Length stay true.

Must not know: how secrets are found, exchanges. Read next: sealing.py, unsealing.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store import sealing_spools
from store.secret_shapes import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.messages import Body, BodyRef
    from store.keys import Key
    from store.sealing_spools import Patch
    from store.secret_spans import Span
    from store.spool import Spool

TAG_DIGITS = 12
_NUMBER = re.compile(rb"-?[0-9][0-9.]{0,60}")


@dataclass(frozen=True, slots=True)
class Original:
    """What the fillers of one body stand for.

    `slots`: where the body is, in the order of body_slots. `patches`: the original bytes. `ref`: its original
    name when it is kept as a BodyRef. `cipher`: in place of patches, the encrypted whole of a large body that
    could not be looked into; it is kept as a body of its own.
    """

    slots: tuple[int, ...]
    patches: tuple[Patch, ...] = ()
    ref: BodyRef | None = None
    cipher: BodyRef | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A body with fillers in it. `spool` holds it when it is large, `cipher` the encrypted whole when there is one."""

    body: Body
    original: Original
    spool: Spool | None = None
    cipher: Spool | None = None


def filled_body(body: Body, pieces: Callable[[], Iterable[bytes]], found: list[Span], key: Key) -> Filled:
    """The body with a filler in place of each span; one span over all of a large body has it encrypted as a whole."""
    if isinstance(body, bytes):
        patches = tuple((start, body[start:end]) for start, end in found)
        stood = patched(body, [(start, filler(key, value)) for start, value in patches])
        return Filled(stood, Original((), patches))
    if found == [(0, body.size)]:
        spool, cipher = (
            sealing_spools.blank(pieces(), filler(key, body.digest)),
            sealing_spools.encrypted(pieces(), key),
        )
        return Filled(spool.body(), Original((), ref=body, cipher=cipher.ref()), spool, cipher)
    spool, taken = sealing_spools.filled(pieces(), found, lambda value: filler(key, value))
    return Filled(spool.body(), Original((), tuple(taken), ref=body), spool)


def filler(key: Key, value: bytes) -> bytes:
    """As long as the value: its pseudonym and padding; of a short value so much of the digest as there is room for."""
    digest = key.tag(value)
    if _NUMBER.fullmatch(value):
        return str(int(digest, 16)).encode()[: len(value)]
    tag = f"{kind_of(value)}:{digest[:TAG_DIGITS]}".encode()
    if len(tag) <= len(value):
        return tag.ljust(len(value), b"*")
    # Stars around it, so that nobody takes it for a value.
    return b"*%b*" % digest[: len(value) - 2].encode() if len(value) > 2 else b"*" * len(value)


def stand_in(tag: bytes, length: int) -> bytes:
    """As long as the value that a pseudonym stands for, and what `filler` gives for it as far as that can be known."""
    if length >= len(tag):
        return tag.ljust(length, b"*")
    digits = tag.rpartition(b":")[2][: max(length - 2, 0)]
    return (b"*" + digits).ljust(length, b"*")[:length]


def patched(body: bytes, patches: Iterable[Patch]) -> bytes:
    """A body with other bytes of the same length in some places."""
    changed = bytearray(body)
    for start, value in patches:
        changed[start : start + len(value)] = value
    return bytes(changed)
