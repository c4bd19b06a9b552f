"""Messages of conversations read back from their rows, sealed or opened, and held against their digests.

Must not know: who asks. Read next: message_rows.py, unsealing.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, select

from gateway.conversation import Coding, Message, MessageKind, Sender
from gateway.messages import BodyRef
from store.errors import Damaged
from store.message_rows import Row, row_digest
from store.schema import body, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

_PAGE = 256
_COLUMNS = [column for column in message.c if column.name != "body_id"]


def rows_of(connection: Connection, exchange_id: int) -> Iterator[tuple[Row, bytes]]:
    """The rows of one conversation in order, each with the digest it has; none in an older schema."""
    if not inspect(connection).has_table("message"):
        return
    joined = select(*_COLUMNS, body.c.digest.label("content"), body.c.size.label("content_size"))
    wanted = joined.outerjoin(body, body.c.id == message.c.body_id).where(message.c.exchange_id == exchange_id)
    after = 0
    while page := connection.execute(wanted.where(message.c.seq > after).order_by(message.c.seq).limit(_PAGE)).all():
        for found in page:
            yield _row(found), found.digest
        after = page[-1].seq


def checked_rows_of(connection: Connection, exchange_id: int) -> Iterator[Row]:
    """The rows of one conversation in order. Raises Damaged at the first that is not what was written."""
    previous = b""
    for row, digest in rows_of(connection, exchange_id):
        if not _holds(previous, exchange_id, row, digest):
            raise Damaged(f"message {row.seq} of exchange {exchange_id} is not what was written")
        yield row
        previous = digest


def message_of(row: Row) -> Message:
    """The message of a row, its secrets sealed. Raises Damaged."""
    try:
        kinds = Sender(row.sender), MessageKind(row.kind), Coding(row.coding)
    except ValueError as error:
        raise Damaged(f"message {row.seq} cannot be read ({error})") from None
    content = row.text.encode() if row.text is not None else row.data if row.data is not None else row.ref
    if content is None:
        raise Damaged(f"message {row.seq} has lost its content")
    return Message(row.seq, kinds[0], kinds[1], row.at_us, content, kinds[2])


def wrong_messages(connection: Connection, exchange_id: int) -> Iterator[str]:
    """What is not as it was written in one conversation's rows."""
    previous = b""
    for row, digest in rows_of(connection, exchange_id):
        if not _holds(previous, exchange_id, row, digest):
            yield f"message {row.seq} is not what was written, or the one before it is lost"
        previous = digest


def sound_rows(connection: Connection, exchange_id: int) -> tuple[list[Row], list[int]]:
    """The rows whose digests hold, and the numbers of the others."""
    sound, lost = list[Row](), list[int]()
    previous = b""
    for row, digest in rows_of(connection, exchange_id):
        if _holds(previous, exchange_id, row, digest):
            sound.append(row)
        else:
            lost.append(row.seq)
        previous = digest
    return sound, lost


def _holds(previous: bytes, exchange_id: int, row: Row, digest: object) -> bool:
    """Whether a row is what was written; in a damaged file its columns may be of any type."""
    try:
        return row_digest(previous, exchange_id, row) == digest
    except (TypeError, ValueError, AttributeError):
        return False


def sealed_messages(connection: Connection) -> Iterator[tuple[int, int, bytes]]:
    """What the fillers of every message stand for, encrypted: the exchange, the message, the bytes."""
    if not inspect(connection).has_table("message"):
        return
    sealed = select(message.c.exchange_id, message.c.seq, message.c.sealed).where(message.c.sealed.is_not(None))
    for found in connection.execute(sealed):
        yield found.exchange_id, found.seq, found.sealed


def _row(found: Any) -> Row:  # noqa: ANN401 - a SQLAlchemy row
    ref = BodyRef(found.content, found.content_size) if isinstance(found.content, bytes) else None
    return Row(
        found.seq,
        found.sender,
        found.kind,
        found.at_us,
        found.size,
        found.coding,
        found.text,
        found.data,
        ref,
        found.sealed_values,
        found.sealed,
    )
