"""Read a body into a plain value by its content type: JSON by value, forms and parts by name, text by line.

Reading is strict: what is not exactly the announced thing (doubled keys, bad UTF-8, too deep) is read by the
next, more literal reader, down to the bytes themselves, which always succeed.
Must not know: what the value is compared with. Read next: trees.py, compare.py.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import parse_qsl

from gateway.messages import get
from playback.decoding import decoded
from playback.values import Plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.messages import Headers

MAX_DEPTH = 32
"""Nesting up to which JSON is compared by value; deeper JSON is compared as text."""

_MOST_FIELDS = 10_000
# A fixed list: a charset is recorded input, and Python would also accept `zlib` or `rot13` for one.
_CHARSETS = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
}
_PARAMETER = re.compile(rb';\s*([a-zA-Z-]+)=(?:"([^"]*)"|([^\s;]*))')
_PART_NAME = re.compile(rb'(?i)\bname="([^"]*)"')


def read_body(body: bytes, headers: Headers) -> tuple[str, Plain]:
    """What a body says: the word for how it was read (`json`, `form`, `multipart`, `text`, `bytes`) and the value."""
    if not body:
        return "empty", b""
    content = decoded(body, headers)
    if content is None:
        return "bytes", body
    media, parameters = media_type(headers)
    for word in _ways(media):
        try:
            return word, _READERS[word](content, parameters)
        except (ValueError, LookupError, ArithmeticError, RecursionError):
            continue
    return "bytes", content


def media_type(headers: Headers) -> tuple[bytes, dict[bytes, bytes]]:
    """The media type in lower case and its parameters; (b"", {}) without a Content-Type."""
    value = get(headers, b"content-type") or b""
    media = value.partition(b";")[0].strip().lower()
    found = _PARAMETER.finditer(value)
    return media, {match[1].lower(): match[2] if match[2] is not None else match[3] for match in found}


def _ways(media: bytes) -> tuple[str, ...]:
    """The readers to try for a media type, the most telling one first."""
    if media in {b"", b"application/octet-stream"} or media == b"application/json" or media.endswith(b"+json"):
        return ("json", "text")
    if media in _WAYS:
        return _WAYS[media]
    telling = media.startswith(b"text/") or media.endswith((b"+xml", b"/xml", b"/javascript", b"/yaml"))
    return ("text",) if telling else ()


def _read_json(content: bytes, _: dict[bytes, bytes]) -> Plain:
    value: Plain = json.loads(
        content,
        parse_int=Decimal,
        parse_float=Decimal,
        parse_constant=_not_a_number,
        object_pairs_hook=_unique,
    )
    if not isinstance(value, dict | list) or _depth_exceeds(value, MAX_DEPTH):
        raise ValueError("not a JSON document to walk")
    return value


def _not_a_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _unique(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    """Doubled keys mean different things to different readers, so such a body is no value."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key occurs twice")
    return members


def _depth_exceeds(value: Plain, limit: int) -> bool:
    level: list[Plain] = [value]
    for _ in range(limit):
        level = [item for node in level for item in _members(node)]
        if not level:
            return False
    return True


def _members(node: Plain) -> list[Plain]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _read_form(content: bytes, _: dict[bytes, bytes]) -> Plain:
    pairs = parse_qsl(content.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_FIELDS)
    return _grouped([(name, value) for name, value in pairs])


def _read_multipart(content: bytes, parameters: dict[bytes, bytes]) -> Plain:
    """Parts by their name: the boundary is minted by each client and says nothing (RFC 2046 5.1)."""
    mark = b"--" + parameters.get(b"boundary", b"")
    pieces = (b"\r\n" + content).split(b"\r\n" + mark)
    if len(mark) == 2 or len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise ValueError("not a whole multipart body")
    parts = [piece.removeprefix(b"\r\n").partition(b"\r\n\r\n") for piece in pieces[1:-1]]
    return _grouped([(_part_name(head), {"head": head.decode("latin-1"), "content": body}) for head, _, body in parts])


def _part_name(head: bytes) -> str:
    found = _PART_NAME.search(head)
    return found[1].decode("utf-8", "backslashreplace") if found else ""


def _grouped(pairs: list[tuple[str, Plain]]) -> Plain:
    """Name to value, or to the list of values of a name that repeats."""
    groups: dict[str, list[Plain]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in groups.items()}


def _read_text(content: bytes, parameters: dict[bytes, bytes]) -> Plain:
    charset = _CHARSETS[parameters.get(b"charset", b"utf-8").decode("latin-1").lower()]
    if b"\0" in content:
        raise ValueError("text has no NUL")
    lines = content.decode(charset).split("\n")
    return {"line": list[Plain](lines)}


_WAYS: dict[bytes, tuple[str, ...]] = {
    b"application/x-www-form-urlencoded": ("form", "text"),
    b"multipart/form-data": ("multipart",),
    b"multipart/mixed": ("multipart",),
    b"application/x-ndjson": ("text",),
    b"application/javascript": ("text",),
    b"application/graphql": ("text",),
}
_READERS: dict[str, Callable[[bytes, dict[bytes, bytes]], Plain]] = {
    "json": _read_json,
    "form": _read_form,
    "multipart": _read_multipart,
    "text": _read_text,
}
