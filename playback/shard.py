"""One part of a recording for one of several machines: `2/5` is the second of five.

A call and its deliveries stay together, whatever else is recorded. Must not know: verbs. Read next: selection.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

from playback.errors import BadOption

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from playback.selection import Predicate

_SHARD = re.compile(r"([1-9][0-9]{0,4})/([1-9][0-9]{0,4})\Z")


class BadShard(BadOption):
    """No part of anything; the message says how one is written."""


def parse_shard(text: str) -> Predicate:
    """`i/n` as a predicate; every exchange is in exactly one of the n. Raises BadShard."""
    found = _SHARD.match(text)
    if found is None or int(found[1]) > int(found[2]):
        raise BadShard(f"no shard {text!r}; write i/n with i from 1 to n, such as 1/4")
    part, parts = int(found[1]), int(found[2])

    def holds(exchange: Exchange) -> bool:
        # The request id is the same on every desk; a delivery has that of its call.
        return crc32(exchange.facts.seed.request_id.encode("utf-8", "surrogatepass")) % parts == part - 1

    return holds
