"""An exchange made ready for its rows: sealed, encoded, with the bodies it brings along.

The dear part of a commit, done before its transaction begins. Must not know: tables. Read next: committer.py,
record.py, sealing.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.messages import BodyRef
from store.message_making import Vow
from store.message_sealing import MessageSealer
from store.record import encode
from store.sealing import seal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.exchange import Exchange
    from store.body_rows import Source
    from store.fillers import Original
    from store.keys import Key
    from store.record import Encoded
    from store.spool import Spool

SEALING = ("on", "discard", "off")
"""on: pseudonyms in the tables, the values encrypted beside them. discard: no values. off: everything in the clear."""


@dataclass(slots=True)
class Prepared:
    """What the rows of one exchange are made from. `secrets` and `originals` are still in the clear."""

    exchange: Exchange
    encoded: Encoded
    sources: dict[bytes, Source]
    used: set[bytes]
    secrets: dict[bytes, bytes] = field(default_factory=dict)
    originals: list[Original] = field(default_factory=list)
    sealed_values: int = 0
    made: list[Spool] = field(default_factory=list)

    def close(self) -> None:
        """Let go of spools that sealing made."""
        for spool in self.made:
            spool.close()


@dataclass(frozen=True, slots=True)
class Preparer:
    """Prepares exchanges the way one run seals. `key` is None when it does not."""

    key: Key | None = None
    keep: bool = True

    def prepare(self, exchange: Exchange, spools: Sequence[Spool] = (), encoded: Encoded | None = None) -> Prepared:
        """Seal and encode; `close` what comes back once it is stored. `encoded`: the record as it is in the clear."""
        if self.key is None:
            return _prepared(exchange, encoded or encode(exchange), spools)
        sealed = seal(exchange, self.key, spools, encoded)
        ready = _prepared(sealed.exchange, sealed.encoded, sealed.spools)
        ready.sources |= {spool.ref().digest: spool for spool in sealed.made}
        ready.sealed_values, ready.made = sealed.count, sealed.made
        if self.keep:
            ready.secrets, ready.originals = sealed.secrets, sealed.originals
            ready.used |= {each.cipher.digest for each in sealed.originals if each.cipher}
        return ready

    def vow(self, handshake: Exchange) -> Vow | None:
        """How the messages of a conversation are sealed, None when they are not."""
        if self.key is None:
            return None
        return Vow(MessageSealer(self.key, handshake), self.key if self.keep else None)


def _prepared(exchange: Exchange, encoded: Encoded, spools: Sequence[Spool]) -> Prepared:
    used = encoded.refs.union(encoded.bodies)
    # A small spool's body is in the exchange itself.
    large = {spool.ref().digest: spool for spool in spools if isinstance(spool.body(), BodyRef)}
    return Prepared(exchange, encoded, {**large, **encoded.bodies}, used.union(large))
