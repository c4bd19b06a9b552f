"""What a compressed body says that is sealed whole: a decoded copy with fillers, for people to read.

The body itself cannot be shown, because a filler inside its compressed bytes would break them. Only what a scan sees
as a person would is copied. Must not know: exchanges, tables. Read next: sealing.py, sealing_bodies.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.messages import get
from store.fillers import filled_body
from store.sealing_bodies import coding_of, decoded, is_text, windowed_spans
from store.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.messages import Headers
    from store.fillers import Filled
    from store.keys import Key

COPY_LIMIT = 1024 * 1024
"""Bytes of a decoded body up to which a copy is kept."""


def readable_copy(
    headers: Headers, pieces: Callable[[], Iterable[bytes]], known: tuple[bytes, ...], key: Key
) -> Filled | None:
    """The decoded text with its secrets sealed; None for what is not compressed, no text, or over COPY_LIMIT.

    `pieces` and `known` as in body_spans; a large copy is in a spool, for the caller to close.
    """
    coding = coding_of(headers, next(iter(pieces()), b""))
    text = decoded(coding, pieces()) if coding else None
    if text is None or len(text) > COPY_LIMIT or not is_text(get(headers, b"content-type") or b"", text):
        return None
    found = windowed_spans([text], known)
    if found == [(0, len(text))]:
        return None  # nothing of it could be read
    spool = Spool()
    try:
        spool.write(text)
        return filled_body(spool.body(), lambda: (text,), found, key)
    finally:
        spool.close()
