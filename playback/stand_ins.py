"""Values of the right length in place of those that nobody here can open: limits count bytes, and judge as they did.

A pseudonym is seldom as long as its value, and the gateway's limits are met or missed by single bytes.
Must not know: keys. Read next: check.py, store/fillers.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from store.fillers import stand_in
from store.retold import retold
from store.secret_shapes import TAG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.exchange import Exchange

_PADDED = re.compile(TAG.pattern + rb"\**")

GROWTH = 16 * 1024 * 1024
"""Bytes that stand-ins may add to one exchange: a stranger's bundle can name any length."""


class StandIns:
    """Puts stand-ins into one exchange and takes them out again. `lengths`: pseudonym -> bytes of its value."""

    def __init__(self, lengths: Iterable[tuple[bytes, int]]) -> None:
        self._lengths = dict(lengths)
        self._left = GROWTH
        self._made: dict[bytes, bytes] = {}

    def put(self, exchange: Exchange) -> Exchange:
        """The exchange with values of the recorded lengths in place of its pseudonyms."""
        return retold(exchange, self._lengthened) if self._lengths else exchange

    def taken(self, exchange: Exchange) -> Exchange:
        """An exchange with pseudonyms in place of their stand-ins, but for those too short to be told apart."""
        return retold(exchange, self._shortened) if self._made else exchange

    def _lengthened(self, text: bytes) -> bytes:
        return TAG.sub(lambda found: self._stand_in(found.group()), text) if b":" in text else text

    def _stand_in(self, tag: bytes) -> bytes:
        length = self._lengths.get(tag, len(tag))
        if length < 0 or length - len(tag) > self._left:
            return tag
        self._left -= max(length - len(tag), 0)
        told = stand_in(tag, length)
        if length > len(tag):
            self._made[told] = tag
        return told

    def _shortened(self, text: bytes) -> bytes:
        return _PADDED.sub(lambda found: self._made.get(found.group(), found.group()), text) if b":" in text else text
