"""A message becomes a row: sealed, its content where content of its kind and size belongs.

Must not know: how messages come (talk.py), tables. Read next: message_sealing.py, message_rows.py.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.messages import BodyRef
from store.message_rows import Row, Said, content_columns
from store.unsealing import message_name, packed_originals

if TYPE_CHECKING:
    from gateway.conversation import Message
    from gateway.messages import Body
    from store.fillers import Filled
    from store.keys import Key
    from store.message_sealing import MessageSealer
    from store.spool import Spool


@dataclass(frozen=True, slots=True)
class Vow:
    """How messages are sealed: by whom, and with which key the originals are kept (None: they are not)."""

    sealer: MessageSealer
    key: Key | None


def add_message(said: Said, message: Message, content: Spool, vow: Vow | None = None) -> None:
    """Make a message a row of `said`, which closes `content`; the message's own content is not looked at."""
    said.spools.append(content)
    filled = vow and vow.sealer.seal(message.kind, message.coding, content.body(), content.pieces)
    row = Row(
        message.seq,
        message.sender.value,
        message.kind.value,
        message.at_us,
        content.size,
        message.coding.value,
        sealed_values=(len(filled.original.patches) or 1) if filled else 0,
    )
    if vow and filled:
        said.spools += [spool for spool in (filled.spool, filled.cipher) if spool]
        row = _with_original(said, row, filled, content, vow.key)
        said.rows.append(_with_content(said, row, filled.body, filled.spool))
    else:
        said.rows.append(_with_content(said, row, content.body(), content))


def _with_original(said: Said, row: Row, filled: Filled, content: Spool, key: Key | None) -> Row:
    """The row with what its fillers stand for, unless that is discarded."""
    if key is None:
        return row
    # Content between a row's size and a file's is a body in the recording: there its original needs a name, too.
    original = replace(filled.original, ref=filled.original.ref or content.ref())
    sealed = key.seal(packed_originals([original]), message_name(said.exchange_id, row.seq))
    if filled.cipher:
        said.sources[filled.cipher.ref().digest] = filled.cipher
    return replace(row, sealed=sealed, cipher=filled.original.cipher)


def _with_content(said: Said, row: Row, body: Body, spool: Spool | None) -> Row:
    """The row with its content: in itself when that is short, else among the bodies."""
    if isinstance(body, BodyRef):
        if spool is None:
            raise RuntimeError("a large body comes in a spool")
        said.sources[body.digest] = spool
        return replace(row, ref=body)
    columns = content_columns(row.kind, body)
    if columns:
        return replace(row, **columns)
    ref = BodyRef(hashlib.sha256(body).digest(), len(body))
    said.sources[ref.digest] = body
    return replace(row, ref=ref)
