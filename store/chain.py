"""The digest chain: one flipped bit, one lost or foreign row, and the sums no longer agree.

Each exchange row has the digest of its run and record; each commit has the digest of the commit before it
in its run and of the rows it finished, in id order. Must not know: how rows are kept. Read next: verify.py.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SIZE = 16
"""Bytes kept of each SHA-256."""


def digest(*parts: bytes) -> bytes:
    """SHA-256 of the parts, each with its length before it, cut to SIZE bytes."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.digest()[:SIZE]


def row_digest(run_id: int, record: bytes) -> bytes:
    """The digest of one exchange row."""
    return hashlib.sha256(run_id.to_bytes(8, "big") + record).digest()[:SIZE]


def first(run_id: int, started_us: int, details: str) -> bytes:
    """What a run's chain hangs on: the run itself."""
    return digest(b"run", str(run_id).encode(), str(started_us).encode(), details.encode())


def link(previous: bytes, rows: Iterable[tuple[int, bytes]]) -> bytes:
    """The digest of a commit: of the one before it and of its rows (id, digest), in id order."""
    return digest(previous, b"".join(ident.to_bytes(8, "big") + value for ident, value in sorted(rows)))
