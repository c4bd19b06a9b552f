"""Unsealing: the original exchange again, on the desk that has the recording's key.

Pseudonyms in heads and texts are looked up, fillers in bodies are patched. Must not know: how secrets were
found. Read next: sealing.py, keys.py.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import msgpack  # type: ignore[import-untyped] # it ships no annotations
import zstandard
from sqlalchemy import select

from gateway.exchange import View
from gateway.messages import BodyRef, Request
from store import sealing_heads as heads
from store import sealing_spools
from store.body_slots import body_slots, with_bodies
from store.errors import Damaged
from store.explained import explained
from store.fillers import Original, patched
from store.keys import find_key
from store.message_read import checked_rows_of, message_of, sealed_messages
from store.packing import unpack
from store.reader import Reader
from store.retold import retold
from store.schema import exchange as exchange_row
from store.schema import original, secret
from store.secret_shapes import TAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gateway.conversation import Message
    from gateway.exchange import Exchange
    from gateway.messages import Body
    from store.keys import Key
    from store.recording import Recording


_PAGE = 256
_flat = chain.from_iterable
_TAG_END = re.compile(rb":[0-9a-f]{12}")  # begins with one byte, so that the search skips from colon to colon


def packed_originals(originals: Iterable[Original]) -> bytes:
    """What `original.data` holds before it is encrypted."""
    values = [
        (
            each.slots,
            each.patches,
            each.ref and (each.ref.digest, each.ref.size),
            each.cipher and (each.cipher.digest, each.cipher.size),
        )
        for each in originals
    ]
    return zstandard.compress(msgpack.packb(values))


def original_name(ident: int) -> bytes:
    """What the ciphertext of an exchange's originals is bound to."""
    return b"original:%d" % ident


def message_name(exchange_id: int, seq: int) -> bytes:
    """What the ciphertext of a message's original is bound to."""
    return b"message:%d:%d" % (exchange_id, seq)


class Unsealer:
    """Gives back what was sealed in one recording. Raises Missing when its key is not here."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._key: Key = find_key(recording)
        self._values: dict[bytes, bytes] = {}
        self._large: dict[bytes, tuple[BodyRef, Original]] = {}
        self._page: dict[int, bytes] = {}
        self._paged: set[int] = set()

    def unseal(self, exchange: Exchange) -> Exchange:
        """The exchange as it was on the wire. Raises Damaged when a value does not open."""
        originals = self._originals(exchange.id)
        if not originals and not _may_be_sealed(exchange):
            return exchange
        opened = {at for each in originals for at in each.slots}
        told = replace(
            retold(exchange, self._text),
            readable=tuple(each for each in exchange.readable if each[0] not in opened),
            sealed_lengths=tuple(each for each in exchange.sealed_lengths if self._value(each[0]) == each[0]),
        )
        bodies = [body for _, body in body_slots(exchange)]
        for each in originals:
            for at in each.slots:
                bodies[at] = self._body(bodies[at], each)
        return with_bodies(told, bodies)

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        """A large body of an unsealed exchange, piece by piece."""
        if ref.digest not in self._large:
            yield from Reader(self._recording).body_pieces(ref)
            return
        sealed, how = self._large[ref.digest]
        if how.cipher:
            yield from sealing_spools.decrypted(Reader(self._recording).body_pieces(how.cipher), self._key)
            return
        at = 0
        for piece in Reader(self._recording).body_pieces(sealed):
            yield _patched_piece(piece, at, how)
            at += len(piece)

    def messages(self, exchange_id: int) -> Iterator[Message]:
        """What was said in a conversation, as it was said. Raises Damaged."""
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            for row in checked_rows_of(connection, exchange_id):
                found = message_of(row)
                if row.sealed is not None:
                    name = message_name(exchange_id, row.seq)
                    for how in _unpacked(self._opened(row.sealed, name)):
                        found = replace(found, content=self._body(found.content, how))
                yield found

    def values(self) -> Iterator[bytes]:
        """Every sealed value, to search an export for them."""
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            for row in connection.execute(select(secret.c.tag, secret.c.data)):
                yield self._opened(row.data, row.tag.encode())
            for row in connection.execute(select(original.c.exchange_id, original.c.data)):
                for each in _unpacked(self._opened(row.data, original_name(row.exchange_id))):
                    yield from (value for _, value in each.patches)
            for ident, seq, sealed in sealed_messages(connection):
                for each in _unpacked(self._opened(sealed, message_name(ident, seq))):
                    yield from (value for _, value in each.patches)

    def _text(self, text: bytes) -> bytes:
        return TAG.sub(lambda found: self._value(found.group()), text) if b":" in text else text

    def _value(self, tag: bytes) -> bytes:
        if tag not in self._values:
            with explained(self._recording.place), self._recording.engine.connect() as connection:
                found = connection.execute(select(secret.c.data).where(secret.c.tag == tag.decode())).scalar()
            self._values[tag] = tag if found is None else self._opened(found, tag)
        return self._values[tag]

    def _originals(self, ident: int) -> list[Original]:
        if ident not in self._paged:
            self._turn_to(ident)
        found = self._page.get(ident)
        return [] if found is None else _unpacked(self._opened(found, original_name(ident)))

    def _turn_to(self, ident: int) -> None:
        """Read the originals from this exchange on, a page at once: exchanges are mostly asked for in their order."""
        last = ident + _PAGE - 1
        ended = select(exchange_row.c.id).where(exchange_row.c.id.between(ident, last))
        sealed = select(original.c.exchange_id, original.c.data).where(original.c.exchange_id.between(ident, last))
        with explained(self._recording.place), self._recording.engine.connect() as connection:
            # Ended ones first: what ends after this moment is not among them, and its page is read again.
            self._paged = {ident, *connection.execute(ended).scalars()}
            self._page = {row.exchange_id: row.data for row in connection.execute(sealed)}

    def _opened(self, data: bytes, name: bytes) -> bytes:
        value = self._key.open(data, name)
        if value is None:
            raise Damaged("a sealed value does not open with this key", self._recording.place)
        return value

    def _body(self, body: Body, how: Original) -> Body:
        if isinstance(body, bytes):
            return patched(body, how.patches)
        if how.ref is None:
            raise Damaged("a sealed body has no name", self._recording.place)
        self._large[how.ref.digest] = body, how
        return how.ref


def _may_be_sealed(exchange: Exchange) -> bool:
    """Whether a head or a text could hold a pseudonym: most exchanges hold none, and that is soon seen."""
    views = (exchange.client, exchange.server or View())
    messages = [each for view in views for each in (view.request, view.response) if each is not None]
    messages += [each.head for each in exchange.interim]
    sides = [side for each in exchange.transforms for side in (each.before, each.after)]
    blocks = [block for each in messages for block in (each.headers, each.trailers) if block]
    blocks += [side for side in sides if isinstance(side, tuple) and side]
    texts = [side for side in sides if isinstance(side, bytes)]
    texts += [each.target for each in messages if isinstance(each, Request)]
    texts += [exchange.log, exchange.raw, exchange.facts.log_tail or b""]
    texts += [exchange.failure_text.encode("utf-8", "surrogatepass")]
    told = b"\n".join(chain(texts, _flat(_flat(blocks))))
    return _TAG_END.search(told) is not None or heads.LOG_RESULT in told.lower()


def _unpacked(data: bytes) -> list[Original]:
    values = msgpack.unpackb(unpack(zstandard.ZstdDecompressor(), data), use_list=False)
    return [
        Original(slots, patches, ref and BodyRef(*ref), cipher and BodyRef(*cipher))
        for slots, patches, ref, cipher in values
    ]


def _patched_piece(piece: bytes, at: int, how: Original) -> bytes:
    changed = bytearray(piece)
    for start, value in how.patches:
        first, last = max(start, at), min(start + len(value), at + len(piece))
        if first < last:
            changed[first - at : last - at] = value[first - start : last - start]
    return bytes(changed)
