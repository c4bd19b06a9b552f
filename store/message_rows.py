"""WebSocket messages as rows of `message`, written while the conversation goes on.

Short text lies in the row as text, other short content as bytes, the rest among the bodies. The rows of one
conversation hang on each other by their digests, so that a changed or lost one shows.
Must not know: threads, how messages are read off the wire (talk.py). Read next: message_read.py, committer.py.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from store import chain
from store.dialects import insert_missing
from store.schema import body_use, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from gateway.messages import BodyRef
    from store.body_rows import BodyRows, Source
    from store.spool import Spool

TEXT_LIMIT = 4096
"""Bytes of text that a row holds itself, where SQL can search it."""

INLINE = 512
"""Bytes of any other content that a row holds itself."""

_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Row:
    """One message as it is kept. Exactly one of `text`, `data` and `ref` holds its content.

    `sealed`: what fillers in it stand for, encrypted. `cipher`: the body that holds it when that is large.
    """

    seq: int
    sender: str
    kind: str
    at_us: int
    size: int
    coding: str
    text: str | None = None
    data: bytes | None = None
    ref: BodyRef | None = None
    sealed_values: int = 0
    sealed: bytes | None = None
    cipher: BodyRef | None = None

    def bodies(self) -> list[bytes]:
        """The digests of the bodies it needs."""
        return [each.digest for each in (self.ref, self.cipher) if each]


@dataclass(slots=True)
class Said:
    """Some messages of one conversation, in order, and the bodies they bring along."""

    exchange_id: int
    rows: list[Row] = field(default_factory=list)
    sources: dict[bytes, Source] = field(default_factory=dict)
    spools: list[Spool] = field(default_factory=list)

    def close(self) -> None:
        """Let go of the spools."""
        for spool in self.spools:
            spool.close()


def content_columns(kind: str, content: bytes) -> dict[str, Any]:
    """Where short content goes: `text` or `data`; neither when it is to be a body."""
    if kind == "text" and len(content) <= TEXT_LIMIT and _is_text(content):
        return {"text": content.decode("utf-8")}
    return {"data": content} if len(content) <= INLINE else {}


def _is_text(content: bytes) -> bool:
    """Whether every database takes it as text: UTF-8 without NUL."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def row_digest(previous: bytes, exchange_id: int, row: Row) -> bytes:
    """The digest of a message's row, hung on the one before it."""
    columns = [exchange_id, row.seq, row.sender, row.kind, row.at_us, row.size, row.coding, row.sealed_values]
    place = "text" if row.text is not None else "data" if row.data is not None else "body"
    content = row.text.encode() if row.text is not None else row.data if row.data is not None else _digest_of(row)
    return chain.digest(previous, json.dumps([*columns, place]).encode(), content, row.sealed or b"")


def _digest_of(row: Row) -> bytes:
    return row.ref.digest if row.ref else b""


class MessageRows:
    """Writes messages; remembers where each conversation's digests stand, once that is `committed`."""

    def __init__(self) -> None:
        self._last: OrderedDict[int, bytes] = OrderedDict()
        self._fresh: dict[int, bytes] = {}

    def insert(self, connection: Connection, bodies: BodyRows, said: Sequence[Said]) -> None:
        """Write messages whose bodies are in the recording already."""
        rows: list[dict[str, Any]] = []
        uses: list[dict[str, Any]] = []
        for each in said:
            previous = self._digest_before(connection, each.exchange_id)
            for row in each.rows:
                previous = row_digest(previous, each.exchange_id, row)
                rows.append(_values(each.exchange_id, row, previous, bodies))
                uses += [{"exchange_id": each.exchange_id, "body_id": bodies.id_of(one)} for one in row.bodies()]
            self._fresh[each.exchange_id] = previous
        if rows:
            connection.execute(insert(message), rows)
        if uses:
            connection.execute(insert_missing(connection.dialect.name, body_use), uses)

    def committed(self) -> None:
        """The transaction lasts."""
        self._last.update(self._fresh)
        self._fresh.clear()
        while len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)

    def rolled_back(self) -> None:
        """The transaction is void, or nobody knows: the recording tells."""
        self._fresh.clear()
        self._last.clear()

    def without_what_is_there(self, connection: Connection, said: Iterable[Said]) -> list[Said]:
        """What of it a commit that reported an error has not written all the same."""
        left = []
        for each in said:
            asked = select(func.max(message.c.seq)).where(message.c.exchange_id == each.exchange_id)
            last = connection.execute(asked).scalar() or 0
            each.rows = [row for row in each.rows if row.seq > last]
            left += [each] if each.rows else []
        return left

    def _digest_before(self, connection: Connection, exchange_id: int) -> bytes:
        known = self._fresh.get(exchange_id) or self._last.get(exchange_id)
        if known is not None:
            return known
        newest = select(message.c.digest).where(message.c.exchange_id == exchange_id)
        return connection.execute(newest.order_by(message.c.seq.desc()).limit(1)).scalar() or b""


def count_messages(connection: Connection, exchange_id: int) -> int:
    """How many messages of a conversation are in the recording."""
    counted = select(func.count()).select_from(message).where(message.c.exchange_id == exchange_id)
    return int(connection.execute(counted).scalar() or 0)


def _values(exchange_id: int, row: Row, digest: bytes, bodies: BodyRows) -> dict[str, Any]:
    return {
        "exchange_id": exchange_id,
        "seq": row.seq,
        "sender": row.sender,
        "kind": row.kind,
        "at_us": row.at_us,
        "size": row.size,
        "coding": row.coding,
        "text": row.text,
        "data": row.data,
        "body_id": bodies.id_of(row.ref.digest) if row.ref else None,
        "sealed_values": row.sealed_values,
        "sealed": row.sealed,
        "digest": digest,
    }
