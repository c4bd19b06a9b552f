"""Bodies in a HAR are texts; here they become bytes again, as exactly as the file allows.

Must not know: messages, files. Read next: har_entry.py.
"""

from __future__ import annotations

import binascii
import gzip
import re
import zlib
from base64 import b64decode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import brotli  # type: ignore[import-untyped]  # it ships no types
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable

_CHARSET = re.compile(r"(?i)charset=\"?([\w-]+)")
# A fixed list: the name is a stranger's, and Python would also accept `zlib` or `rot13` for a charset.
_CHARSETS = {
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "shift_jis": "shift_jis",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
}
_MOST_CODINGS = 3
_GZIP = b"\x1f\x8b"


class BadEntry(ValueError):
    """An entry that says nothing usable; the message is a clause about it, without anything of a stranger's."""


def post_bytes(request: dict[str, Any], length: int = -1) -> bytes | None:
    """The request's body, None without one. `length`: what was announced, to choose among readings. Raises BadEntry."""
    told = request.get("postData")
    if not isinstance(told, dict):
        return None
    text = told.get("text")
    if isinstance(text, str) and (text or not told.get("params")):
        if "base64" in {told.get("encoding"), told.get("_encoding")}:
            return _from_base64(text)
        return _as_bytes(text, length)
    params = told.get("params")
    listed = params if isinstance(params, list) else []
    pairs = [(str(one.get("name", "")), str(one.get("value", ""))) for one in listed if isinstance(one, dict)]
    return urlencode(pairs, errors="replace").encode("ascii")


def content_bytes(response: dict[str, Any]) -> bytes | None:
    """The answer's body, content codings undone; None when the file does not hold it. Raises BadEntry."""
    told = response.get("content")
    text = told.get("text") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(text, str):
        return None
    if told.get("encoding") == "base64":
        return _from_base64(text)
    found = _CHARSET.search(str(told.get("mimeType", "")))
    charset = _CHARSETS.get(found[1].lower(), "utf-8") if found else "utf-8"
    try:
        return text.encode(charset)
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def encoded_again(body: bytes, codings: bytes) -> bytes | None:
    """A decoded body under its content codings; None when one of them is unknown. Encoded already, it stays."""
    names = [name.strip() for name in codings.lower().split(b",") if name.strip() not in {b"", b"identity"}]
    if names in ([b"gzip"], [b"x-gzip"]) and body.startswith(_GZIP):
        return body
    if len(names) > _MOST_CODINGS:
        return None
    for name in names:
        encode = _ENCODERS.get(name)
        if encode is None:
            return None
        body = encode(body)
    return body


def _from_base64(text: str) -> bytes:
    try:
        return b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise BadEntry("its base64 cannot be read") from error


def _as_bytes(text: str, length: int) -> bytes:
    """UTF-8, or one byte a character where that alone has the announced length: browsers tell binary bodies so."""
    data = text.encode("utf-8", "backslashreplace")
    if length in {-1, len(data)} or length != len(text):
        return data
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return data


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


_ENCODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"gzip": _gzip,
    b"x-gzip": _gzip,
    b"deflate": zlib.compress,
    b"br": brotli.compress,
    b"zstd": zstandard.compress,
}
