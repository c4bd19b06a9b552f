"""Exchanges as they may leave this desk: every secret under a pseudonym that no other export shares.

Must not know: file formats. Read next: vault.py, formats/bundle.py.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from gateway.messages import BodyRef
from playback.exported_messages import LeavingMessages
from playback.vault import Keyed, Unsealed
from store.body_slots import named_bodies
from store.keys import Key
from store.record import encode
from store.sealing import seal
from store.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from gateway.conversation import Message
    from gateway.exchange import Exchange
    from playback.vault import Vault

_SHORTEST_SEARCHED = 6  # shorter values occur by chance


class Export:
    """Seals exchanges anew while they are written, and keeps their large bodies until `close`.

    `with_secrets`: nothing is sealed. `directory`: where large bodies wait.
    """

    def __init__(self, vault: Vault, subject: bytes, directory: Path, *, with_secrets: bool = False) -> None:
        self._vault = vault
        self._with_secrets = with_secrets
        self._directory = directory
        self._spools: dict[bytes, Spool] = {}
        self._texts: list[bytes] = []
        # The recording's key makes this one, so that the same export is the same bytes; two exports share nothing.
        secret = bytes.fromhex(vault.key.tag(b"export:" + subject)) if isinstance(vault, Keyed) else os.urandom(32)
        self._key = Key(secret)
        sealing = not with_secrets and isinstance(vault, Keyed | Unsealed)
        self._talks = LeavingMessages(vault, self._key if sealing else None, directory)

    @property
    def sealed(self) -> bool:
        """Whether what leaves carries pseudonyms."""
        return not self._with_secrets

    def exchanges(self, stored: Iterable[Exchange]) -> Iterator[Exchange]:
        """The exchanges as they leave."""
        for one in stored:
            yield self._leaving(one)

    def bodies(self) -> dict[bytes, Callable[[], Iterable[bytes]]]:
        """The large bodies of the exchanges and messages so far, by digest."""
        return {digest: spool.pieces for digest, spool in (self._spools | self._talks.spools).items()}

    def messages(self) -> Iterator[tuple[int, Message]]:
        """What was said in the conversations among the exchanges so far, as it leaves."""
        return self._talks.messages()

    def leaks(self, exchange: Exchange) -> bool:
        """Whether a sealed value stands in an exchange that leaves: plain, percent-, base64- or hex-coded."""
        encoded = encode(exchange)
        large = (b"".join(self._spools[digest].pieces()) for digest in _named(exchange))
        return self._leaks((encoded.record, *encoded.bodies.values(), *large))

    def leaks_in(self, message: Message) -> bool:
        """The same of a message that leaves."""
        content = message.content
        kept = self._talks.spools[content.digest].pieces() if isinstance(content, BodyRef) else (content,)
        return self._leaks((b"".join(kept),))

    def _leaks(self, texts: Iterable[bytes]) -> bool:
        if self._with_secrets or not isinstance(self._vault, Keyed):
            return False
        if not self._texts:
            self._texts = [form for value in self._vault.unsealer.values() for form in _forms(value)]
        return any(form in text for text in texts for form in self._texts)

    def close(self) -> None:
        """Let go of the bodies."""
        for spool in self._spools.values():
            spool.close()
        self._talks.close()

    def _leaving(self, stored: Exchange) -> Exchange:
        exchange = self._vault.opened(stored)
        self._talks.note(exchange)
        spools = [self._spooled(ref) for ref in named_bodies(exchange)]
        made: list[Spool] = []
        if not self._with_secrets and isinstance(self._vault, Keyed | Unsealed):
            sealed = seal(exchange, self._key, spools)
            exchange, made = sealed.exchange, sealed.made
        self._keep(_named(exchange), [*spools, *made])
        return exchange

    def _spooled(self, ref: BodyRef) -> Spool:
        spool = Spool(self._directory)
        for piece in self._vault.body_pieces(ref):
            spool.write(piece)
        return spool

    def _keep(self, named: set[bytes], spools: Iterable[Spool]) -> None:
        """Keep the bodies that the exchange names, each once; what sealing replaced is let go."""
        for spool in spools:
            body = spool.body()
            if isinstance(body, BodyRef) and body.digest in named and body.digest not in self._spools:
                self._spools[body.digest] = spool
            else:
                spool.close()


def _named(exchange: Exchange) -> set[bytes]:
    return {body.digest for body in named_bodies(exchange)}


def subject_of(name: str, ids: Iterable[int]) -> bytes:
    """What an export is about, so that another one gets other pseudonyms."""
    return hashlib.sha256("\n".join((name, *map(str, ids))).encode("utf-8", "backslashreplace")).digest()


def _forms(value: bytes) -> tuple[bytes, ...]:
    if len(value) < _SHORTEST_SEARCHED:
        return ()
    return (value, quote_from_bytes(value, safe="").encode(), b64encode(value).rstrip(b"="), value.hex().encode())
