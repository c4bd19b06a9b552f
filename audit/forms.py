"""Bodies made of named parts, taken apart for reading: URL-encoded forms, multipart, server-sent events.

Each returns rows; a body that does not follow its form returns none, and is then shown as it is.
Must not know: HTML. Read next: bodies.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from audit import text
from audit.model import Field
from audit.words import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.exchange import Piece

FIELD_LIMIT = 200
_PREVIEW_BYTES = 2048
_BOUNDARY = re.compile(rb'boundary=(?:"([^"]{1,200})"|([^\s;,"]{1,200}))', re.IGNORECASE)
_PARAMETER = re.compile(rb'(?<!\*)\b(name|filename)="((?:[^"\\]|\\.)*)"')
_EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_EVENT_LINE = re.compile(rb"\r\n|\n|\r")


def urlencoded(body: bytes) -> tuple[Field, ...]:
    """The fields of `application/x-www-form-urlencoded`, percent-decoded, in order, repeats included."""
    fields = []
    for pair in body.split(b"&", FIELD_LIMIT)[:FIELD_LIMIT]:
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        if pair:
            fields.append(Field(_bytes(unquote_to_bytes(name)), _bytes(unquote_to_bytes(value))))
    return tuple(fields)


def multipart(body: bytes, content_type: bytes) -> tuple[Field, ...]:
    """The parts of a multipart body: name and file name, the start of its content, its type and size."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        return ()
    delimiter = b"--" + (found.group(1) or found.group(2))
    chunks = (b"\r\n" + body).split(b"\r\n" + delimiter, FIELD_LIMIT + 1)[1 : FIELD_LIMIT + 1]
    return tuple(_part(chunk) for chunk in chunks if not chunk.startswith(b"--"))


def _part(chunk: bytes) -> Field:
    head, _, content = chunk.partition(b"\r\n\r\n")
    parameters = dict(_PARAMETER.findall(head))
    mime = re.search(rb"(?im)^content-type:[ \t]*([^\r\n]{1,120})", head)
    notes = [text.flat(parameters[b"filename"], 200)] if b"filename" in parameters else []
    notes += [text.flat(mime.group(1))] if mime else []
    return Field(_bytes(parameters.get(b"name", b"")), _preview(content), " · ".join([*notes, text.size(len(content))]))


def _preview(content: bytes) -> tuple[Span, ...]:
    """The start of a part when it is text, else a dash: the hex view shows the bytes."""
    start = content[:_PREVIEW_BYTES]
    return _bytes(start) if b"\x00" not in start and is_text(start) else (Span("—"),)


def is_text(data: bytes) -> bool:
    """UTF-8, where a character that the cut tore apart at the very end is forgiven."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(data) - 3 and error.reason == "unexpected end of data"
    return True


def _bytes(data: bytes) -> tuple[Span, ...]:
    return text.visible(text.decode(data), lines=True)


def events(body: bytes, pieces: Sequence[Piece]) -> tuple[Field, ...]:
    """Server-sent events with the time at which the last byte of each came (HTML standard, 9.2.6)."""
    fields: list[Field] = []
    start = 0
    for end in [*(match.end() for match in _EVENT_END.finditer(body)), len(body)]:
        block = body[start:end]
        start = end
        if block.strip() and len(fields) < FIELD_LIMIT:
            fields.append(_event(block, _when(pieces, end)))
    return tuple(fields)


def _event(block: bytes, at_us: int | None) -> Field:
    kind, data, extra = b"message", [], []
    for line in _EVENT_LINE.split(block):
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            data.append(value)
        elif name == b"event":
            kind = value
        elif line:
            extra.append(text.flat(line, 200))
    note = [text.duration(at_us)] if at_us is not None else []
    return Field(_bytes(kind), _bytes(b"\n".join(data)), " · ".join(note + extra))


def _when(pieces: Sequence[Piece], end: int) -> int | None:
    """When the byte before `end` had come."""
    return next((piece.at_us for piece in pieces if piece.end >= end), None)
