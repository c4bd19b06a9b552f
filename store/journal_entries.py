"""What a group of the journal says: exchanges that began or ended, with the bodies that are nowhere else yet.

Must not know: files, rows. Read next: journal.py, pending.py, record.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgpack  # type: ignore[import-untyped] # it ships no annotations

from gateway.exchange import Exchange, State
from store.errors import Damaged
from store.record import Kept, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

type Entry = tuple[bytes, Mapping[bytes, bytes]]
"""A record, and bodies by their digest."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a journal says: exchanges whose end is in it, those still open, and how many could not be read."""

    ended: tuple[Exchange, ...]
    begun: tuple[Exchange, ...]
    lost: int


def packed(entries: Iterable[Entry]) -> bytes:
    """The payload of one group."""
    told: bytes = msgpack.packb([(record, list(bodies.values())) for record, bodies in entries])
    return told


def found(groups: Iterable[bytes], digest: Callable[[bytes], bytes], load: Callable[[Kept], bytes]) -> Found:
    """The exchanges of these groups, in order. `load` fetches bodies that were in the recording already."""
    bodies: dict[bytes, bytes] = {}
    latest: dict[int, Exchange] = {}
    lost = 0

    def body(kept: Kept) -> bytes:
        known = bodies.get(kept.digest)
        return load(kept) if known is None else known

    for record, brought in (entry for group in groups for entry in _entries(group)):
        bodies.update((digest(each), each) for each in brought)
        try:
            exchange = decode(record, body)
        except Damaged:
            lost += 1
            continue
        latest[exchange.id] = exchange
    ended = tuple(each for each in latest.values() if each.state is not State.OPEN)
    return Found(ended, tuple(each for each in latest.values() if each.state is State.OPEN), lost)


def _entries(group: bytes) -> list[tuple[bytes, list[bytes]]]:
    try:
        told: list[tuple[bytes, list[bytes]]] = msgpack.unpackb(group, use_list=False)
    except (ValueError, msgpack.UnpackException) as error:
        raise Damaged(f"the journal cannot be read ({error})") from None
    return told
