"""Bodies for reading: identical or different first, then the ways to look at them, each within its limit.

Bytes are compared before anything is understood; the type is what the bytes are, the header is a hint.
Must not know: HTML. Read next: decode.py (codings), jsontext.py, images.py, forms.py (what a body may be).
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from audit import forms, images, jsontext, text, texts
from audit.decode import decode
from audit.headers import first_difference
from audit.model import BodySide, BodyView
from audit.words import Span
from gateway.messages import BodyRef, body_size, get

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.model import Field
    from audit.words import Text
    from gateway.exchange import Piece
    from gateway.messages import Body, Headers, Request, Response

TEXT_LIMIT = 64 * 1024
HEX_LIMIT = 2 * 1024
_SMALL = 512
_TELLING = frozenset({b"content-type", b"content-encoding"})
IMAGE_LIMIT = 256 * 1024
COPY_LIMIT = 1024 * 1024


class Bodies(Protocol):
    """Whoever keeps large bodies: the recording's reader."""

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        """The bytes of a body in pieces, in order."""


class NoBodies:
    """Nobody keeps bodies: every large one is shown by its size and digest alone."""

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        """No bytes."""
        del ref
        return iter(())


def start_of(body: Body, bodies: Bodies, limit: int = IMAGE_LIMIT) -> bytes:
    """At most `limit` bytes from the start of a body, wherever it is kept."""
    if not isinstance(body, BodyRef):
        return body[:limit]
    start = bytearray()
    for piece in bodies.body_pieces(body):
        start += piece
        if len(start) >= limit:
            break
    return bytes(start[:limit])


def digest(body: Body) -> str:
    """SHA-256 of a body in hex."""
    return (body.digest if isinstance(body, BodyRef) else hashlib.sha256(body).digest()).hex()


def compare(mine: Body, theirs: Body) -> tuple[Text, bool]:
    """The verdict on two bodies, and whether one view is enough for both."""
    if mine == theirs:
        return (texts.BODY_SAME if body_size(mine) else texts.BODY_NONE), True
    if isinstance(mine, BodyRef) or isinstance(theirs, BodyRef):
        return texts.BODY_DIGEST, False
    if max(len(mine), len(theirs)) <= TEXT_LIMIT and jsontext.same_values(mine, theirs):
        return texts.BODY_VALUES, False
    return texts.BODY_DIFFERENT.format(offset=first_difference(mine, theirs)), False


def side(
    key: str,
    label: Text | None,
    message: Request | Response,
    bodies: Bodies,
    pieces: Sequence[Piece] = (),
    *,
    copy: Body | None = None,
) -> BodySide:
    """A body as one side saw it, with every view that makes sense for its bytes.

    `copy`: what a compressed body says that is sealed whole.
    """
    size = body_size(message.body)
    start = start_of(message.body, bodies)
    if size and not start:
        return BodySide(key, label, text.size(size), digest(message.body), (), (texts.UNKNOWN_PIECES,))
    head = tuple((name, value) for name, value in message.headers if name.lower() in _TELLING)
    if copy is not None:
        found = _seen(start, size, start_of(copy, bodies, COPY_LIMIT), head, pieces)
        return BodySide(key, label, text.size(size), digest(message.body), found, (texts.DECODED_COPY,))
    plain = size <= _SMALL and not pieces
    found, notes = _known(start, size, head) if plain else _read(start, size, head, pieces)
    return BodySide(key, label, text.size(size), digest(message.body), found, notes)


def _read(
    start: bytes, size: int, head: Headers, pieces: Sequence[Piece]
) -> tuple[tuple[BodyView, ...], tuple[Text, ...]]:
    """Every view of a body, and what is said about its codings. `head`: the field lines that tell what it is."""
    data, notes = _decoded(start, head, whole=len(start) == size)
    return _seen(start, size, data, head, pieces), notes


def _seen(start: bytes, size: int, data: bytes, head: Headers, pieces: Sequence[Piece]) -> tuple[BodyView, ...]:
    """The views of a body's content, and of the bytes that travelled."""
    return (*_views(data, head, pieces), hex_view(start, size)) if size else ()


@lru_cache(1024)
def _known(start: bytes, size: int, head: Headers) -> tuple[tuple[BodyView, ...], tuple[Text, ...]]:
    """The same, remembered: short bodies repeat, be it an error's or a health check's."""
    return _read(start, size, head, ())


def _decoded(start: bytes, headers: Headers, *, whole: bool) -> tuple[bytes, tuple[Text, ...]]:
    """The content behind its codings, and what to say about that."""
    coding = get(headers, b"content-encoding")
    if not coding or not start:
        return start, ()
    result = decode(start, coding)
    notes = []
    if result.codings:
        names = ", ".join(result.codings)
        notes.append(
            texts.DECODED.format(coding=names, before=text.size(len(start)), after=text.size(len(result.data)))
        )
    if result.failed:
        notes.append(texts.DECODE_FAILED.format(coding=result.failed))
    if result.cut or not whole:
        notes.append(texts.DECODE_CUT.format(limit=text.size(len(result.data))))
    return result.data, tuple(notes)


def _views(data: bytes, headers: Headers, pieces: Sequence[Piece]) -> Iterator[BodyView]:
    """What the bytes can be read as, the most telling first."""
    image = images.sniff(data)
    if image is not None:
        yield _image(data, image)
        return
    yield from _structured(data, (get(headers, b"content-type") or b"").lower(), headers, pieces)
    if b"\x00" in data[:TEXT_LIMIT] or not forms.is_text(data[:TEXT_LIMIT]):
        return
    plain = text.decode(data[:TEXT_LIMIT])
    if not text.is_readable(plain):
        return
    laid_out = jsontext.pretty(plain) if len(data) <= TEXT_LIMIT else None
    if laid_out is not None:
        yield BodyView("json", texts.VIEW_PRETTY, text.visible(laid_out, lines=True))
    yield BodyView("text", texts.VIEW_RAW, text.visible(plain, lines=True), cut=cut(TEXT_LIMIT, len(data)))


def _structured(data: bytes, content_type: bytes, headers: Headers, pieces: Sequence[Piece]) -> Iterator[BodyView]:
    """Views of bodies made of named parts, where the header says so and the bytes agree."""
    rows: tuple[Field, ...] = ()
    label = texts.VIEW_FORM
    if content_type.startswith(b"application/x-www-form-urlencoded"):
        rows = forms.urlencoded(data[:TEXT_LIMIT])
    elif content_type.startswith(b"multipart/"):
        rows, label = forms.multipart(data, get(headers, b"content-type") or b""), texts.VIEW_PARTS
    elif content_type.startswith(b"text/event-stream"):
        rows, label = forms.events(data[:TEXT_LIMIT], pieces), texts.VIEW_EVENTS
    if rows:
        full = len(rows) >= forms.FIELD_LIMIT
        yield BodyView("fields", label, fields=rows, cut=texts.PARTS_CUT.format(shown=len(rows)) if full else None)


def cut(shown: int, whole: int) -> Text | None:
    """What to say when only the beginning is shown; None when that is all."""
    return texts.CUT.format(shown=text.size(shown), whole=text.size(whole)) if whole > shown else None


def _image(data: bytes, image: images.Image) -> BodyView:
    """A picture as a data: URI; described only when it is too large, cut short, or would unfold too far."""
    caption = f"{image.mime} · {image.width} × {image.height}"
    if len(data) >= IMAGE_LIMIT or not image.drawable:
        return BodyView(
            "image", texts.VIEW_IMAGE, caption=caption, cut=texts.IMAGE_TOO_BIG.format(size=text.size(len(data)))
        )
    uri = f"data:{image.mime};base64,{b64encode(data).decode('ascii')}"
    return BodyView("image", texts.VIEW_IMAGE, image=uri, caption=caption)


def hex_view(start: bytes, size: int) -> BodyView:
    """Offset, bytes and letters, sixteen to a line; of the bytes as they travelled."""
    shown = start[:HEX_LIMIT]
    lines = [_hex_line(offset, shown[offset : offset + 16]) for offset in range(0, len(shown), 16)]
    return BodyView("hex", texts.VIEW_HEX, (Span("\n".join(lines)),), cut=cut(len(shown), size))


def _hex_line(offset: int, row: bytes) -> str:
    letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
    return f"{offset:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  |{letters}|"


def plain_text(label: Text, data: bytes) -> BodyView:
    """Bytes that are no body (a log, a head that could not be parsed) as text with visible escapes."""
    return BodyView(
        "text", label, text.visible(text.decode(data[:TEXT_LIMIT]), lines=True), cut=cut(TEXT_LIMIT, len(data))
    )
