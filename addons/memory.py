"""Accepted calls that wait, kept in memory as far as there is room: read once more from the recording otherwise.

Must not know: the recording. Read next: asynchronous.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.messages import body_size

if TYPE_CHECKING:
    from addons.errand import Known

ROOM = 16 * 1024 * 1024
"""Bytes of requests that may wait here."""


class Memory:
    """Calls by the exchange that accepted them. `needed`: they cannot be read again, so there is always room."""

    def __init__(self) -> None:
        self.needed = False
        self._calls: dict[int, Known] = {}
        self._size = 0

    def keep(self, exchange_id: int, known: Known) -> None:
        """Keep a call, if there is room."""
        size = _size(known)
        if self.needed or self._size + size <= ROOM:
            self._calls[exchange_id] = known
            self._size += size

    def take(self, exchange_id: int) -> Known | None:
        """The call, which then is not here any more."""
        known = self._calls.pop(exchange_id, None)
        self._size -= _size(known) if known is not None else 0
        return known


def _size(known: Known) -> int:
    request = known.request
    return (
        body_size(request.body) + len(request.target) + sum(len(name) + len(value) for name, value in request.headers)
    )
