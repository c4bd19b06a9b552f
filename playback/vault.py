"""The sealed values of a recording: opened to send what was really sent, hidden again before anything is shown.

With the recording's key an exchange is opened as it was on the wire, and what a replay finds is sealed by the same
key, so that equal secrets have equal pseudonyms and no report holds one in the clear. Without the key, values that
the user gives stand in. Must not know: how sealing works. Read next: store/sealing.py, store/unsealing.py.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from playback.given import said_with, tags_in, with_values
from playback.imported import SEALED_ELSEWHERE
from store.errors import Missing
from store.keys import Key, find_key
from store.message_sealing import MessageSealer
from store.sealing import seal
from store.unsealing import Unsealer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.conversation import Message
    from gateway.exchange import Exchange
    from gateway.messages import BodyRef, Request
    from store.reader import Reader
    from store.recording import Recording

_OFF, _DISCARD = "off", "discard"


class Vault(Protocol):
    """What a replay asks about secrets. `blind`: recorded secrets are not known, so no answer can be held to them."""

    @property
    def blind(self) -> bool:
        """See above."""

    @property
    def may_lack(self) -> bool:
        """Whether values can be missing here at all."""

    def opened(self, exchange: Exchange) -> Exchange:
        """The exchange as it was on the wire."""

    def hidden(self, exchange: Exchange) -> Exchange:
        """An opened exchange with pseudonyms in place of its secrets."""

    def sealer(self, opened: Exchange) -> MessageSealer | None:
        """What hides the secrets in the messages of an opened conversation; None when nothing is hidden."""

    def body_pieces(self, ref: BodyRef) -> Iterable[bytes]:
        """A large body of an opened exchange."""

    def messages(self, exchange_id: int) -> Iterable[Message]:
        """What was said in a conversation, as it was said."""

    def missing(self, request: Request) -> list[str]:
        """The pseudonyms in a stored request whose values nobody has."""


@dataclass(frozen=True, slots=True)
class Unsealed:
    """Nothing is sealed in this recording."""

    reader: Reader
    blind: bool = False
    may_lack: bool = False

    def opened(self, exchange: Exchange) -> Exchange:
        """The exchange as it is."""
        return exchange

    def hidden(self, exchange: Exchange) -> Exchange:
        """The same: whoever recorded without sealing wanted to see everything."""
        return exchange

    def sealer(self, opened: Exchange) -> MessageSealer | None:
        """Nothing is hidden."""
        del opened
        return None

    def body_pieces(self, ref: BodyRef) -> Iterable[bytes]:
        """A large body as it is stored."""
        return self.reader.body_pieces(ref)

    def messages(self, exchange_id: int) -> Iterable[Message]:
        """What was said, as it is stored."""
        return self.reader.messages(exchange_id)

    def missing(self, request: Request) -> list[str]:
        """Nothing."""
        del request
        return []


@dataclass(frozen=True, slots=True)
class Keyed:
    """The recording's key is here. `given`: values for pseudonyms that it does not hold (fc_seal=discard)."""

    unsealer: Unsealer
    key: Key
    given: Mapping[bytes, bytes] = field(default_factory=dict)
    may_lack: bool = False
    blind: bool = False

    def opened(self, exchange: Exchange) -> Exchange:
        """The exchange as it was on the wire."""
        known = self.unsealer.unseal(exchange)
        return with_values(known, self.given) if self.given else known

    def hidden(self, exchange: Exchange) -> Exchange:
        """Sealed by the recording's key, as the recorder would."""
        return _sealed(exchange, self.key)

    def sealer(self, opened: Exchange) -> MessageSealer | None:
        """As the recorder sealed them."""
        return MessageSealer(self.key, opened)

    def body_pieces(self, ref: BodyRef) -> Iterable[bytes]:
        """A large body, its sealed places filled in."""
        return self.unsealer.body_pieces(ref)

    def messages(self, exchange_id: int) -> Iterable[Message]:
        """What was said, its sealed places filled in."""
        return (said_with(message, self.given) for message in self.unsealer.messages(exchange_id))

    def missing(self, request: Request) -> list[str]:
        """What was discarded when it was recorded and was not given now."""
        return tags_in(request, self.given, self.body_pieces) if self.may_lack else []


@dataclass(frozen=True, slots=True)
class Keyless:
    """The key is elsewhere: pseudonyms stay, but for those whose values were `given`."""

    reader: Reader
    given: Mapping[bytes, bytes]
    passing_key: Key = field(default_factory=lambda: Key(os.urandom(32)))
    blind: bool = True
    may_lack: bool = True

    def opened(self, exchange: Exchange) -> Exchange:
        """The exchange with the given values in place."""
        return with_values(exchange, self.given)

    def hidden(self, exchange: Exchange) -> Exchange:
        """The given values taken out again, and every other secret sealed by a key that nobody keeps."""
        return _sealed(with_values(exchange, {value: tag for tag, value in self.given.items()}), self.passing_key)

    def sealer(self, opened: Exchange) -> MessageSealer | None:
        """By a key that nobody keeps."""
        return MessageSealer(self.passing_key, opened)

    def body_pieces(self, ref: BodyRef) -> Iterable[bytes]:
        """A large body as it is stored, fillers in place of secrets."""
        return self.reader.body_pieces(ref)

    def messages(self, exchange_id: int) -> Iterable[Message]:
        """What was said, with the given values in place of their pseudonyms."""
        return (said_with(message, self.given) for message in self.reader.messages(exchange_id))

    def missing(self, request: Request) -> list[str]:
        """The pseudonyms that are left."""
        return tags_in(request, self.given, self.body_pieces)


def _sealed(exchange: Exchange, key: Key) -> Exchange:
    sealed = seal(exchange, key)
    for spool in sealed.made:
        spool.close()
    return sealed.exchange


def open_vault(recording: Recording, reader: Reader, given: Mapping[bytes, bytes]) -> Vault:
    """The vault of a recording. `given`: pseudonym -> value, from the user."""
    runs = reader.runs()
    if any(run.details.get(SEALED_ELSEWHERE) for run in runs):
        return Keyless(reader, given)
    ways = {run.seal for run in runs}
    if not ways - {_OFF}:
        return Unsealed(reader)
    try:
        return Keyed(Unsealer(recording), find_key(recording), given, may_lack=_DISCARD in ways)
    except Missing:
        return Keyless(reader, given)
