"""The messages of conversations as they leave a recording: opened, sealed anew, their large content kept aside.

Must not know: file formats. Read next: exported.py, store/message_sealing.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.messages import BodyRef
from store.message_sealing import MessageSealer
from store.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.conversation import Message
    from gateway.exchange import Exchange
    from playback.vault import Vault
    from store.keys import Key

IN_LINE = 4096
"""Bytes of content that stand with the message; larger content is a body of its own."""


@dataclass(slots=True)
class LeavingMessages:
    """What was said in the conversations that leave. `key`: seals anew, None leaves all as it is opened."""

    vault: Vault
    key: Key | None
    directory: Path
    spools: dict[bytes, Spool] = field(default_factory=dict)
    _sealers: dict[int, MessageSealer | None] = field(default_factory=dict)

    def note(self, opened: Exchange) -> None:
        """An exchange leaves, and so do its messages. `opened`: as it was on the wire."""
        if opened.messages:
            self._sealers[opened.id] = MessageSealer(self.key, opened) if self.key is not None else None

    def messages(self) -> Iterator[tuple[int, Message]]:
        """The messages of all that was noted, each with its exchange; once."""
        for ident, sealer in self._sealers.items():
            for message in self.vault.messages(ident):
                yield ident, self._leaving(message, sealer)

    def close(self) -> None:
        """Let go of the content that was kept."""
        for spool in self.spools.values():
            spool.close()

    def _leaving(self, message: Message, sealer: MessageSealer | None) -> Message:
        spool = self._spooled(message)
        filled = sealer.seal(message.kind, message.coding, spool.body(), spool.pieces) if sealer else None
        if filled is not None:
            spool.close()
            if filled.cipher is not None:
                filled.cipher.close()
            spool = filled.spool or self._held(filled.body)
        if spool.size <= IN_LINE:
            content = b"".join(spool.pieces())
            spool.close()
            return replace(message, content=content)
        if self.spools.setdefault(spool.ref().digest, spool) is not spool:
            spool.close()
        return replace(message, content=spool.ref())

    def _spooled(self, message: Message) -> Spool:
        if not isinstance(message.content, BodyRef):
            return self._held(message.content)
        spool = Spool(self.directory)
        for piece in self.vault.body_pieces(message.content):
            spool.write(piece)
        return spool

    def _held(self, content: object) -> Spool:
        spool = Spool(self.directory)
        if isinstance(content, bytes):
            spool.write(content)
        return spool
