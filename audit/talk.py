"""The messages of a WebSocket, as a page shows them: who, when, what kind, how large, and the content to unfold.

Must not know: HTML, how messages are read off the wire. Read next: bodies.py (how bytes become text), detail.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit import bodies, forms, jsontext, text, texts
from audit.model import BodyView, Said, TalkCard
from audit.words import Span
from gateway.conversation import Coding, MessageKind, Sender
from gateway.messages import body_size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.words import Spans
    from gateway.conversation import Message

MOST = 500
"""Messages on a page; the rest is in the recording."""

MOST_BYTES = 512 * 1024
"""Bytes of content on a page, over all messages."""

MESSAGE_BYTES = 16 * 1024
_HEX_BYTES = 512
_LINE = 120  # characters that stand in the row itself
_CODE_BYTES = 2


def card(messages: Iterable[Message], total: int, kept: bodies.Bodies) -> TalkCard | None:
    """The card of a conversation, None when nothing of one is recorded. `total`: how many messages there are."""
    rows: list[Said] = []
    spent = 0
    for message in messages:
        if len(rows) == MOST or spent >= MOST_BYTES:
            break
        start = bodies.start_of(message.content, kept, MESSAGE_BYTES)
        spent += len(start)
        rows.append(_said(message, start))
    if not rows:
        return None
    whole = max(total, len(rows))
    cut = texts.MESSAGES_CUT.format(shown=len(rows), whole=whole) if whole > len(rows) else None
    return TalkCard(tuple(rows), whole, cut)


def _said(message: Message, start: bytes) -> Said:
    line, view = _content(message, start)
    from_client = message.sender is Sender.CLIENT
    return Said(
        message.seq,
        "→" if from_client else "←",
        texts.FROM_CLIENT if from_client else texts.FROM_SERVER,
        message.sender.value,
        text.duration(message.at_us),
        texts.MESSAGE_KINDS[message.kind.value],
        text.size(body_size(message.content)),
        texts.MESSAGE_CODINGS.get(message.coding.value),
        line,
        view,
    )


def _content(message: Message, start: bytes) -> tuple[Spans, BodyView | None]:
    """What stands in the row, and what unfolds when that is not all."""
    if message.kind is MessageKind.CLOSE:
        code = str(int.from_bytes(start[:_CODE_BYTES])) if len(start) >= _CODE_BYTES else "1005"
        return text.visible(f"{code} {text.decode(start[_CODE_BYTES:])}".rstrip()), None
    size = body_size(message.content)
    plain = text.decode(start)
    unreadable = b"\0" in start or not forms.is_text(start) or not text.is_readable(plain)
    if message.coding is Coding.COMPRESSED or unreadable:
        return _bytes(start, size)
    short = "\n" not in plain and len(plain) <= _LINE and len(start) == size
    if short:
        return text.visible(plain), None
    laid_out = jsontext.pretty(plain) if len(start) == size else None
    shown = text.visible(plain if laid_out is None else laid_out, lines=True)
    kind, label = ("text", texts.VIEW_RAW) if laid_out is None else ("json", texts.VIEW_PRETTY)
    first = plain.split("\n", 1)[0][:_LINE]
    return (*text.visible(first), Span("…")), BodyView(kind, label, shown, cut=bodies.cut(len(start), size))


def _bytes(start: bytes, size: int) -> tuple[Spans, BodyView]:
    first = Span(start[:16].hex(" ") + (" …" if size > 16 else ""))
    return (first,), bodies.hex_view(start[:_HEX_BYTES], size)
