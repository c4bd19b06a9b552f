"""The digest chain: one flipped bit, one lost or foreign row, and the sums no longer agree.

Each exchange row has the digest of its run and record; each commit has the digest of the commit before it in
its run, of its own columns and of the rows it finished. Must not know: how rows are kept. Read next: verify.py.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SIZE = 16
"""Bytes kept of each SHA-256."""

_ID = 8

type Link = tuple[int, bytes]
"""An exchange's id and the digest of its row."""


def digest(*parts: bytes) -> bytes:
    """SHA-256 of the parts, each with its length before it, cut to SIZE bytes."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.digest()[:SIZE]


def row_digest(run_id: int, record: bytes) -> bytes:
    """The digest of one exchange row."""
    return hashlib.sha256(run_id.to_bytes(_ID, "big") + record).digest()[:SIZE]


def first(run_id: int, told: Iterable[object]) -> bytes:
    """What a run's chain hangs on: what the run said of itself when it began."""
    return digest(b"run", json.dumps([run_id, *told]).encode())


def link(previous: bytes, max_id: int, committed_us: int, rows: bytes) -> bytes:
    """The digest of a commit: of the one before it, its own columns and its rows as `packed` gives them."""
    own = json.dumps([max_id, committed_us]).encode()
    return digest(previous, own, rows)


def packed(rows: Iterable[Link]) -> bytes:
    """Links as bytes, in id order."""
    return b"".join(ident.to_bytes(_ID, "big") + value for ident, value in sorted(rows))


def unpacked(data: bytes | None) -> list[Link]:
    """The links that `packed` was given."""
    step = _ID + SIZE
    data = data or b""
    return [
        (int.from_bytes(data[at : at + _ID], "big"), data[at + _ID : at + step]) for at in range(0, len(data), step)
    ]
